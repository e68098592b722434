import { reasonTexts } from '../../src/shared/texts/errors'
import { clients } from '../sandbox/setup'
import { authWindow, consent, signIn } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { connectedWith, importSetup, item, popupTab, setupWith, usedPanel, viewOf } from './steps'

const token = { path: '/oauth/token' }
const undoAndMore = { timeout: 20_000 }
const hour = 60 * 60_000

const { salesosConfidential: app, salesosMachine: machine } = clients
const contentTypes = { json: 'application/json', post: 'application/x-www-form-urlencoded' } as const

for (const clientAuth of ['json', 'post'] as const)
  test(`with a client secret, in a body of ${contentTypes[clientAuth]}: code with PKCE, refresh, revocation`, {
    tag: clientAuth === 'post' ? '@full' : [],
  }, async ({ dealpass, sandbox }) => {
    const setup = setupWith('salesos', { clientId: app.id, clientSecret: app.secret, clientAuth })
    const popup = await connectedWith(dealpass, sandbox, setup, 'salesos')
    const authorize = sandbox.saw({ host: 'auth.play2sell.com', path: '/authorize' })[0]
    expect(authorize?.query).toMatchObject({
      audience: 'https://api.play2sell.com',
      code_challenge_method: 'S256',
      scope: 'openid profile email offline_access leads:read',
    })
    expect(authorize?.query.nonce).toBeTruthy()
    const { page, panel } = await usedPanel(dealpass)
    await expect(panel.getByRole('region', { name: 'SalesOS' })).toContainText('Leads by score')
    sandbox.advance('salesos', hour)
    sandbox.forget()
    await page.evaluate(() => history.pushState(null, '', '/leads/2'))
    const refresh = await sandbox.waitFor(token)
    expect(refresh.headers['content-type']).toContain(contentTypes[clientAuth])
    expect(refresh).toMatchObject({
      status: 200,
      body: { grant_type: 'refresh_token', client_id: app.id, client_secret: app.secret },
    })
    // Revocation goes the same way in both; one has to wait for it.
    if (clientAuth === 'post') return
    await popup.getByRole('button', { name: `Disconnect SalesOS – ${sandbox.users.rep.email}` }).click()
    const revoke = await sandbox.waitFor({ path: '/oauth/revoke' }, undoAndMore)
    expect(revoke).toMatchObject({ status: 200, body: { client_secret: app.secret } })
  })

test('a wrong secret is the setup’s fault, not a person’s no', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const setup = setupWith('salesos', {
    clientId: app.id,
    clientSecret: 'not-the-secret-of-this-app-at-all',
  })
  await (await importSetup(dealpass, setup)).close()
  const popup = await popupTab(dealpass)
  const connect = () => popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click()
  const words = ['access_denied', 'invalid_client', 'unauthorized_client'] as const
  for (const [index, badCredentials] of words.entries()) {
    sandbox.set('salesos', { badCredentials })
    if (index === 0) {
      const window = await authWindow(dealpass, connect)
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Allow')
    } else await connect()
    await expect
      .poll(() => sandbox.saw(token).map(({ status }) => status))
      .toEqual(words.slice(0, index + 1).map(() => 401))
    await expect(item(popup, 'SalesOS')).toContainText(
      reasonTexts['client-refused'].replaceAll('{provider}', 'SalesOS'),
    )
  }
  expect((await viewOf(dealpass)).connections).toEqual([])
})

test('client credentials by JSON, without a refresh token, used in the panel', async ({
  dealpass,
  sandbox,
}) => {
  const keys = [{ label: 'CRM Sync', clientId: machine.id, clientSecret: machine.secret }]
  const setup = setupWith('salesos', { clientId: undefined, flow: 'client_credentials', keys })
  await (await importSetup(dealpass, setup)).close()
  const popup = await popupTab(dealpass)
  await popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click()
  await expect(item(popup, 'SalesOS – CRM Sync')).toContainText('Connected as CRM Sync')
  const [seen] = sandbox.saw(token)
  expect(seen?.headers['content-type']).toContain('application/json')
  expect(seen).toMatchObject({
    status: 200,
    body: {
      grant_type: 'client_credentials',
      client_id: machine.id,
      client_secret: machine.secret,
      audience: 'https://api.play2sell.com',
    },
  })
  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByRole('region', { name: 'SalesOS' })).toContainText('Leads by score')
  // A machine's token is nobody's to hand out: the permit is for calls alone, and the widget that wants a token is not there.
  expect((await viewOf(dealpass)).permits).toMatchObject([{ use: 'fetch' }])
  await expect(page.getByRole('region', { name: 'SalesOS leads' })).toBeHidden()
  expect(sandbox.saw(token)).toHaveLength(1)
})
