import type { Page } from '@playwright/test'
import { errorTexts, reasonTexts } from '../../src/shared/texts/errors'
import type { RedirectFault } from '../sandbox/redirect'
import { authWindow, consent, signIn } from './harness/auth-window'
import type { ExtensionBrowser } from './harness/chromium'
import { expect, test } from './harness/fixtures'
import { restrictHosts, stopWorker } from './harness/worker'
import {
  connected,
  connectInTab,
  importSetup,
  item,
  optionsPage,
  type ProviderName,
  popupTab,
  providerNames,
  viewOf,
} from './steps'

const text = (sentence: string, name: string) => sentence.replaceAll('{provider}', name)

// Each refusal leaves the rest as it was: Sell stays connected while SalesOS fails, and the other way round.

test('says what to do when the window was closed, the answer was no, or the attempt was cancelled', async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const connect = () => popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click()

  await test.step('closed', async () => {
    const window = await authWindow(dealpass, connect)
    await window.close()
    await expect(item(popup, 'SalesOS')).toContainText(`Not connected · ${errorTexts.cancelled}`)
  })
  await test.step('denied', async () => {
    const window = await authWindow(dealpass, connect)
    await signIn(window, sandbox.users.rep)
    await consent(window, 'Deny')
    await expect(item(popup, 'SalesOS')).toContainText(
      `Not connected · ${text(errorTexts.denied, 'SalesOS')}`,
    )
  })
  await test.step('cancelled, which closes the window', async () => {
    const window = await authWindow(dealpass, connect)
    const closed = window.waitForEvent('close')
    await popup.getByRole('button', { name: 'Cancel SalesOS', exact: true }).click()
    await closed
    await expect(item(popup, 'SalesOS')).toContainText(`Not connected · ${errorTexts.cancelled}`)
  })
  expect(sandbox.saw({ path: '/oauth/token' })).toHaveLength(0)
  await expect(item(popup, `Sell – ${sandbox.users.rep.email}`)).toContainText('Connected as')
})

test('accepts a denial of Sell in the fragment and in the query', async ({ dealpass, sandbox }) => {
  await importSetup(dealpass)
  const popup = await popupTab(dealpass)
  for (const denialIn of ['fragment', 'query'] as const) {
    sandbox.set('sell', { denialIn })
    const window = await authWindow(dealpass, () =>
      popup.getByRole('button', { name: 'Connect Sell', exact: true }).click(),
    )
    if (denialIn === 'fragment') await signIn(window, sandbox.users.rep)
    await consent(window, 'Deny')
    await expect(item(popup, 'Sell')).toContainText(text(errorTexts.denied, 'Sell'))
    expect(sandbox.saw({ path: /token|users/ })).toEqual([])
  }
})

/** One attempt of a provider from click to failure: a new one, not the one that failed before with the same words. */
async function attempt(
  { dealpass, popup, provider }: { dealpass: ExtensionBrowser; popup: Page; provider: ProviderName },
  fault: string,
  sentence: string,
  end: () => Promise<unknown>,
): Promise<void> {
  const name = providerNames[provider]
  const latest = async () => (await viewOf(dealpass)).attempts.find(known => known.provider === provider)
  await test.step(fault, async () => {
    const before = await latest()
    await end()
    await expect
      .poll(async () => {
        const now = await latest()
        return now?.id !== before?.id && now?.status
      })
      .toBe('failed')
    await expect(item(popup, name)).toContainText(`Not connected · ${text(sentence, name)}`)
  })
}

const redirectFaults: [RedirectFault, string][] = [
  ['no-state', errorTexts['bad-state']],
  ['wrong-state', errorTexts['bad-state']],
  ['wrong-path', errorTexts['wrong-redirect']],
  ['wrong-iss', errorTexts['wrong-issuer']],
  ['empty', reasonTexts['nonsense-answer']],
  ['server-error', errorTexts['provider-rejected']],
]

for (const [provider, other] of [
  ['sell', 'salesos'],
  ['salesos', 'sell'],
] as const) {
  test(`refuses a wrong redirect of ${providerNames[provider]}`, {
    tag: provider === 'sell' ? [] : '@full',
  }, async ({ dealpass, sandbox }) => {
    const popup = await connected(dealpass, sandbox, other)
    const name = providerNames[provider]
    let isSignedIn = false
    const signInAndAllow = async () => {
      const click = () => popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click()
      // With a session and a grant the server redirects without a page.
      if (isSignedIn) return click()
      const window = await authWindow(dealpass, click)
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Allow')
      isSignedIn = true
    }
    for (const [redirectFault, sentence] of redirectFaults) {
      sandbox.set(provider, { redirectFault })
      sandbox.forget()
      await attempt({ dealpass, popup, provider }, redirectFault, sentence, signInAndAllow)
      expect(sandbox.saw({ path: /oauth2?\/token/ })).toEqual([])
      expect(sandbox.saw({ path: /users\/self|userinfo/ })).toEqual([])
    }
    await expect(item(popup, `${providerNames[other]} – ${sandbox.users.rep.email}`)).toContainText(
      'Connected as',
    )
    sandbox.set(provider, { redirectFault: 'none' })
    await popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click()
    await expect(item(popup, `${name} – ${sandbox.users.rep.email}`)).toContainText('Connected as')
  })
}

test('refuses an implicit token that was issued to another app', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'salesos')
  sandbox.set('sell', { foreignToken: true })
  for (const tokenInfoShape of ['client_id', 'application.uid'] as const) {
    sandbox.set('sell', { tokenInfoShape })
    const click = () => popup.getByRole('button', { name: 'Connect Sell', exact: true }).click()
    if (tokenInfoShape === 'client_id') {
      const window = await authWindow(dealpass, click)
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Allow')
    } else await click()
    await sandbox.waitFor({ path: '/oauth2/token/info' })
    await expect(item(popup, 'Sell')).toContainText(`Not connected · ${errorTexts['foreign-token']}`)
    expect(sandbox.saw({ path: '/v2/users/self' })).toHaveLength(0)
    sandbox.forget()
  }
})

test('accepts that Sell’s token info is absent, and notes it', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  sandbox.set('sell', { tokenInfoShape: 'none' })
  await connected(dealpass, sandbox, 'sell')
  expect(sandbox.saw({ path: '/oauth2/token/info' })).toMatchObject([{ status: 404 }])
  expect((await viewOf(dealpass)).connections).toMatchObject([{ isClientUnconfirmed: true }])
  const options = await optionsPage(dealpass)
  await expect(options.getByText('The provider did not say for which app this login was made')).toBeVisible()
})

test('connects as unknown account when the provider would not tell', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  sandbox.set('sell', { selfForbidden: true })
  await importSetup(dealpass)
  const popup = await popupTab(dealpass)
  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: 'Connect Sell', exact: true }).click(),
  )
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  await expect(item(popup, 'Sell – unknown account')).toContainText('Connected as unknown account')
  expect(sandbox.saw({ path: '/v2/users/self' })).toMatchObject([{ status: 403 }])
})

test('tells a used code, nonsense and a dead server apart, and changes nothing', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const provider = 'salesos'
  const connect = () => popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click()

  await attempt({ dealpass, popup, provider }, 'used code', reasonTexts['code-refused'], async () => {
    sandbox.set(provider, { redirectFault: 'used-code' })
    const window = await authWindow(dealpass, connect)
    await signIn(window, sandbox.users.rep)
    await consent(window, 'Allow')
  })
  sandbox.set(provider, { redirectFault: 'none' })
  await attempt(
    { dealpass, popup, provider },
    'HTML instead of JSON',
    reasonTexts['nonsense-answer'],
    async () => {
      const body = '<!doctype html><title>Sorry</title>'
      sandbox.set(provider, { fault: { path: '/oauth/token', status: 200, body, contentType: 'text/html' } })
      await connect()
    },
  )
  await attempt(
    { dealpass, popup, provider },
    'dead token host',
    errorTexts['provider-unreachable'],
    async () => {
      sandbox.set(provider, { fault: { path: '/oauth/token', drop: true } })
      await connect()
    },
  )
  await attempt({ dealpass, popup, provider }, 'dead probe', errorTexts['provider-unreachable'], async () => {
    sandbox.set(provider, { fault: { path: '/userinfo', drop: true } })
    await connect()
  })
  await attempt(
    { dealpass, popup, provider },
    'dead authorization host',
    reasonTexts['page-not-loaded'],
    async () => {
      sandbox.set(provider, { fault: null, dead: true })
      await connect()
    },
  )
  expect((await viewOf(dealpass)).connections).toHaveLength(1)
  sandbox.set(provider, { dead: false })
  await connect()
  await expect(item(popup, `SalesOS – ${sandbox.users.rep.email}`)).toContainText('Connected as')
})

test('waits for a missing host permission, and gives up when nobody answers', async ({
  dealpass,
  sandbox,
}) => {
  await (await importSetup(dealpass)).close()
  await restrictHosts(dealpass)
  const popup = await popupTab(dealpass)
  await popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click()
  await expect(item(popup, 'SalesOS')).toContainText('Waiting for your permission')
  await dealpass.inWorker(async () => {
    // The alarm of the attempt, early: what comes after two minutes without an answer.
    // @ts-expect-error the worker's own API
    const alarm = (await chrome.alarms.getAll()).find(({ name }) => name.startsWith('attempt:'))
    // @ts-expect-error the worker's own API
    await chrome.alarms.create(alarm.name, { when: Date.now() })
  })
  await expect(item(popup, 'SalesOS')).toContainText(text(errorTexts['permission-missing'], 'SalesOS'))
  expect(sandbox.saw()).toEqual([])
})

test('says that an attempt was interrupted when the worker died in it, and connects again', async ({
  dealpass,
  sandbox,
}) => {
  await importSetup(dealpass)
  const popup = await popupTab(dealpass)
  await authWindow(dealpass, () =>
    popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click(),
  )
  await stopWorker(dealpass)
  await popup.reload()
  await expect(item(popup, 'SalesOS')).toContainText(`Not connected · ${errorTexts.interrupted}`)
  // The window of the dead worker still stands, and would block the new one.
  await connectInTab(dealpass, sandbox, 'salesos', popup)
  expect(sandbox.saw({ path: '/oauth/token' })).toHaveLength(1)
})
