import { readFileSync } from 'node:fs'
import { errorTexts } from '../../src/shared/texts/errors'
import { clients, practiceSetup } from '../sandbox/setup'
import { authWindow, consent, signIn } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { openedPage } from './harness/opened-page'
import { grantHost } from './harness/worker'
import {
  chooseSetup,
  connected,
  connectInTab,
  importSetup,
  item,
  optionsPage,
  popupTab,
  setupWith,
  usedPanel,
  viewOf,
} from './steps'

/** A provider that Dealpass knows nothing of, as a setup defines it. */
const acme = {
  id: 'acme',
  name: 'Acme CRM',
  clientId: clients.acme.id,
  scopes: ['profile', 'things.read'],
  endpoints: {
    authorization: 'https://id.acme.example/authorize',
    token: 'https://id.acme.example/token',
    revocation: 'https://id.acme.example/revoke',
    userinfo: 'https://id.acme.example/userinfo',
  },
  api: ['https://api.acme.example/v1/'],
}

test('a provider of the setup’s own: reviewed with its host, connected once its hosts are permitted', async ({
  dealpass,
  sandbox,
}) => {
  const options = await optionsPage(dealpass)
  await chooseSetup(options, JSON.stringify({ version: 1, providers: [acme] }))
  const reviewed = options.getByRole('region', { name: 'Acme CRM' })
  for (const host of ['id.acme.example', 'api.acme.example'])
    await expect(reviewed.getByText(host, { exact: true }).first()).toBeVisible()
  await options.getByRole('button', { name: 'Use this setup' }).click()
  const popup = await popupTab(dealpass)
  await expect(item(popup, 'Acme CRM')).toContainText('id.acme.example')
  const connect = popup.getByRole('button', { name: 'Connect Acme CRM', exact: true })

  await test.step('without the permission it waits, and asks the server nothing', async () => {
    await connect.click()
    await expect(item(popup, 'Acme CRM')).toContainText('Waiting for your permission')
    expect(sandbox.saw()).toEqual([])
    await popup.getByRole('button', { name: 'Cancel Acme CRM' }).click()
  })
  await test.step('with it, the browser asks for these hosts and for no other', async () => {
    for (const host of ['id.acme.example', 'api.acme.example']) await grantHost(dealpass, `https://${host}/*`)
    const window = await authWindow(dealpass, () => connect.click())
    await signIn(window, sandbox.users.rep)
    await consent(window, 'Allow')
    const { email } = sandbox.users.rep
    await expect(item(popup, `Acme CRM – ${email}`)).toContainText(`Connected as ${email}`)
  })
  expect((await viewOf(dealpass)).connections).toMatchObject([
    { provider: 'acme', renews: 'refresh', scopes: { granted: ['profile', 'things.read'] } },
  ])

  await test.step('moved by another setup, its login goes nowhere', async () => {
    const { email } = sandbox.users.rep
    const moved = { ...acme, api: ['https://api.play2sell.com/v1/'] }
    await (await importSetup(dealpass, { version: 1, providers: [moved] })).close()
    await expect(item(popup, `Acme CRM – ${email}`)).toContainText(
      `Needs attention · ${errorTexts['address-changed']}`,
    )
    await (await importSetup(dealpass, { version: 1, providers: [acme] })).close()
    await expect(item(popup, `Acme CRM – ${email}`)).toContainText(`Connected as ${email}`)
  })
})

test('a setup that moves a built-in provider off this machine, or names what is no address, is refused', async ({
  dealpass,
  sandbox,
}) => {
  const options = await importSetup(dealpass)
  const before = await viewOf(dealpass)
  const endpoints = {
    authorization: 'https://evil.example/a',
    token: 'javascript:alert(1)',
    revocation: 'file:///etc/passwd',
    tokenInfo: 'https://user:secret-in-url@evil.example/',
  }
  const setup = setupWith('sell', { endpoints, api: ['https://evil.example/v2/'] })
  await chooseSetup(
    options,
    JSON.stringify({ ...setup, permits: [{ site: 'https://evil.example' }], sites: 'all' }),
  )
  const faults = options.getByRole('listitem')
  for (const path of [
    'providers[0].endpoints.authorization',
    'providers[0].endpoints.token',
    'providers[0].endpoints.revocation',
    'providers[0].endpoints.tokenInfo',
    'providers[0].api[0]',
    'permits',
    'sites',
  ])
    await expect(faults.filter({ hasText: path }).first()).toBeVisible()
  expect(await options.content()).not.toContain('secret-in-url')
  expect(await viewOf(dealpass)).toEqual(before)
  expect(sandbox.saw()).toEqual([])
})

test('sites of a setup are proposals: reviewed, listed, and permitted nothing', async ({
  dealpass,
  sandbox,
}) => {
  const site = {
    origin: 'https://crm.acme.example',
    provider: 'sell',
    scopes: ['read'],
    use: 'token',
    access: 'read',
  }
  const options = await importSetup(dealpass, { ...setupWith('sell', {}), sites: [site] })
  await expect(options.getByText('https://crm.acme.example').first()).toBeVisible()
  const { permits, setup } = await viewOf(dealpass)
  expect(permits).toEqual([])
  expect(setup?.sites).toEqual([site])
  expect(sandbox.saw()).toEqual([])
})

test('an exported setup has no secret, and works again where the vault knows them', { tag: '@full' }, async ({
  dealpass,
  sandbox,
  launch,
}) => {
  const options = await importSetup(dealpass, setupWith('sell', {}))
  const download = options.waitForEvent('download')
  await options.getByRole('button', { name: 'Export setup' }).click()
  const exported = readFileSync(await (await download).path(), 'utf8')
  for (const { secret } of [clients.sellsn, clients.sellyticsNorth, clients.sellyticsSouth])
    expect(exported).not.toContain(secret)
  expect(exported).toContain(clients.sellyticsNorth.id)

  await chooseSetup(options, exported)
  await options.getByRole('button', { name: 'Use this setup' }).click()
  const popup = await popupTab(dealpass)
  await connectInTab(dealpass, sandbox, 'sellytics', popup)

  const elsewhere = await launch()
  const fresh = await optionsPage(elsewhere)
  await chooseSetup(fresh, exported)
  for (const path of ['keys[0].clientSecret', 'clientSecret'])
    await expect(fresh.getByRole('listitem').filter({ hasText: path }).first()).toBeVisible()
})

test('a new client id and secret in the setup touch no connection', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const { id, secret } = clients.sell
  const popup = await connected(dealpass, sandbox)
  await importSetup(dealpass, setupWith('sell', { flow: 'authorization_code', clientSecret: secret }))
  await connectInTab(dealpass, sandbox, 'sell', popup)
  const changed = { flow: 'authorization_code', clientId: 'another-app', clientSecret: 'another-secret' }
  await importSetup(dealpass, setupWith('sell', changed))
  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  sandbox.advance('sell', 60 * 60_000)
  sandbox.forget()
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  const refresh = await sandbox.waitFor({ path: '/oauth2/token' })
  expect(refresh.headers.authorization).toBe(`Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`)
  expect(refresh.status).toBe(200)
})

test.describe('practice', () => {
  test.use({ sandboxOptions: { loopback: true } })

  test('all four on loopback by plain http, marked everywhere', { tag: '@full' }, async ({
    dealpass,
    sandbox,
  }) => {
    const options = await optionsPage(dealpass)
    await chooseSetup(options, JSON.stringify(practiceSetup(sandbox)))
    await expect(options.getByText('practice', { exact: true }).first()).toBeVisible()
    await options.getByRole('button', { name: 'Use this setup' }).click()
    await grantHost(dealpass, 'http://127.0.0.1/*')
    const popup = await popupTab(dealpass)
    const { email } = sandbox.users.rep
    for (const name of ['Sell', 'SellSN', 'SalesOS']) {
      const window = await openedPage(
        dealpass,
        url => url.startsWith('http://127.0.0.1'),
        () => popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click(),
      )
      await signIn(window, sandbox.users.rep)
      await consent(window, 'Allow')
      await expect(item(popup, `${name} – ${email}`)).toContainText(`Connected as ${email}`)
      await expect(item(popup, `${name} – ${email}`).getByText('practice', { exact: true })).toBeVisible()
    }
    await popup.getByRole('button', { name: 'Connect sellytics', exact: true }).click()
    await expect(item(popup, 'sellytics – North')).toContainText('Connected as North')
    expect(sandbox.saw().filter(({ headers }) => headers.host?.includes('443'))).toEqual([])

    await test.step('the real providers come back, and the practice logins go to none of them', async () => {
      sandbox.forget()
      await (await importSetup(dealpass, setupWith('sell', {}))).close()
      await expect(item(popup, `Sell – ${email}`)).toContainText(
        `Needs attention · ${errorTexts['address-changed']}`,
      )
      expect(sandbox.saw()).toEqual([])
    })
  })
})
