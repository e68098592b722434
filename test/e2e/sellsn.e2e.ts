import type { Page } from '@playwright/test'
import { reasonTexts } from '../../src/shared/texts/errors'
import { clients } from '../sandbox/setup'
import { authWindow, consent, signIn } from './harness/auth-window'
import type { ExtensionBrowser } from './harness/chromium'
import { expect, test } from './harness/fixtures'
import { connected, importSetup, item, popupTab, setupWith, usedPanel, viewOf } from './steps'

const exchange = { path: /\/exchange\// }
const undoAndMore = { timeout: 20_000 }
const named = (sentence: string) => sentence.replaceAll('{provider}', 'SellSN')

/** Connects, or connects once more, the person who is signed in and has consented already. */
async function connectAgain(dealpass: ExtensionBrowser, popup: Page, button: string) {
  const before = (await viewOf(dealpass)).attempts
  await popup.getByRole('button', { name: button, exact: true }).click()
  await expect.poll(async () => (await viewOf(dealpass)).attempts).not.toEqual(before)
}

test('the exchange brings a key whatever SellSN thinks of an Authorization header', async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sellsn')
  const authorize = sandbox.saw({ host: 'dash.sellsn.io', method: 'GET' })[0]
  expect(authorize?.path).toBe(`/oauth2/${clients.sellsn.id}`)
  expect(Object.keys(authorize?.query ?? {}).sort()).toEqual(['redirectUrl', 'state'])
  for (const [exchangeNeedsBearer, statuses] of [
    ['ignored', [200]],
    ['refused', [200]],
    ['required', [401, 200]],
  ] as const)
    await test.step(`${exchangeNeedsBearer}`, async () => {
      sandbox.forget()
      sandbox.set('sellsn', { exchangeNeedsBearer })
      await popup.getByRole('button', { name: 'Add account SellSN', exact: true }).click()
      await expect.poll(() => sandbox.saw(exchange).map(({ status }) => status)).toEqual(statuses)
      const seen = sandbox.saw(exchange)
      for (const { method, headers } of seen) {
        expect(method).toBe('GET')
        expect(headers['xoauth2-client-secret']).toBe(clients.sellsn.secret)
        expect(headers['cache-control']).toBe('no-cache')
        expect(headers).not.toHaveProperty('cookie')
      }
      expect(seen.map(({ headers }) => headers.authorization !== undefined)).toEqual(
        statuses.map((_, index) => index > 0),
      )
      await expect.poll(async () => (await viewOf(dealpass)).attempts).toEqual([])
      expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected' }])
    })
  const { panel } = await usedPanel(dealpass)
  await expect(panel.getByRole('region', { name: 'SellSN' })).toContainText('Acme Templates')
  // Of an answer that has much more, the account is what was kept.
  const { connections } = await viewOf(dealpass)
  expect(Object.keys(connections[0]?.account ?? {}).sort()).toEqual(['email', 'id', 'name'])
  expect(JSON.stringify(await viewOf(dealpass))).not.toMatch(/payouts|discord|stripe|verification/i)
})

test('says what is wrong with an exchange as far as SellSN tells it', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const setup = setupWith('sellsn', { clientSecret: 'not-the-secret-of-this-app-at-all' })
  await (await importSetup(dealpass, setup)).close()
  const popup = await popupTab(dealpass)
  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: 'Connect SellSN', exact: true }).click(),
  )
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  await expect(item(popup, 'SellSN')).toContainText(named(reasonTexts['exchange-refused']))
  sandbox.set('sellsn', { exchangeRefusal: 403 })
  await connectAgain(dealpass, popup, 'Connect SellSN')
  await expect(item(popup, 'SellSN')).toContainText(named(reasonTexts['exchange-refused']))
  expect(sandbox.saw(exchange).map(({ status }) => status)).toEqual([401, 401, 403, 403])

  sandbox.set('sellsn', { successFalse: true })
  await (await importSetup(dealpass, setupWith('sellsn', {}))).close()
  await connectAgain(dealpass, popup, 'Connect SellSN')
  await expect(item(popup, 'SellSN')).toContainText(named(reasonTexts['nonsense-answer']))
  expect((await viewOf(dealpass)).connections).toEqual([])
})

test('connects an unknown account where the app lacks user.view, and says what it may', {
  tag: '@full',
}, async ({ dealpass, sandbox }) => {
  sandbox.set('sellsn', { permissions: ['stores.view', 'stores.orders.view'] })
  await (await importSetup(dealpass, setupWith('sellsn', {}))).close()
  const popup = await popupTab(dealpass)
  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: 'Connect SellSN', exact: true }).click(),
  )
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  await expect(item(popup, 'SellSN – unknown account')).toContainText('Connected as unknown account')
  await expect(item(popup, 'SellSN – unknown account')).toContainText('Not given: See your name')
})

test('keeps the key over a restart, and signs in again without a window when it has ended', {
  tag: '@full',
}, async ({ dealpass, launch, sandbox }) => {
  sandbox.set('sellsn', { jwtExpiry: 3600 })
  await connected(dealpass, sandbox, 'sellsn')
  await dealpass.close()
  sandbox.forget()
  const again = await launch({ profile: dealpass.profile })
  const { page, panel } = await usedPanel(again)
  await expect(panel.getByRole('region', { name: 'SellSN' })).toContainText('Acme Templates')
  expect(sandbox.saw({ path: /oauth2/ })).toEqual([])
  sandbox.advance('sellsn', 3_600_000)
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  await sandbox.waitFor(exchange)
  await expect
    .poll(async () => (await viewOf(again)).connections.map(({ status }) => status))
    .toEqual(['connected'])
})

test('says that the key lives on when it is forgotten, with a link to the dashboard', {
  tag: '@full',
}, async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'sellsn')
  const { email } = sandbox.users.rep
  sandbox.forget()
  await popup.getByRole('button', { name: `Disconnect SellSN – ${email}` }).click()
  await expect(item(popup, 'SellSN')).toContainText('the key lives on at SellSN', undoAndMore)
  await expect(item(popup, 'SellSN').getByRole('link')).toHaveAttribute('href', /^https:\/\/dash\.sellsn\.io/)
  expect(sandbox.saw()).toEqual([])
})

test('shows the refusal of a person, whichever way SellSN tells it', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await (await importSetup(dealpass, setupWith('sellsn', {}))).close()
  const popup = await popupTab(dealpass)
  for (const denial of ['error-query', 'no-redirect'] as const) {
    sandbox.set('sellsn', { denial })
    const window = await authWindow(dealpass, () =>
      popup.getByRole('button', { name: 'Connect SellSN', exact: true }).click(),
    )
    if (denial === 'error-query') {
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Deny')
    } else {
      await window.getByRole('button', { name: 'Deny', exact: true }).click()
      await expect(window.getByText('You declined')).toBeVisible()
      await window.close()
    }
    await expect(item(popup, 'SellSN')).toContainText(
      denial === 'error-query' ? 'You said no to SellSN' : 'The sign-in window was closed',
    )
  }
})
