import type { Sandbox } from '../sandbox/sandbox'
import { authWindow, consent, signIn } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { openPopup } from './harness/popup'
import { stopWorker } from './harness/worker'
import { allowOnPage, connected, item, openPanel, openPanelOn, popupTab, viewOf } from './steps'

const hour = 60 * 60_000

function refreshes(sandbox: Sandbox) {
  return sandbox
    .saw({ path: '/oauth/token' })
    .filter(({ body }) => (body as Record<string, string>).grant_type === 'refresh_token')
}

test('keeps connections over a restart of the browser', async ({ dealpass, launch, sandbox }) => {
  await connected(dealpass, sandbox, 'sell', 'salesos')
  const { panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
  await dealpass.close()

  sandbox.forget()
  const again = await launch({ profile: dealpass.profile })
  const popup = await openPopup(again)
  const { email } = sandbox.users.rep
  await popup.waitForText(`Connected as ${email}`, { within: ['listitem', `Sell – ${email}`] })
  await popup.waitForText(`Connected as ${email}`, { within: ['listitem', `SalesOS – ${email}`] })
  expect(sandbox.saw({ path: /token|authorize/ })).toEqual([])

  await test.step('the next use refreshes, and signs in silently where there is nothing to refresh', async () => {
    const after = await openPanel(again)
    await allowOnPage(again, after.panel)
    await expect(after.panel.getByText('Elena Marchetti').first()).toBeVisible()
    await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
    expect(refreshes(sandbox)).toMatchObject([{ status: 200, body: { scope: 'leads:read' } }])
    expect(sandbox.saw({ path: '/oauth2/authorize' })).toHaveLength(1)
    expect(again.context.pages().filter(page => page.url().includes('oauth2'))).toEqual([])
  })
})

test('refreshes an expired token once, whoever asks', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'salesos')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
  await expect(page.getByRole('region', { name: 'SalesOS leads' })).toContainText('leads')
  sandbox.advance('salesos', hour)
  sandbox.forget()
  // Four panels at once, all with a token that the server now takes for dead.
  const pages = await Promise.all([1, 2, 3].map(() => dealpass.context.newPage()))
  await Promise.all(pages.map(other => other.goto('https://app.futuresimple.com/leads/2')))
  for (const other of pages) await openPanelOn(other)
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  await expect
    .poll(
      () =>
        sandbox.saw({ host: 'api.play2sell.com', path: '/v1/leads' }).filter(({ status }) => status === 200)
          .length,
    )
    .toBeGreaterThanOrEqual(4)
  expect(refreshes(sandbox)).toMatchObject([{ status: 200 }])
  expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected' }])
})

test('goes on with the rotated refresh token after the worker was stopped', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  await connected(dealpass, sandbox, 'salesos')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  // The widget's lease is a refresh of its own; a worker stopped in the middle of it would lose the rotated token.
  await expect(page.getByRole('region', { name: 'SalesOS leads' })).toContainText('leads')
  for (const lead of [2, 3, 4]) {
    sandbox.advance('salesos', hour)
    await stopWorker(dealpass)
    sandbox.forget()
    await page.evaluate(id => history.pushState(null, '', `/leads/${id}`), lead)
    await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads', method: 'GET' })
    await expect.poll(() => refreshes(sandbox).map(({ status }) => status)).toEqual([200])
  }
})

test('ends a connection when the provider refuses the refresh token, and reconnects in place', async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'salesos', 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
  const { email } = sandbox.users.rep
  const [{ id } = { id: '' }] = (await viewOf(dealpass)).connections.filter(
    known => known.provider === 'salesos',
  )
  sandbox.withdraw('salesos')
  sandbox.advance('salesos', hour)
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  const row = item(popup, `SalesOS – ${email}`)
  await expect(row).toContainText('Needs attention · SalesOS has ended this login. Click Reconnect.')
  await expect(item(popup, `Sell – ${email}`)).toContainText('Connected as')
  expect(refreshes(sandbox).map(({ status }) => status)).toContain(403)

  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: `Reconnect SalesOS – ${email}` }).click(),
  )
  await consent(window, 'Allow')
  await expect(row).toContainText(`Connected as ${email}`)
  const view = await viewOf(dealpass)
  expect(view.connections.find(known => known.provider === 'salesos')?.id).toBe(id)
  expect(view.permits.some(permit => permit.connection === id)).toBe(true)
})

test('does not become someone else on Reconnect', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'sell')
  const { email } = sandbox.users.rep
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ path: '/v2/leads/1' })
  sandbox.withdraw('sell')
  sandbox.signOut('sell')
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  // No window without a click: the silent try failed, so a person is needed.
  await expect(item(popup, `Sell – ${email}`)).toContainText(
    'Needs attention · Sign in again. Click Reconnect.',
  )
  const before = await viewOf(dealpass)

  const window = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: `Reconnect Sell – ${email}` }).click(),
  )
  await signIn(window, sandbox.users.colleague)
  await consent(window, 'Allow')
  await expect(item(popup, `Sell – ${email}`)).toContainText('You signed in with another account than before')
  expect((await viewOf(dealpass)).connections).toEqual(before.connections)

  sandbox.signOut('sell')
  const right = await authWindow(dealpass, () =>
    popup.getByRole('button', { name: `Reconnect Sell – ${email}` }).click(),
  )
  await signIn(right, sandbox.users.rep)
  await consent(right, 'Allow')
  await expect(item(popup, `Sell – ${email}`)).toContainText(`Connected as ${email}`)
})

test('renews an implicit connection silently, without a window', async ({ dealpass, sandbox }) => {
  await connected(dealpass, sandbox, 'sell')
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ path: '/v2/leads/1' })
  sandbox.advance('sell', 2 * hour)
  sandbox.forget()
  const opened: string[] = []
  dealpass.context.on('page', window => opened.push(window.url()))
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  await expect(panel.getByText('Elena Marchetti')).toHaveCount(0)
  await sandbox.waitFor({ path: '/v2/leads/2' })
  await expect
    .poll(() => sandbox.saw({ path: '/v2/leads/2' }).map(({ status }) => status))
    .toEqual([401, 200])
  expect(sandbox.saw({ path: '/oauth2/authorize' })).toMatchObject([{ status: 302 }])
  expect(sandbox.saw({ path: '/oauth2/token/info' })).toHaveLength(1)
  expect(opened).toEqual([])
})

test('nothing of a passing trouble ends a connection', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'salesos')
  const { email } = sandbox.users.rep
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
  const row = item(popup, `SalesOS – ${email}`)
  const faults = [
    { status: 500 },
    { status: 502, body: '<h1>Bad gateway</h1>', contentType: 'text/html' },
    { status: 503, headers: { 'retry-after': '1' } },
    { status: 429, body: { error: 'too_many_requests' } },
    { status: 200, body: { error: 'invalid_grant' } },
    { status: 200, body: '{"access_token": "tru' },
    { drop: true },
  ]
  let lead = 2
  for (const fault of faults) {
    sandbox.advance('salesos', hour)
    sandbox.set('salesos', { fault: { path: '/oauth/token', ...fault } })
    sandbox.forget()
    await page.evaluate(id => history.pushState(null, '', `/leads/${id}`), lead)
    await sandbox.waitFor({ path: '/oauth/token' }).catch(() => undefined)
    await expect(panel).toContainText(/does not answer|answered with/)
    expect((await viewOf(dealpass)).connections, JSON.stringify(fault)).toMatchObject([
      { status: 'connected' },
    ])
    sandbox.set('salesos', { fault: null })
    await panel.getByRole('button', { name: 'Try again' }).first().click()
    const answers = () =>
      sandbox.saw({ host: 'api.play2sell.com', path: '/v1/leads' }).map(({ status }) => status)
    await expect.poll(answers).toContain(200)
    await expect.poll(async () => (await viewOf(dealpass)).connections[0]?.notAnswering).toBeUndefined()
    lead += 1
  }
  await expect(row).toContainText(`Connected as ${email}`)
  await expect(row).not.toContainText('not answer')
  expect(await popupTab(dealpass).then(tab => tab.title())).toBe('Dealpass')
})
