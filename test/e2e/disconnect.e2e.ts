import { expect, test } from './harness/fixtures'
import { openPopup } from './harness/popup'
import { stopWorker } from './harness/worker'
import { allowOnPage, connected, connectInPopup, importSetup, item, openPanel, viewOf } from './steps'

/** Undo lasts ten seconds by the product's own timer; the server is what is waited for. */
const undoAndMore = { timeout: 20_000 }

test('stops every use at once, revokes after ten seconds and says so, through the real popup', async ({
  dealpass,
  sandbox,
}) => {
  await importSetup(dealpass)
  await (await connectInPopup(dealpass, sandbox, 'salesos')).close()
  const { email } = sandbox.users.rep
  const { page, panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
  await expect(page.getByRole('region', { name: 'SalesOS leads' })).toContainText(/\d+ leads/)

  sandbox.forget()
  const popup = await openPopup(dealpass)
  await popup.click('button', `Disconnect SalesOS – ${email}`)
  await popup.waitForText(/^Disconnecting/m, { within: ['listitem', `SalesOS – ${email}`] })
  await popup.waitFor('button', `Undo SalesOS – ${email}`)
  await expect(page.getByRole('region', { name: 'SalesOS leads' })).toBeHidden()
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  expect(sandbox.saw({ path: '/oauth/revoke' })).toEqual([])

  const revoke = await sandbox.waitFor({ path: '/oauth/revoke' }, undoAndMore)
  expect(revoke).toMatchObject({ method: 'POST', status: 200 })
  expect(revoke.headers).not.toHaveProperty('cookie')
  const after = await openPopup(dealpass)
  await after.waitForText(/Not connected · We told SalesOS to end the login\..*keeps working until/, {
    within: ['listitem', 'SalesOS'],
  })
  const view = await viewOf(dealpass)
  expect(view.connections).toEqual([])
  expect(view.permits).toEqual([])
  expect(sandbox.saw({ host: 'api.play2sell.com' })).toEqual([])
})

test('Undo takes a Disconnect back, with its permits', async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'salesos')
  const { email } = sandbox.users.rep
  const { panel } = await openPanel(dealpass)
  await allowOnPage(dealpass, panel)
  await sandbox.waitFor({ host: 'api.play2sell.com', path: '/v1/leads' })
  await popup.getByRole('button', { name: `Disconnect SalesOS – ${email}` }).click()
  await expect(item(popup, `SalesOS – ${email}`)).toContainText('Disconnecting')
  await popup.getByRole('button', { name: `Undo SalesOS – ${email}` }).click()
  await expect(item(popup, `SalesOS – ${email}`)).toContainText('Connected as')
  const alarms = await dealpass.inWorker(async () => {
    // @ts-expect-error the worker's own API
    const all = (await chrome.alarms.getAll()) as { name: string }[]
    return all.map(({ name }) => name).filter(name => name.startsWith('disconnect:'))
  })
  expect(alarms).toEqual([])
  expect((await viewOf(dealpass)).permits).toHaveLength(1)
  expect(sandbox.saw({ path: '/oauth/revoke' })).toEqual([])
})

test('finishes a Disconnect whose worker was stopped', { tag: '@full' }, async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'salesos')
  const { email } = sandbox.users.rep
  await popup.getByRole('button', { name: `Disconnect SalesOS – ${email}` }).click()
  await expect(item(popup, `SalesOS – ${email}`)).toContainText('Disconnecting')
  await popup.close()
  await stopWorker(dealpass)
  // No timer is left; what wakes the worker is its alarm, 30 s after the click.
  await sandbox.waitFor({ path: '/oauth/revoke' }, { timeout: 45_000 })
  await expect.poll(async () => (await viewOf(dealpass)).connections).toEqual([])
})

test('finishes a Disconnect at the next start of the browser', { tag: '@full' }, async ({
  dealpass,
  launch,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'salesos')
  const { email } = sandbox.users.rep
  await popup.getByRole('button', { name: `Disconnect SalesOS – ${email}` }).click()
  await expect(item(popup, `SalesOS – ${email}`)).toContainText('Disconnecting')
  await dealpass.close()
  expect(sandbox.saw({ path: '/oauth/revoke' })).toEqual([])
  const again = await launch({ profile: dealpass.profile })
  await sandbox.waitFor({ path: '/oauth/revoke' }, undoAndMore)
  await expect.poll(async () => (await viewOf(again)).connections).toEqual([])
})

for (const [revokeNeedsBasic, result] of [
  [true, 'Only forgotten here: Sell may still keep the login.'],
  [false, 'Sell ended the login, and we checked.'],
] as const) {
  test(`says how far Disconnect came at Sell: ${result}`, { tag: '@full' }, async ({ dealpass, sandbox }) => {
    sandbox.set('sell', { revokeNeedsBasic })
    const popup = await connected(dealpass, sandbox, 'sell')
    sandbox.forget()
    await popup.getByRole('button', { name: `Disconnect Sell – ${sandbox.users.rep.email}` }).click()
    const revoke = await sandbox.waitFor({ path: '/oauth2/revoke' }, undoAndMore)
    expect(revoke.status).toBe(revokeNeedsBasic ? 401 : 200)
    expect(revoke.headers).not.toHaveProperty('authorization')
    await expect(item(popup, 'Sell')).toContainText(`Not connected · ${result}`)
    const checks = sandbox.saw({ path: '/oauth2/token/info' }).map(({ status }) => status)
    expect(checks).toEqual(revokeNeedsBasic ? [] : [401])
  })
}
