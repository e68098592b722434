import { authWindow, consent, signIn } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { openPopup } from './harness/popup'
import { connectInPopup, importSetup, item, popupTab, viewOf } from './steps'

test('connects Sell by the implicit grant through the real popup', async ({ dealpass, sandbox }) => {
  await importSetup(dealpass)
  const popup = await connectInPopup(dealpass, sandbox, 'sell')
  expect(await popup.isOpen()).toBe(true)

  const [authorize] = sandbox.saw({ path: '/oauth2/authorize' })
  expect(authorize?.query).toMatchObject({
    response_type: 'token',
    scope: 'read profile',
    redirect_uri: `https://${dealpass.extensionId}.chromiumapp.org/sell`,
  })
  expect(authorize?.query.state?.length).toBeGreaterThan(20)
  const [info] = sandbox.saw({ path: '/oauth2/token/info' })
  expect(info).toMatchObject({ method: 'GET', status: 200, query: {} })
  expect(info?.headers.authorization).toMatch(/^Bearer /)
  expect(sandbox.saw({ path: '/v2/users/self' })).toHaveLength(1)
  expect(sandbox.saw({ path: '/oauth2/token' })).toHaveLength(0)
})

test('connects SalesOS by authorization code with PKCE through the real popup', async ({
  dealpass,
  sandbox,
}) => {
  await importSetup(dealpass)
  await connectInPopup(dealpass, sandbox, 'salesos')

  const [authorize] = sandbox.saw({ path: '/authorize' })
  expect(authorize?.query).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    audience: 'https://api.play2sell.com',
    scope: 'openid profile email offline_access leads:read',
    redirect_uri: `https://${dealpass.extensionId}.chromiumapp.org/salesos`,
  })
  expect(authorize?.query.code_challenge).toMatch(/^[\w-]{43}$/)
  expect(authorize?.query.nonce).toBeTruthy()
  const exchanges = sandbox.saw({ path: '/oauth/token' })
  expect(exchanges).toHaveLength(1)
  expect(exchanges[0]).toMatchObject({ method: 'POST', status: 200 })
  const body = exchanges[0]?.body as Record<string, string>
  expect(body).toMatchObject({ grant_type: 'authorization_code' })
  expect(body.code_verifier).toMatch(/^[\w~.-]{43,128}$/)
  expect(body).not.toHaveProperty('client_secret')
  expect(exchanges[0]?.headers).not.toHaveProperty('cookie')
  expect(sandbox.saw({ path: '/userinfo' })).toHaveLength(1)
})

test('goes on with an attempt whose popup was closed, and shows it when the popup opens again', async ({
  dealpass,
  sandbox,
}) => {
  await importSetup(dealpass)
  const first = await openPopup(dealpass)
  const window = await authWindow(dealpass, () => first.click('button', 'Connect SalesOS'))
  await first.close()
  await expect.poll(() => first.isOpen()).toBe(false)

  const second = await openPopup(dealpass)
  await second.waitForText(/^Connecting/m, { within: ['listitem', 'SalesOS'] })
  await second.waitFor('button', 'Cancel SalesOS')
  await second.close()

  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  const third = await openPopup(dealpass)
  const { email } = sandbox.users.rep
  await third.waitForText(`Connected as ${email}`, { within: ['listitem', `SalesOS – ${email}`] })
  expect(sandbox.saw({ path: '/oauth/token' })).toHaveLength(1)
})

test('opens one window however often Connect is clicked', async ({ dealpass, sandbox }) => {
  await importSetup(dealpass)
  const [one, two] = [await popupTab(dealpass), await popupTab(dealpass)]
  const window = await authWindow(dealpass, async () => {
    await one.getByRole('button', { name: 'Connect Sell', exact: true }).dblclick()
    // The second popup may already show Cancel; what it sends is what a click on a stale button would send.
    await two.evaluate(() =>
      // @ts-expect-error the page's own API
      chrome.runtime.sendMessage({ dealpass: 'request', name: 'connect', input: { provider: 'sell' } }),
    )
  })
  await expect(item(two, 'Sell')).toContainText('Connecting')
  expect(sandbox.saw({ path: '/oauth2/authorize' })).toHaveLength(1)
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  await expect(item(two, `Sell – ${sandbox.users.rep.email}`)).toContainText('Connected as')
  expect((await viewOf(dealpass)).connections).toHaveLength(1)
  await expect.poll(async () => (await viewOf(dealpass)).attempts).toEqual([])
  // Once to sign in and once to consent, of one and the same attempt.
  const states = sandbox.saw({ path: '/oauth2/authorize', method: 'GET' }).map(({ query }) => query.state)
  expect(states).toHaveLength(2)
  expect(new Set(states).size).toBe(1)
})

test('says what is missing when there is no setup', async ({ dealpass, sandbox }) => {
  const popup = await openPopup(dealpass)
  await popup.click('button', 'Connect Sell')
  await popup.waitForText('Not connected · Your company’s setup is missing. Import it in Options.', {
    within: ['listitem', 'Sell'],
  })
  expect(sandbox.saw()).toHaveLength(0)
})

test('connects two providers at once: the second waits for the first window', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await importSetup(dealpass)
  const popup = await popupTab(dealpass)
  const sell = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: 'Connect Sell', exact: true }).click(),
  )
  await popup.getByRole('button', { name: 'Connect SalesOS', exact: true }).click()
  await expect(item(popup, 'SalesOS')).toContainText('Connecting')
  expect(sandbox.saw({ path: '/authorize' })).toHaveLength(0)
  await signIn(sell, sandbox.users.rep)
  const salesos = await authWindow(dealpass, () => consent(sell, 'Allow'))
  await signIn(salesos, sandbox.users.rep)
  await consent(salesos, 'Allow')
  const { email } = sandbox.users.rep
  await expect(item(popup, `Sell – ${email}`)).toContainText('Connected as')
  await expect(item(popup, `SalesOS – ${email}`)).toContainText('Connected as')
  expect(sandbox.saw({ path: '/oauth/token' })).toMatchObject([{ status: 200 }])
})

test('adds a second account, and keeps the first', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  await importSetup(dealpass)
  await (await connectInPopup(dealpass, sandbox, 'salesos')).close()
  const popup = await popupTab(dealpass)
  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: 'Add account SalesOS', exact: true }).click(),
  )
  await signIn(window, sandbox.users.colleague)
  await consent(window, 'Allow')
  await expect(item(popup, `SalesOS – ${sandbox.users.colleague.email}`)).toContainText('Connected as')
  await expect(item(popup, `SalesOS – ${sandbox.users.rep.email}`)).toContainText('Connected as')
  expect(sandbox.saw({ path: '/authorize' }).map(({ query }) => query.prompt)).toEqual([undefined, 'login'])
  expect(sandbox.saw({ path: '/oauth/token' }).map(({ status }) => status)).toEqual([200, 200])
})

test('can be driven by the keyboard alone', async ({ dealpass, sandbox }) => {
  await importSetup(dealpass)
  const popup = await openPopup(dealpass)
  for (let step = 0; step < 12; step += 1) {
    await popup.key('Tab')
    const [button] = await popup.getByRole('button', 'Connect SalesOS')
    if (button?.focused) break
  }
  const window = await authWindow(dealpass, () => popup.key('Enter'))
  const { email, password } = sandbox.users.rep
  await window.getByLabel('E-mail').press('Tab')
  await window.getByLabel('E-mail').fill(email)
  await window.getByLabel('Password').fill(password)
  await window.getByLabel('Password').press('Enter')
  await window.getByRole('button', { name: 'Allow' }).waitFor()
  await consent(window, 'Allow')
  const after = await openPopup(dealpass)
  await after.waitForText(`Connected as ${email}`, { within: ['listitem', `SalesOS – ${email}`] })
  expect(sandbox.saw({ path: '/oauth/token' })).toMatchObject([{ status: 200 }])
})
