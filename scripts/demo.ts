import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Frame, Page } from '@playwright/test'
import { catalogue } from '../src/providers'
import { probeAddress } from '../src/providers/hosts'
import type { Provider } from '../src/providers/provider'
import { relayed } from '../src/providers/relayed'
import { readLive } from '../test/canaries/live'
import { createNeedles } from '../test/canaries/needles'
import { authWindow, consent, signIn } from '../test/e2e/harness/auth-window'
import { type ExtensionBrowser, launchChromium } from '../test/e2e/harness/chromium'
import { extensionPage } from '../test/e2e/harness/opened-page'
import { openPopup, type Popup } from '../test/e2e/harness/popup'
import { clickToolbar } from '../test/e2e/harness/toolbar'
import { grantHost } from '../test/e2e/harness/worker'
import { companySecrets, type RelayBeside, startRelayBeside } from '../test/relay/beside'
import { relayOrigin } from '../test/relay/config'
import { relayedSetup, type Sandbox, sandboxSetup, startSandbox } from '../test/sandbox/sandbox'

// npm run demo: the main job, done by real clicks in a real Chromium against the sandbox. With --relay the client secrets
// are with a company's relay, which runs beside the sandbox, and none is in the extension.

/** The key of the setup that is connected first. */
const keyLabel = 'North'
const lead = 'https://app.futuresimple.com/leads/1'
/** A page that no list knows, whose own scripts want to use Dealpass. */
const site = 'https://crm.acme.example'
const output = resolve('demo-output')
// A screen that is wide enough for all, with two pixels for each of a page's.
const screen = '--screen-info={3600x2400 devicePixelRatio=2.0}'
const windowSize = { width: 520, height: 700 }
const isHeadless = process.argv.includes('--headless') || !hasDisplay()
const isRelayed = process.argv.includes('--relay')

type Outcome = { flow: string; account: string; usedBy: string[] }

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
}

async function importSetup(dealpass: ExtensionBrowser, relay: RelayBeside | undefined): Promise<void> {
  const file = join(output, 'setup.json')
  const setup = relay ? relayedSetup(relayOrigin) : sandboxSetup({ all: true })
  // The page script of the demo adds a lead, too.
  const scopes = ['openid', 'profile', 'email', 'offline_access', 'leads:read', 'leads:write']
  const providers = setup.providers.map(entry => (entry.id === 'salesos' ? { ...entry, scopes } : entry))
  writeFileSync(file, JSON.stringify({ ...setup, providers }, null, 2))
  const options = await dealpass.context.newPage()
  await options.goto(`chrome-extension://${dealpass.extensionId}/src/screens/options/index.html`)
  await options.getByLabel('Import setup file').setInputFiles(file)
  await options.getByRole('button', { name: 'Use this setup' }).waitFor()
  await photograph(options, '1-setup-review.png', { width: 1120, height: 900 })
  await options.getByRole('button', { name: 'Use this setup' }).click()
  await options.getByText('This setup is in force now').waitFor()
  if (relay) await admit(options, relay)
  await options.close()
}

/** What a user sends to the administrator, and what the administrator does with it. */
async function admit(options: Page, relay: RelayBeside): Promise<void> {
  const thumbprint = options.getByRole('list', { name: 'Your company’s relay' }).locator('code')
  await thumbprint.scrollIntoViewIfNeeded()
  await photograph(options, '1-thumbprint.png', { width: 1120, height: 900 })
  relay.admit(await thumbprint.innerText())
}

/** Connects a provider by its usual flow: in the sign-in window, or at once where a key of the setup signs in. */
async function connect(dealpass: ExtensionBrowser, sandbox: Sandbox, provider: Provider): Promise<string> {
  const { name } = provider
  const popup = await openPopup(dealpass)
  const isByKey = flowOf(provider) === 'client_credentials'
  const account = isByKey ? keyLabel : sandbox.users.rep.email
  if (isByKey) await popup.click('button', `Connect ${name}`)
  else await connectInWindow(dealpass, sandbox, provider, popup)
  const after = isByKey ? popup : await openPopup(dealpass)
  await after.waitForText(`Connected as ${account}`, { within: ['listitem', `${name} – ${account}`] })
  await after.close()
  return account
}

async function connectInWindow(
  dealpass: ExtensionBrowser,
  sandbox: Sandbox,
  { id, name }: Provider,
  popup: Popup,
): Promise<void> {
  const window = await authWindow(dealpass, () => popup.click('button', `Connect ${name}`))
  await photograph(window, `2-sign-in-${id}.png`, windowSize)
  await signIn(window, sandbox.users.rep)
  await photograph(window, `3-consent-at-${id}.png`, windowSize)
  await consent(window, 'Allow')
}

/** By which flow the demo connects a provider. A relay has the secret that the better one of Sell wants. */
function flowOf(provider: Provider): string {
  return (isRelayed ? relayed(provider, relayOrigin) : provider).defaultFlow
}

/** Opens the panel on a CRM page, allows it in the real consent window, and waits until every block has its data. */
async function usePanel(dealpass: ExtensionBrowser, page: Page): Promise<void> {
  if (isHeadless) await page.setViewportSize({ width: 1440, height: 860 })
  await page.goto(lead)
  const framed = page.waitForEvent('framenavigated', { predicate: isPanel })
  await page.getByRole('button', { name: 'Dealpass', exact: true }).click()
  const panel = (await framed).getByRole('region', { name: 'Dealpass panel' })
  const allow = panel.getByRole('button', { name: 'Allow on this page' })
  await allow.waitFor()
  await photograph(page, '4-panel-asks.png')
  const question = await extensionPage(dealpass, 'src/screens/consent/index.html', () => allow.click())
  await question.locator('button[aria-disabled="false"]').waitFor()
  await photograph(question, '5-consent.png', { width: 460, height: 832 })
  const closed = question.waitForEvent('close')
  await question.getByRole('button', { name: 'Allow', exact: true }).click()
  await closed
  await panel.getByText('elena.marchetti', { exact: false }).first().waitFor()
  await panel.getByText('Next step').waitFor()
  await page
    .getByRole('region', { name: 'SalesOS leads' })
    .getByText(/\d+ leads/)
    .waitFor()
}

/**
 * Lets a third-party page in from the popup, and uses its widget by real clicks: a brokered read, a change after a
 * second consent, a token after a third.
 */
async function usePageScript(dealpass: ExtensionBrowser, sandbox: Sandbox, page: Page): Promise<void> {
  const script = (file: string) => readFileSync(resolve(import.meta.dirname, '..', file), 'utf8')
  sandbox.set('sites', {
    files: {
      '/dealpass.js': script('dist/sdk/dealpass.js'),
      '/widget.js': script('test/sandbox/sites/widget.js'),
    },
  })
  // The browser's own prompt is not a page's and has no button that a program could click; this answers it with yes.
  await grantHost(dealpass, `${site}/*`)
  if (isHeadless) await page.setViewportSize({ width: 1440, height: 860 })
  await page.goto(`${site}/`)
  const popup = await clickToolbar(dealpass, page)
  await popup.waitFor('button', `Use Dealpass on ${new URL(site).host}`)
  await popup.screenshot(join(output, '8-popup-offers-the-page.png'), { scale: 1 })
  await popup.click('button', `Use Dealpass on ${new URL(site).host}`)
  await popup.waitFor('button', `Stop using Dealpass on ${new URL(site).host}`)
  await popup.close()
  const widget = page.locator('#widget')
  const steps = [
    ['Show leads', 'read by Dealpass'],
    ['Add a lead', 'was added'],
    ['Use a token', 'with a token of its own'],
  ] as const
  for (const [index, [button, says]] of steps.entries()) {
    const click = () => page.getByRole('button', { name: button, exact: true }).click()
    const question = await extensionPage(dealpass, 'src/screens/consent/index.html', click)
    await question.locator('button[aria-disabled="false"]').waitFor()
    await photograph(question, `9-site-asks-${index + 1}.png`, { width: 460, height: 640 })
    const closed = question.waitForEvent('close')
    await question.getByRole('button', { name: 'Allow', exact: true }).click()
    await closed
    await widget.getByText(says).waitFor()
    await photograph(page, `9-site-${index + 1}.png`)
  }
}

const isPanel = (frame: Frame) => frame.url().includes('/src/screens/panel/index.html')

/** Who called a provider's API with its tokens, as the sandbox saw it. */
function usersOf(sandbox: Sandbox, provider: Provider): string[] {
  const hosts = provider.api.map(address => new URL(address).hostname)
  const probeUrl = probeAddress(provider)
  const probe = probeUrl && new URL(probeUrl).pathname
  const calls = sandbox
    .saw()
    .filter(
      ({ host, path, status, method }) =>
        hosts.includes(host) && path !== probe && status === 200 && method === 'GET',
    )
  const isFrom = (origin: string) => (call: (typeof calls)[number]) => call.headers.origin === origin
  const isFromPage = (call: (typeof calls)[number]) => call.headers.origin?.startsWith('https://') ?? false
  return [
    ...(calls.some(call => !isFromPage(call)) ? ['panel (brokered fetch)'] : []),
    ...(calls.some(isFrom(new URL(lead).origin)) ? ['widget (token)'] : []),
    ...(calls.some(isFrom(site)) ? ['page script (calls and token)'] : []),
  ]
}

async function photographPopup(dealpass: ExtensionBrowser): Promise<void> {
  const popup = await openPopup(dealpass)
  await popup.waitFor('list', 'Providers')
  await popup.screenshot(join(output, '7-popup.png'), { scale: 1 })
  await inScheme(popup, 'dark')
  await popup.screenshot(join(output, '7-popup-dark.png'), { scale: 1 })
  await popup.close()
}

async function inScheme({ target }: Popup, value: 'dark' | 'light'): Promise<void> {
  await target.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] })
  // The change of colours is itself drawn as a transition.
  const expression =
    'Promise.all(document.getAnimations().map(({ finished }) => finished)).then(() => undefined)'
  await target.send('Runtime.evaluate', { expression, awaitPromise: true })
}

/** A PNG of the page, or of one of the size that its window has. A visible window is photographed as it is. */
async function photograph(page: Page, file: string, size?: { width: number; height: number }): Promise<void> {
  if (size && isHeadless) await page.setViewportSize(size)
  await page.screenshot({ path: join(output, file), scale: 'device' })
}

function printTable(outcomes: Map<string, Outcome>): void {
  const rows = catalogue.map(({ name }) => {
    const outcome = outcomes.get(name)
    return [
      name,
      outcome?.flow ?? '',
      outcome?.account ?? 'not connected',
      outcome?.usedBy.join(', ') || 'not used',
    ]
  })
  const table = [['provider', 'flow', 'connected as', 'used by a widget'], ...rows]
  const widths = [0, 1, 2].map(column => Math.max(...table.map(row => row[column]?.length ?? 0)))
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

async function demo(): Promise<boolean> {
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const outcomes = new Map<string, Outcome>()
  let errors: string[] = []
  let hasSecret = false
  const sandbox = await startSandbox(isRelayed ? { loopback: true } : {})
  const relay = isRelayed ? await startRelayBeside(sandbox) : undefined
  const dealpass = await launchChromium({
    sandbox,
    headless: isHeadless,
    scale: 2,
    args: isHeadless ? [screen] : [],
  })
  try {
    // The browser's own prompt for a host has no button that a program could click; this answers it with yes.
    if (relay) await grantHost(dealpass, `${relayOrigin}/*`)
    await importSetup(dealpass, relay)
    for (const provider of catalogue) {
      console.log(`Connecting ${provider.name} …`)
      const account = await connect(dealpass, sandbox, provider)
      outcomes.set(provider.name, { flow: flowOf(provider), account, usedBy: [] })
    }
    const page = await dealpass.context.newPage()
    console.log('Opening the demo CRM …')
    await usePanel(dealpass, page)
    await photograph(page, '6-crm-page.png')
    await page.emulateMedia({ colorScheme: 'dark' })
    await photograph(page, '6-crm-page-dark.png')
    await page.emulateMedia({ colorScheme: 'light' })
    console.log(`Opening ${site}, which is in no list …`)
    await usePageScript(dealpass, sandbox, await dealpass.context.newPage())
    await photographPopup(dealpass)
    for (const provider of catalogue) {
      const outcome = outcomes.get(provider.name)
      if (outcome) outcome.usedBy = usersOf(sandbox, provider)
    }
    if (relay) hasSecret = await isSecretIn(dealpass)
    if (!isHeadless) await play(dealpass, sandbox)
  } finally {
    errors = await dealpass.errors().catch(() => [])
    await dealpass.close().catch(() => undefined)
    await relay?.end()
    await sandbox.stop()
    for (const trouble of [...errors, ...sandbox.violations().map(violation => JSON.stringify(violation))])
      console.log(`Trouble: ${trouble}`)
    console.log()
    printTable(outcomes)
    if (relay) console.log(`\nClient secrets in the extension: ${hasSecret ? 'THERE IS ONE' : 'none'}.`)
    console.log(`\nScreenshots are in ${output}.`)
  }
  const isClean = sandbox.violations().length + errors.length === 0
  return isClean && !hasSecret && catalogue.every(({ name }) => (outcomes.get(name)?.usedBy.length ?? 0) > 0)
}

/** Whether a client secret stands anywhere in the browser's storage, or in what its documents show. */
async function isSecretIn(dealpass: ExtensionBrowser): Promise<boolean> {
  const needles = createNeedles(companySecrets)
  const readings = await readLive(dealpass)
  const found = readings.flatMap(({ place, text }) => needles.in(Buffer.from(text)).map(() => place))
  for (const place of found) console.log(`Trouble: a client secret in ${place}`)
  const stored = await dealpass.inWorker(
    () =>
      new Promise<number>((resolve, reject) => {
        const open = indexedDB.open('dealpass')
        open.onerror = reject
        open.onsuccess = () => {
          const count = open.result.transaction('clientSecrets').objectStore('clientSecrets').count()
          count.onerror = reject
          count.onsuccess = () => resolve(count.result)
        }
      }),
  )
  // Sealed ones would not be found by their text.
  return found.length > 0 || stored > 0
}

async function play(dealpass: ExtensionBrowser, { users }: Sandbox): Promise<void> {
  console.log('\nThe browser stays open: play with it, and close it when you are done.')
  for (const { name, email, password } of [users.rep, users.colleague])
    console.log(`  ${name}: ${email}, password ${password}`)
  await new Promise<void>(resolve => dealpass.context.once('close', () => resolve()))
}

const built = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
if (built.status !== 0) process.exitCode = 1
else process.exitCode = (await demo()) ? 0 : 1
