import { reasonTexts } from '../../src/shared/texts/errors'
import { clients } from '../sandbox/setup'
import { authWindow, consent, signIn } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { connected, connectInTab, importSetup, item, popupTab, setupWith, usedPanel, viewOf } from './steps'

const exchange = { path: /\/exchange\// }
const undoAndMore = { timeout: 20_000 }
const named = (sentence: string) => sentence.replaceAll('{provider}', 'SellSN')

test.describe('the exchange', () => {
  for (const [exchangeNeedsBearer, statuses] of [
    ['ignored', [200]],
    ['refused', [200]],
    ['required', [401, 200]],
  ] as const)
    test(`brings a key where an Authorization header is ${exchangeNeedsBearer}`, async ({
      dealpass,
      sandbox,
    }) => {
      sandbox.set('sellsn', { exchangeNeedsBearer })
      await connected(dealpass, sandbox, 'sellsn')
      const authorize = sandbox.saw({ host: 'dash.sellsn.io', method: 'GET' })[0]
      expect(authorize?.path).toBe(`/oauth2/${clients.sellsn.id}`)
      expect(Object.keys(authorize?.query ?? {}).sort()).toEqual(['redirectUrl', 'state'])
      const seen = sandbox.saw(exchange)
      expect(seen.map(({ status }) => status)).toEqual(statuses)
      for (const { method, headers } of seen) {
        expect(method).toBe('GET')
        expect(headers['xoauth2-client-secret']).toBe(clients.sellsn.secret)
        expect(headers['cache-control']).toBe('no-cache')
        expect(headers).not.toHaveProperty('cookie')
      }
      expect(seen.map(({ headers }) => headers.authorization !== undefined)).toEqual(
        statuses.map((_, index) => index > 0),
      )
      const { panel } = await usedPanel(dealpass)
      await expect(panel.getByRole('region', { name: 'SellSN' })).toContainText('Acme Templates')
    })

  for (const exchangeRefusal of [401, 403] as const)
    test(`tells a wrong secret (${exchangeRefusal}) as far as SellSN lets it`, async ({
      dealpass,
      sandbox,
    }) => {
      sandbox.set('sellsn', { exchangeRefusal })
      const setup = setupWith('sellsn', { clientSecret: 'not-the-secret-of-this-app-at-all' })
      await (await importSetup(dealpass, setup)).close()
      const popup = await popupTab(dealpass)
      const window = await authWindow(dealpass, () =>
        popup.getByRole('button', { name: 'Connect SellSN', exact: true }).click(),
      )
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Allow')
      await expect(item(popup, 'SellSN')).toContainText(named(reasonTexts['exchange-refused']))
      expect((await viewOf(dealpass)).connections).toEqual([])
    })

  test('believes no answer that says `success: false` with status 200', async ({ dealpass, sandbox }) => {
    sandbox.set('sellsn', { successFalse: true })
    await (await importSetup(dealpass, setupWith('sellsn', {}))).close()
    const popup = await popupTab(dealpass)
    const window = await authWindow(dealpass, () =>
      popup.getByRole('button', { name: 'Connect SellSN', exact: true }).click(),
    )
    await signIn(window, sandbox.users.rep)
    await consent(window, 'Allow')
    await expect(item(popup, 'SellSN')).toContainText(named(reasonTexts['nonsense-answer']))
    expect((await viewOf(dealpass)).connections).toEqual([])
  })
})

test('connects an unknown account where the app lacks user.view, and says what it may', async ({
  dealpass,
  sandbox,
}) => {
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

test('keeps of the account its id, name and e-mail alone', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sellsn')
  const { connections } = await viewOf(dealpass)
  expect(Object.keys(connections[0]?.account ?? {}).sort()).toEqual(['email', 'id', 'name'])
  const kept = JSON.stringify(await viewOf(dealpass))
  expect(kept).not.toMatch(/payouts|discord|stripe|verification/i)
})

test('keeps the key over a restart, and signs in again without a window when it has ended', async ({
  dealpass,
  launch,
  sandbox,
}) => {
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

test('says that the key lives on when it is forgotten, with a link to the dashboard', async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sellsn')
  const { email } = sandbox.users.rep
  sandbox.forget()
  await popup.getByRole('button', { name: `Disconnect SellSN – ${email}` }).click()
  await expect(item(popup, 'SellSN')).toContainText('the key lives on at SellSN', undoAndMore)
  await expect(item(popup, 'SellSN').getByRole('link')).toHaveAttribute('href', /^https:\/\/dash\.sellsn\.io/)
  expect(sandbox.saw()).toEqual([])
  await connectInTab(dealpass, sandbox, 'sellsn', popup).catch(() => undefined)
})

test('shows the refusal of a person, whichever way SellSN tells it', async ({ dealpass, sandbox }) => {
  await (await importSetup(dealpass, setupWith('sellsn', {}))).close()
  const popup = await popupTab(dealpass)
  for (const denial of ['error-query', 'no-redirect'] as const) {
    sandbox.set('sellsn', { denial })
    const window = await authWindow(dealpass, () =>
      popup.getByRole('button', { name: 'Connect SellSN', exact: true }).click(),
    )
    if (denial === 'error-query') await signIn(window, sandbox.users.rep)
    await consent(window, 'Deny')
    if (denial === 'no-redirect') await window.close()
    await expect(item(popup, 'SellSN')).toContainText(
      denial === 'error-query' ? 'You said no to SellSN' : 'The sign-in window was closed',
    )
  }
})
