import { errorTexts, reasonTexts } from '../../src/shared/texts/errors'
import { clients, personalTokens } from '../sandbox/setup'
import { authWindow, consent } from './harness/auth-window'
import type { ExtensionBrowser } from './harness/chromium'
import { expect, test } from './harness/fixtures'
import { extensionPage } from './harness/opened-page'
import { connectedWith, importSetup, item, openPanel, popupTab, setupWith, usedPanel, viewOf } from './steps'

const tokenPath = { path: '/oauth2/token' }
const revokePath = { path: '/oauth2/revoke' }
const undoAndMore = { timeout: 20_000 }
const hour = 60 * 60_000

const { id, secret } = clients.sell
const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const named = (sentence: string) => sentence.replaceAll('{provider}', 'Sell')

const withCode = () => setupWith('sell', { flow: 'authorization_code', clientSecret: secret })

/** Everything that the extension has written to disk, in words that a secret could be found in. */
async function stored(dealpass: ExtensionBrowser): Promise<string> {
  return dealpass.inWorker(async () => {
    const open = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('dealpass')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const stores = [...open.objectStoreNames]
    const values = await Promise.all(
      stores.map(
        name =>
          new Promise(resolve => {
            const request = open.transaction(name).objectStore(name).getAll()
            request.onsuccess = () => resolve([name, request.result])
          }),
      ),
    )
    open.close()
    // @ts-expect-error the worker's own API
    return JSON.stringify([values, await chrome.storage.session.get()])
  })
}

test('authorization code: Basic at the token endpoint, refreshed by form, both tokens revoked and checked', async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connectedWith(dealpass, sandbox, withCode(), 'sell')
  const { email } = sandbox.users.rep
  const [exchange] = sandbox.saw(tokenPath)
  expect(exchange).toMatchObject({
    method: 'POST',
    status: 200,
    body: {
      grant_type: 'authorization_code',
      redirect_uri: expect.stringMatching(/chromiumapp\.org\/sell$/),
    },
  })
  expect(exchange?.headers.authorization).toBe(basic)
  expect(exchange?.headers['content-type']).toContain('application/x-www-form-urlencoded')
  expect(exchange?.body).not.toHaveProperty('client_secret')

  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()

  await test.step('an API that says 401 is asked again once, after one refresh', async () => {
    sandbox.advance('sell', hour)
    sandbox.forget()
    await page.evaluate(() => history.pushState(null, '', '/leads/2'))
    await sandbox.waitFor(tokenPath)
    await expect.poll(() => sandbox.saw({ path: '/v2/leads/2' }).map(({ status }) => status)).toContain(200)
    const refreshes = sandbox.saw(tokenPath)
    // The permit asks for less than was granted, and the narrower token is a refresh, too.
    expect(refreshes).toHaveLength(1)
    expect(refreshes[0]).toMatchObject({ status: 200, body: { grant_type: 'refresh_token' } })
    expect(refreshes[0]?.headers.authorization).toBe(basic)
    expect(refreshes[0]?.query).toEqual({})
  })

  sandbox.forget()
  await popup.getByRole('button', { name: `Disconnect Sell – ${email}` }).click()
  await expect(item(popup, 'Sell')).toContainText('Sell ended the login, and we checked.', undoAndMore)
  const hints = sandbox.saw(revokePath).map(({ body }) => (body as Record<string, string>).token_type_hint)
  expect(hints).toContain('refresh_token')
  expect(hints).toContain('access_token')
  for (const { headers } of sandbox.saw(revokePath)) expect(headers.authorization).toBe(basic)
})

test('goes on with the refresh token that Sell gives, until Sell refuses one', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connectedWith(dealpass, sandbox, withCode(), 'sell')
  const { email } = sandbox.users.rep
  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  for (const [lead, oldRefreshTokenDies] of [
    [2, true],
    [3, true],
    [4, false],
    [5, false],
  ] as const) {
    sandbox.set('sell', { oldRefreshTokenDies })
    sandbox.advance('sell', hour)
    sandbox.forget()
    await page.evaluate(number => history.pushState(null, '', `/leads/${number}`), lead)
    await expect
      .poll(() => sandbox.saw({ path: `/v2/leads/${lead}` }).map(({ status }) => status))
      .toContain(200)
    expect(sandbox.saw(tokenPath).map(({ status }) => status)).toEqual([200])
  }
  for (const refusalStatus of [400, 401] as const)
    await test.step(`refused with ${refusalStatus}`, async () => {
      sandbox.set('sell', { refusalStatus })
      sandbox.withdraw('sell')
      sandbox.advance('sell', hour)
      await page.evaluate(status => history.pushState(null, '', `/leads/${status - 394}`), refusalStatus)
      await expect(item(popup, `Sell – ${email}`)).toContainText(
        'Needs attention · Sell has ended this login.',
      )
      const window = await authWindow(dealpass, () =>
        popup.getByRole('button', { name: `Reconnect Sell – ${email}` }).click(),
      )
      await consent(window, 'Allow')
      await expect(item(popup, `Sell – ${email}`)).toContainText(`Connected as ${email}`)
    })
})

test('implicit: keeps the refresh token of the fragment only where the setup wants it', {
  tag: '@full',
}, async ({ dealpass, sandbox }) => {
  const setup = setupWith('sell', { clientSecret: secret, allowImplicitRefresh: true })
  await connectedWith(dealpass, sandbox, setup, 'sell')
  expect((await viewOf(dealpass)).connections).toMatchObject([{ flow: 'implicit', renews: 'refresh' }])
  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  sandbox.advance('sell', hour)
  sandbox.forget()
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  const refresh = await sandbox.waitFor(tokenPath)
  expect(refresh).toMatchObject({ status: 200, body: { grant_type: 'refresh_token' } })
  expect(refresh.headers.authorization).toBe(basic)
})

test('password: off until weaker flows are on, sent once, kept nowhere', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const options = await importSetup(dealpass, setupWith('sell', { clientSecret: secret }))
  const { email, password } = sandbox.users.rep
  const connect = options.getByRole('button', { name: 'Connect Sell with user name and password' })
  await expect(options.getByRole('button', { name: 'Connect Sell with a personal token' })).toBeVisible()
  await expect(connect).toHaveCount(0)
  await options.getByRole('switch', { name: 'Weaker flows' }).click()

  const entry = await extensionPage(dealpass, 'src/screens/entry/index.html', () => connect.click())
  await expect(entry.getByText('api.getbase.com').first()).toBeVisible()
  const send = async (text: string) => {
    await entry.getByLabel('User name').fill(email)
    await entry.getByLabel('Password').fill(text)
    await entry.getByRole('button', { name: 'Connect', exact: true }).click()
  }
  await send('not my password at all')
  await expect(entry.getByRole('alert')).toContainText(named(reasonTexts['password-refused']))
  await expect(entry.getByLabel('Password')).toHaveValue('')
  const closed = entry.waitForEvent('close')
  await send(password)
  await closed

  const popup = await popupTab(dealpass)
  await expect(item(popup, `Sell – ${email}`)).toContainText(`Connected as ${email}`)
  const sent = sandbox.saw(tokenPath)
  expect(sent.map(({ status }) => status)).toEqual([400, 200])
  for (const { headers, query, body } of sent) {
    expect(headers.authorization).toBe(basic)
    expect(query).toEqual({})
    expect(body).toMatchObject({ grant_type: 'password', username: email })
  }
  const all = await stored(dealpass)
  expect(all).toContain(email)
  expect(all).not.toContain(password)
  expect((await viewOf(dealpass)).connections).toMatchObject([{ flow: 'password', renews: 'refresh' }])
})

test('personal tokens: several with names and scopes of their own, brokered only, forgotten or revoked', {
  tag: '@full',
}, async ({ dealpass, sandbox }) => {
  await (
    await importSetup(dealpass, setupWith('sell', { flow: 'personal_token', clientSecret: secret }))
  ).close()
  const { email } = sandbox.users.rep
  const popup = await popupTab(dealpass)
  const enter = async (button: string, label: string, token: string) => {
    const entry = await extensionPage(dealpass, 'src/screens/entry/index.html', () =>
      popup.getByRole('button', { name: button, exact: true }).click(),
    )
    await entry.getByLabel('Name').fill(label)
    await entry.getByLabel('Personal token').fill(token)
    await entry.getByRole('button', { name: 'Connect', exact: true }).click()
    return entry
  }
  await test.step('what was torn in copying is refused at the field, and never sent', async () => {
    const { token } = personalTokens.rep
    const entry = await enter('Connect Sell', 'Torn', `${token.slice(0, 20)}\t${token.slice(20)}`)
    await expect(entry.getByLabel('Personal token')).toHaveAttribute('aria-invalid', 'true')
    await entry.getByRole('button', { name: 'Cancel' }).click()
    expect(sandbox.saw()).toEqual([])
  })
  const { rep, repSync, colleague } = personalTokens
  for (const [index, { name, token }] of [rep, repSync, colleague].entries()) {
    const entry = await enter(index === 0 ? 'Connect Sell' : 'Add account Sell', name, ` ${token}\n`)
    await entry.waitForEvent('close')
  }
  const rows = [`${email} · ${rep.name}`, `${email} · ${repSync.name}`, colleague.name]
  for (const row of rows) await expect(item(popup, `Sell – ${row}`)).toContainText(`Connected as ${row}`)
  const seen = sandbox.saw().map(({ path, headers }) => `${path} ${headers.authorization}`)
  expect(seen).toContain(`/oauth2/token/info Bearer ${rep.token}`)
  expect(seen).toContain(`/v2/users/self Bearer ${rep.token}`)
  const { connections } = await viewOf(dealpass)
  expect(connections.map(({ scopes }) => scopes.granted)).toEqual(
    [rep, repSync, colleague].map(({ scopes }) => scopes),
  )

  const { panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()

  await test.step('one is forgotten here, the other revoked and asked about', async () => {
    for (const [row, choice] of [
      [rows[0], 'Forget here'],
      [rows[1], 'Revoke at Sell'],
    ]) {
      await popup.getByRole('button', { name: `Disconnect Sell – ${row}` }).click()
      const name = choice === 'Forget here' ? `Forget here Sell – ${row}` : `Revoke at Sell – ${row}`
      await popup.getByRole('button', { name }).click()
    }
    await expect(popup.getByText('the token goes on working elsewhere')).toBeVisible(undoAndMore)
    await expect(popup.getByText('Sell ended the login, and we checked.')).toBeVisible(undoAndMore)
    // Of the one that was only forgotten here, Sell heard nothing.
    expect(sandbox.saw(revokePath).map(({ body, status }) => [Object(body).token, status])).toEqual([
      [repSync.token, 200],
    ])
  })
  expect(await stored(dealpass)).not.toContain(repSync.token)
})

test('shows a contact and a deal, and says what to do about an empty 429', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await connectedWith(dealpass, sandbox, setupWith('sell', {}), 'sell')
  for (const dealValue of ['number', 'string'] as const) {
    sandbox.set('sell', { dealValue })
    const { page, panel } =
      dealValue === 'number'
        ? await usedPanel(dealpass, 'https://app.futuresimple.com/sales/deals/1')
        : await openPanel(dealpass, 'https://app.futuresimple.com/sales/deals/1')
    await expect(panel.getByRole('region', { name: 'Sell' })).toContainText(/[€$£]\s?[\d,]+/)
    await page.evaluate(() => history.pushState(null, '', '/crm/contacts/1'))
    await sandbox.waitFor({ path: '/v2/contacts/1' })
    await expect(panel.getByRole('region', { name: 'Sell' })).toContainText('@')
    sandbox.set('sell', { fault: { path: '/v2/leads/3', status: 429, body: '' } })
    await page.evaluate(() => history.pushState(null, '', '/leads/3'))
    await expect(panel.getByRole('region', { name: 'Sell' })).toContainText(errorTexts['rate-limited'])
    sandbox.set('sell', { fault: null })
    await page.close()
  }
  expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected' }])
})

test('asks for more later, and keeps the connection and its permits', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connectedWith(dealpass, sandbox, withCode(), 'sell')
  const { email } = sandbox.users.rep
  const { panel } = await usedPanel(dealpass)
  await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  const before = await viewOf(dealpass)
  const more = setupWith('sell', {
    flow: 'authorization_code',
    clientSecret: secret,
    scopes: ['read', 'profile', 'write', 'sync'],
  })
  await (await importSetup(dealpass, more)).close()
  await expect(item(popup, `Sell – ${email}`)).toContainText('asks for more now')
  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: `Reconnect Sell – ${email}` }).click(),
  )
  await consent(window, 'Allow')
  await expect
    .poll(async () => (await viewOf(dealpass)).connections.map(({ scopes }) => scopes.granted))
    .toEqual([['read', 'profile', 'write', 'sync']])
  const after = await viewOf(dealpass)
  expect(after.connections.map(known => known.id)).toEqual(before.connections.map(known => known.id))
  expect(after.permits).toEqual(before.permits)
})
