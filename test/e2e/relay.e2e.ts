import { reasonTexts } from '../../src/shared/texts/errors'
import { companySecrets, type RelayBeside, startRelayBeside } from '../relay/beside'
import { relayOrigin } from '../relay/config'
import { relayedSetup } from '../sandbox/sandbox'
import { clients, SALESOS_AUDIENCE } from '../sandbox/setup'
import { authWindow, consent, signIn } from './harness/auth-window'
import { test as base, expect } from './harness/fixtures'
import { grantHost } from './harness/worker'
import {
  connectInTab,
  importSetup,
  item,
  openPanelOn,
  optionsPage,
  popupTab,
  popupWith,
  usedPanel,
  viewOf,
} from './steps'

const hour = 60 * 60_000
const undoAndMore = { timeout: 20_000 }
const outageAndMore = { timeout: 30_000 }
const throughRelay = 'Through your company’s relay.'

/** A company's relay between the browser and the sandbox, whose secrets are looked for wherever none may be. */
const test = base.extend<{ relay: RelayBeside }>({
  relay: async ({ sandbox, canaries }, use) => {
    const relay = await startRelayBeside(sandbox)
    canaries.push(...companySecrets)
    try {
      await use(relay)
    } finally {
      await relay.end()
    }
  },
})
test.use({ sandboxOptions: { loopback: true } })

/** A popup's tab with the company's setup in force, in a browser that the relay admits. */
async function admitted(dealpass: Parameters<typeof viewOf>[0], relay: RelayBeside) {
  await grantHost(dealpass, `${relayOrigin}/*`)
  const popup = await popupWith(dealpass, relayedSetup(relayOrigin))
  relay.admit(await thumbprintIn(dealpass))
  return popup
}

/** As the user reads it in Options. */
async function thumbprintIn(dealpass: Parameters<typeof viewOf>[0]): Promise<string> {
  const options = await optionsPage(dealpass)
  const text = options.getByRole('list', { name: 'Your company’s relay' }).locator('code')
  await expect(text).toHaveText(/^[\w-]{43}$/)
  const thumbprint = await text.innerText()
  const command = options.getByText(`node relay.js admit ${thumbprint} --config relay.json`, { exact: true })
  await options.setViewportSize({ width: 420, height: 800 })
  // On one line, whatever is in it.
  expect(await command.locator('span').evaluate(span => span.getClientRects().length)).toBe(1)
  await options.close()
  return thumbprint
}

test('connects, uses, renews and ends all four with no secret in the extension', async ({
  dealpass,
  sandbox,
  relay,
}) => {
  test.slow()
  await grantHost(dealpass, `${relayOrigin}/*`)
  const options = await importSetup(dealpass, relayedSetup(relayOrigin))
  await options.close()
  relay.admit(await thumbprintIn(dealpass))
  const popup = await popupTab(dealpass)
  for (const provider of ['sell', 'salesos', 'sellytics', 'sellsn'] as const)
    await connectInTab(dealpass, sandbox, provider, popup)
  const { email } = sandbox.users.rep
  for (const name of [`Sell – ${email}`, `SellSN – ${email}`, 'sellytics – North'])
    await expect(item(popup, name)).toContainText(throughRelay)
  await expect(item(popup, `SalesOS – ${email}`)).not.toContainText(throughRelay)

  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  await expect(panel.getByRole('region', { name: 'sellytics' })).toContainText('invented')
  expect(sandbox.saw({ server: 'relay', path: /^\/api\/sellytics\/data\/v1\// }).length).toBeGreaterThan(0)

  await test.step('what wants a secret came from the relay, and from no browser', () => {
    const asked = sandbox
      .saw({ path: /oauth2\/token$|realms.*\/token$|exchange/ })
      .filter(({ server }) => server !== 'relay')
    expect(new Set(asked.map(({ server }) => server))).toEqual(new Set(['sell', 'sellsn', 'sellytics']))
    expect(asked.every(({ headers }) => !headers['user-agent']?.includes('Mozilla'))).toBe(true)
  })

  await test.step('a refresh goes by the relay, which gives the rotated token sealed', async () => {
    // A call that is still out would be refused with a token that is new, which nothing renews at once.
    await expect(panel.getByText('Next step')).toBeVisible()
    sandbox.advance('sell', hour)
    sandbox.forget()
    await page.evaluate(() => history.pushState(null, '', '/leads/2'))
    await expect.poll(() => sandbox.saw({ path: '/oauth2/token' }).map(({ status }) => status)).toEqual([200])
    expect(sandbox.saw({ server: 'relay', path: '/oauth/sell/token' })).toMatchObject([
      { body: { grant_type: 'refresh_token', refresh_token: expect.stringContaining('dpr1.') } },
    ])
  })

  await test.step('a Disconnect revokes by the relay; a key stays there', async () => {
    await popup.getByRole('button', { name: `Disconnect Sell – ${email}` }).click()
    await popup.getByRole('button', { name: 'Disconnect sellytics – North' }).click()
    await sandbox.waitFor({ server: 'relay', path: '/oauth/sell/revoke' }, undoAndMore)
    await expect(item(popup, 'Sell')).toContainText('Sell ended the login, and we checked.', undoAndMore)
    await expect(item(popup, 'sellytics')).toContainText('stays with your company’s relay', undoAndMore)
    expect(sandbox.saw({ server: 'sellytics', path: /revoke/ })).toEqual([])
  })
  for (const { value } of companySecrets) expect(relay.output()).not.toContain(value)
})

test('says that a relay does not answer, and goes on when it is back, with nobody doing anything', {
  tag: '@full',
}, async ({ dealpass, sandbox, relay }) => {
  test.slow()
  const popup = await admitted(dealpass, relay)
  await connectInTab(dealpass, sandbox, 'sell', popup)
  await connectInTab(dealpass, sandbox, 'sellytics', popup)
  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  const rows = [item(popup, `Sell – ${sandbox.users.rep.email}`), item(popup, 'sellytics – North')]

  await relay.stop()
  sandbox.advance('sell', hour)
  await page.reload()
  await openPanelOn(page)
  for (const row of rows)
    await expect(row).toContainText('your company’s relay is not answering', outageAndMore)
  // Neither of the two that stand behind it.
  await page.reload()
  const down = await openPanelOn(page)
  await expect(down.getByText(reasonTexts['relay-unreachable'])).toHaveCount(2, outageAndMore)
  const another = popup.getByRole('button', { name: 'Add account sellytics' })
  await another.click()
  await expect(popup.getByRole('list', { name: 'Providers' })).toContainText(reasonTexts['relay-unreachable'])
  expect((await viewOf(dealpass)).connections.map(({ status }) => status)).toEqual(['connected', 'connected'])

  await relay.start()
  for (const row of rows) await expect(row).not.toContainText('not answering', outageAndMore)
  await page.reload()
  const again = await openPanelOn(page)
  await expect(again.getByText('Elena Marchetti').first()).toBeVisible()
  await expect(again.getByRole('region', { name: 'sellytics' })).toContainText('invented')
})

test('says where the thumbprint is while it is not admitted, and connects once it is', async ({
  dealpass,
  sandbox,
  relay,
}) => {
  await grantHost(dealpass, `${relayOrigin}/*`)
  const popup = await popupWith(dealpass, relayedSetup(relayOrigin))
  const connect = popup.getByRole('button', { name: 'Connect sellytics', exact: true })
  await connect.click()
  await expect(item(popup, 'sellytics')).toContainText(reasonTexts['relay-not-admitted'])
  await popup.getByRole('button', { name: 'Connect Sell', exact: true }).click()
  await expect(item(popup, 'Sell')).toContainText(reasonTexts['relay-not-admitted'])
  // Nobody was sent there to sign in for nothing.
  expect(sandbox.saw({ path: '/oauth2/authorize' })).toEqual([])
  expect((await viewOf(dealpass)).connections).toEqual([])
  relay.admit(await thumbprintIn(dealpass))
  await connect.click()
  await expect(item(popup, 'sellytics – North')).toContainText('Connected as North')
  await popup.getByRole('button', { name: 'Add account sellytics' }).click()
  await expect(item(popup, 'sellytics – South')).toContainText('Connected as South')
  await popup.getByRole('button', { name: 'Add account sellytics' }).click()
  await expect(popup.getByRole('list', { name: 'Providers' })).toContainText('no further key')
  expect(sandbox.saw({ server: 'sellytics', path: /token/ })).toEqual([])
})

test('keeps a login that the relay will not open for another browser key', { tag: '@full' }, async ({
  dealpass,
  sandbox,
  relay,
}) => {
  const popup = await admitted(dealpass, relay)
  await connectInTab(dealpass, sandbox, 'sell', popup)
  const { page } = await usedPanel(dealpass)
  await dealpass.inWorker(
    () =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('dealpass')
        open.onsuccess = () => {
          const transaction = open.result.transaction('keys', 'readwrite')
          transaction.objectStore('keys').delete('proof')
          transaction.oncomplete = () => resolve(open.result.close())
          transaction.onerror = reject
        }
      }),
  )
  relay.admit(await thumbprintIn(dealpass))
  sandbox.advance('sell', hour)
  sandbox.forget()
  await page.reload()
  await openPanelOn(page)
  const row = item(popup, `Sell – ${sandbox.users.rep.email}`)
  await expect(row).toContainText(reasonTexts['relay-sealed'])
  await expect(row).toContainText('Connected as')
  expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected' }])
  // The provider never saw it.
  expect(sandbox.saw({ path: '/oauth2/token' })).toEqual([])
})

test.describe('where the relay knows people by their sign-in', { tag: '@full' }, () => {
  const back = 'https://oafpccagbpfogdomgmaejahnckbcofcl.chromiumapp.org/corp'
  const issuer = 'https://auth.play2sell.com'
  test.use({ sandboxOptions: { loopback: true, redirects: { salesos: [back] } } })

  const withAudience = { issuer: `${issuer}/`, audience: SALESOS_AUDIENCE }
  const withoutAudience = { issuer: `${issuer}/`, audience: relayOrigin, idTokenFor: clients.salesos.id }
  for (const { token, users, more } of [
    { token: 'access token', users: withAudience, more: { audience: SALESOS_AUDIENCE } },
    { token: 'ID token', users: withoutAudience, more: { idToken: true } },
  ])
    test(`wants the company’s own provider connected first, and goes by its ${token}`, async ({
      dealpass,
      sandbox,
      relay,
      allowed,
    }) => {
      await relay.stop()
      const jwks = `${sandbox.loopback['auth.play2sell.com']}/.well-known/jwks.json`
      await relay.start({ users: { issuer: { ...users, jwks } } })
      // It is the API that this token is for.
      allowed.violations.push(/"token-at-other-server".*"relay\.acme\.example".*in header authorization/)
      const corp = {
        id: 'corp',
        name: 'Acme sign-in',
        clientId: clients.salesos.id,
        clientAuth: 'none',
        issuer: `${issuer}/`,
        ...more,
        endpoints: {
          authorization: `${issuer}/authorize`,
          token: `${issuer}/oauth/token`,
          revocation: `${issuer}/oauth/revoke`,
          userinfo: `${issuer}/userinfo`,
        },
        scopes: ['openid', 'offline_access'],
        api: [`${relayOrigin}/`],
      }
      const setup = relayedSetup(relayOrigin)
      await grantHost(dealpass, `${relayOrigin}/*`)
      await grantHost(dealpass, `${issuer}/*`)
      const popup = await popupWith(dealpass, { ...setup, providers: [...setup.providers, corp] })
      const connect = popup.getByRole('button', { name: 'Connect sellytics', exact: true })
      await connect.click()
      await expect(item(popup, 'sellytics')).toContainText('Connect Acme sign-in, then try again.')
      const window = await authWindow(dealpass, () =>
        popup.getByRole('button', { name: 'Connect Acme sign-in', exact: true }).click(),
      )
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Allow')
      await expect(item(popup, /^Acme sign-in –/)).toContainText('Connected as')
      await connect.click()
      await expect(item(popup, 'sellytics – North')).toContainText('Connected as North')
      await connectInTab(dealpass, sandbox, 'sell', popup)
      const { panel } = await usedPanel(dealpass)
      await expect(panel.getByRole('region', { name: 'sellytics' })).toContainText('invented')
      expect(relay.output()).toContain('"user":"user:')
    })
})
