import type { Locator, Page } from '@playwright/test'
import type { View } from '../../src/shared/view'
import { makePkce, salesosAuthorizeUrl, sellAuthorizeUrl, sellsnAuthorizeUrl } from '../sandbox/flows'
import type { Sandbox } from '../sandbox/sandbox'
import { sandboxSetup } from '../sandbox/sandbox'
import { createVisitor } from '../sandbox/visitor'
import { authWindow, consent, signIn } from './harness/auth-window'
import type { ExtensionBrowser } from './harness/chromium'
import { expect } from './harness/fixtures'
import { extensionPage } from './harness/opened-page'
import { openPopup, type Popup } from './harness/popup'

// What a person does, by accessible names. Every step ends with what the person sees at its end.

export const providerNames = {
  sell: 'Sell',
  sellytics: 'sellytics',
  sellsn: 'SellSN',
  salesos: 'SalesOS',
} as const
export type ProviderName = keyof typeof providerNames

export const crmLead = 'https://app.futuresimple.com/leads/1'

/** Imports the sandbox's setup file through the real Options screen. */
export async function importSetup(
  dealpass: ExtensionBrowser,
  setup: unknown = sandboxSetup(),
): Promise<Page> {
  const options = await optionsPage(dealpass)
  await chooseSetup(options, JSON.stringify(setup))
  await options.getByRole('button', { name: 'Use this setup' }).click()
  await expect(options.getByText('This setup is in force now')).toBeVisible()
  return options
}

export async function optionsPage(dealpass: ExtensionBrowser): Promise<Page> {
  const options = await dealpass.context.newPage()
  await options.goto(`chrome-extension://${dealpass.extensionId}/src/screens/options/index.html`)
  return options
}

export async function chooseSetup(options: Page, content: string): Promise<void> {
  await options
    .getByLabel('Import setup file')
    .setInputFiles({ name: 'setup.json', mimeType: 'application/json', buffer: Buffer.from(content) })
}

/** The popup's document in a tab: for tests that are not about the popup itself. */
export async function popupTab(dealpass: ExtensionBrowser): Promise<Page> {
  const tab = await dealpass.context.newPage()
  await tab.goto(`chrome-extension://${dealpass.extensionId}/src/screens/popup/index.html`)
  return tab
}

/** One item of the list `Providers`. */
export function item(popup: Page, name: string | RegExp) {
  return popup
    .getByRole('list', { name: 'Providers' })
    .getByRole('listitem', { name, exact: typeof name === 'string' })
}

/** Clicks Connect in a popup's tab, signs in and consents; a key of the setup (the space North) needs neither. */
export async function connectInTab(
  dealpass: ExtensionBrowser,
  sandbox: Sandbox,
  provider: ProviderName,
  popup: Page,
): Promise<void> {
  const name = providerNames[provider]
  const { email } = sandbox.users.rep
  if (provider === 'sellytics') {
    await popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click()
    return expect(item(popup, `${name} – North`)).toContainText('Connected as North')
  }
  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click(),
  )
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  await expect(item(popup, `${name} – ${email}`)).toContainText(`Connected as ${email}`)
}

/** The same through the real popup. Ends with the popup open and showing the connection. */
export async function connectInPopup(
  dealpass: ExtensionBrowser,
  sandbox: Sandbox,
  provider: ProviderName,
): Promise<Popup> {
  const name = providerNames[provider]
  const { email } = sandbox.users.rep
  const first = await openPopup(dealpass)
  expect(await first.isOpen()).toBe(true)
  const window = await authWindow(dealpass, () => first.click('button', `Connect ${name}`))
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  const popup = await openPopup(dealpass)
  await popup.waitForText(`Connected as ${email}`, { within: ['listitem', `${name} – ${email}`] })
  return popup
}

/**
 * A browser with the setup in force (of all four providers) and these connected; gives the popup's tab. For tests that
 * begin after that: the setup comes without its review, and the account is known at each provider and has allowed the
 * app before, so that a click connects without a window.
 */
export async function connected(
  dealpass: ExtensionBrowser,
  sandbox: Sandbox,
  ...providers: ProviderName[]
): Promise<Page> {
  const popup = await popupWith(dealpass, sandboxSetup({ all: true }))
  await allowBefore(dealpass, sandbox, providers)
  sandbox.forget()
  for (const provider of providers) {
    const name = providerNames[provider]
    const account = provider === 'sellytics' ? 'North' : sandbox.users.rep.email
    await popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click()
    await expect(item(popup, `${name} – ${account}`)).toContainText(`Connected as ${account}`)
  }
  return popup
}

/** The same with a setup of the test's own, of whose apps the providers know nothing yet: people sign in and allow. */
export async function connectedWith(
  dealpass: ExtensionBrowser,
  sandbox: Sandbox,
  setup: unknown,
  ...providers: ProviderName[]
): Promise<Page> {
  const popup = await popupWith(dealpass, setup)
  for (const provider of providers) await connectInTab(dealpass, sandbox, provider, popup)
  return popup
}

/** A popup's tab with a setup in force, as its review in Options would have it stored. */
export async function popupWith(dealpass: ExtensionBrowser, setup: unknown): Promise<Page> {
  const popup = await popupTab(dealpass)
  const reply = await popup.evaluate(
    // @ts-expect-error the extension page's own API
    text => chrome.runtime.sendMessage({ dealpass: 'request', name: 'useSetup', input: { text } }),
    JSON.stringify(setup),
  )
  expect(reply).toMatchObject({ ok: true })
  return popup
}

const authorizeUrls: Partial<Record<ProviderName, () => string>> = {
  sell: sellAuthorizeUrl,
  salesos: () => salesosAuthorizeUrl(makePkce()),
  sellsn: sellsnAuthorizeUrl,
}

/** Has the account sign in and allow our app elsewhere, and gives the browser its sessions. */
export async function allowBefore(
  { context }: ExtensionBrowser,
  sandbox: Sandbox,
  providers: readonly ProviderName[],
): Promise<void> {
  const visitor = createVisitor(sandbox)
  for (const provider of providers) {
    const address = authorizeUrls[provider]?.()
    if (address) await visitor.authorize(address, sandbox.users.rep)
  }
  await context.addCookies(visitor.cookies())
  visitor.close()
}

/** Opens a lead of the demo CRM and, in it, the panel. */
export async function openPanel(dealpass: ExtensionBrowser, address = crmLead) {
  const page = await dealpass.context.newPage()
  await page.goto(address)
  return { page, panel: await openPanelOn(page) }
}

/** Opens the panel on a page. Its frame stands in a closed root, where no selector of the page's reaches. */
export async function openPanelOn(page: Page) {
  const attached = page.waitForEvent('framenavigated', {
    predicate: frame => frame.url().includes('/src/screens/panel/index.html'),
  })
  await page.getByRole('button', { name: 'Dealpass', exact: true }).click()
  return (await attached).getByRole('region', { name: 'Dealpass panel' })
}

/** Clicks `Allow on this page` in a panel, and `Allow` in the real consent window that opens. */
export async function allowOnPage(dealpass: ExtensionBrowser, panel: Locator): Promise<void> {
  const question = await extensionPage(dealpass, 'src/screens/consent/index.html', () =>
    panel.getByRole('button', { name: 'Allow on this page' }).click(),
  )
  const closed = question.waitForEvent('close')
  await question.getByRole('button', { name: 'Allow' }).click()
  await closed
}

/** Opens the panel on a lead and allows it there. */
export async function usedPanel(dealpass: ExtensionBrowser, address = crmLead) {
  const opened = await openPanel(dealpass, address)
  await allowOnPage(dealpass, opened.panel)
  return opened
}

/** The setup of the sandbox with one provider's entry changed. */
export function setupWith(id: ProviderName, change: object) {
  const setup = sandboxSetup({ all: true })
  return {
    ...setup,
    providers: setup.providers.map(entry => (entry.id === id ? { ...entry, ...change } : entry)),
  }
}

/** What screens read, as it stands. */
export function viewOf(dealpass: ExtensionBrowser): Promise<View> {
  return dealpass.inWorker(async () => {
    // @ts-expect-error the worker's own API
    const { view } = await chrome.storage.session.get('view')
    return view as View
  })
}
