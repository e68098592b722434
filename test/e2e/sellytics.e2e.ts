import { reasonTexts } from '../../src/shared/texts/errors'
import { clients } from '../sandbox/setup'
import { expect, test } from './harness/fixtures'
import { extensionPage } from './harness/opened-page'
import { openPopup } from './harness/popup'
import { stopWorker } from './harness/worker'
import { connected, importSetup, item, openPanelOn, popupTab, setupWith, usedPanel, viewOf } from './steps'

const token = { path: /\/token$/ }
const revoke = { path: /\/revoke$/ }
const undoAndMore = { timeout: 20_000 }
const day = 24 * 60 * 60_000

test('connects two spaces by their keys and shows figures, ignoring the refresh token', async ({
  dealpass,
  sandbox,
}) => {
  await (await importSetup(dealpass, setupWith('sellytics', {}))).close()
  const popup = await openPopup(dealpass)
  await popup.click('button', 'Connect sellytics')
  await popup.waitForText('Connected as North', { within: ['listitem', 'sellytics – North'] })
  await popup.click('button', 'Add account sellytics')
  await popup.waitForText('Connected as South', { within: ['listitem', 'sellytics – South'] })
  await popup.close()

  const { sellyticsNorth, sellyticsSouth } = clients
  expect(sandbox.saw(token).map(({ method, status, body }) => ({ method, status, body }))).toEqual(
    [sellyticsNorth, sellyticsSouth].map(({ id, secret }) => ({
      method: 'POST',
      status: 200,
      body: {
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
        scope: 'sellytics-data-api',
      },
    })),
  )
  expect(sandbox.saw(token)[0]?.headers['content-type']).toContain('application/x-www-form-urlencoded')

  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByRole('region', { name: 'sellytics' })).toContainText('invented')
  // One token for its whole life, not one for each call, and not one for each worker.
  await stopWorker(dealpass)
  await page.reload()
  await openPanelOn(page)
  await expect.poll(() => sandbox.saw({ host: 'api.sellytics.com' }).length).toBeGreaterThan(1)
  expect(sandbox.saw(token)).toHaveLength(2)
})

test('fetches a new token when the old one ends, once, also where no refresh token comes along', {
  tag: '@full',
}, async ({ dealpass, sandbox }) => {
  sandbox.set('sellytics', { refreshToken: false })
  await connected(dealpass, sandbox, 'sellytics')
  const { page, panel } = await usedPanel(dealpass)
  await expect(panel.getByRole('region', { name: 'sellytics' })).toContainText('invented')
  sandbox.advance('sellytics', day)
  sandbox.forget()
  await page.reload()
  await openPanelOn(page)
  await expect
    .poll(() => sandbox.saw({ host: 'api.sellytics.com' }).map(({ status }) => status))
    .toContain(200)
  expect(sandbox.saw(token).map(({ status }) => status)).toEqual([200])
  expect((await viewOf(dealpass)).connections).toMatchObject([{ status: 'connected', renews: 'key' }])
})

test('says whose fault it is that there is no token, and keeps what was there', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const { id } = clients.sellyticsNorth
  const keys = [{ label: 'North', clientId: id, clientSecret: 'not-the-secret-of-this-key-at-all' }]
  await (await importSetup(dealpass, setupWith('sellytics', { keys }))).close()
  const popup = await openPopup(dealpass)
  const row: [role: string, name: string] = ['listitem', 'sellytics']
  for (const [index, badCredentials] of (['unauthorized_client', 'invalid_client'] as const).entries()) {
    sandbox.set('sellytics', { badCredentials })
    await popup.click('button', 'Connect sellytics')
    await expect.poll(() => sandbox.saw(token).map(({ status }) => status)).toHaveLength(index + 1)
    await popup.waitForText(reasonTexts['client-refused'].replaceAll('{provider}', 'sellytics'), {
      within: row,
    })
  }
  await test.step('a token that the answer itself declares void', async () => {
    sandbox.set('sellytics', { notBeforePolicy: Math.floor(Date.now() / 1000) + 3600 })
    await (await importSetup(dealpass, setupWith('sellytics', {}))).close()
    sandbox.forget()
    const again = await openPopup(dealpass)
    await again.click('button', 'Connect sellytics')
    await again.waitForText(reasonTexts['void-token'].replaceAll('{provider}', 'sellytics'), { within: row })
    expect(sandbox.saw(token)).toHaveLength(2)
  })
  expect((await viewOf(dealpass)).connections).toEqual([])
})

test('ends a token, never the refresh token, and says that the key lives on', { tag: '@full' }, async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'sellytics')
  await popup.getByRole('button', { name: 'Disconnect sellytics – North' }).click()
  await expect(item(popup, 'sellytics – North')).toContainText('Disconnecting')
  // `key-logged-out` among the sandbox's violations would say that the other holders of the key were logged out.
  const seen = await sandbox.waitFor(revoke, undoAndMore)
  expect(seen).toMatchObject({ status: 200, body: { token_type_hint: 'access_token' } })
  await expect(item(popup, 'sellytics')).toContainText('the key lives on at sellytics')
  // It stands in the setup: one click and it is back.
  await popup.getByRole('button', { name: 'Connect sellytics', exact: true }).click()
  await expect(item(popup, 'sellytics – North')).toContainText('Connected as North')
})

test('takes a key that is entered, and warns before it is forgotten that nobody can show it again', async ({
  dealpass,
  sandbox,
}) => {
  await (await importSetup(dealpass, { version: 1, providers: [{ id: 'sellytics' }] })).close()
  const popup = await popupTab(dealpass)
  const entry = await extensionPage(dealpass, 'src/screens/entry/index.html', () =>
    popup.getByRole('button', { name: 'Connect sellytics', exact: true }).click(),
  )
  await expect(entry.getByText('sellytics cannot show this key again')).toBeVisible()
  const { id, secret } = clients.sellyticsNorth
  const send = async (text: string) => {
    await entry.getByLabel('Label').fill('My space')
    await entry.getByLabel('Client id').fill(id)
    await entry.getByLabel('Client secret').fill(text)
    await entry.getByRole('button', { name: 'Connect', exact: true }).click()
  }
  await send('not-the-secret-of-this-key-at-all')
  await expect(entry.getByRole('alert')).toContainText(
    reasonTexts['key-refused'].replaceAll('{provider}', 'sellytics'),
  )
  const closed = entry.waitForEvent('close')
  await send(secret)
  await closed
  const row = item(popup, 'sellytics – My space')
  await expect(row).toContainText('Connected as My space')
  await popup.getByRole('button', { name: 'Disconnect sellytics – My space' }).click()
  await expect(row).toContainText('sellytics cannot show this key again')
  await row.getByRole('button', { name: 'Keep' }).click()
  expect(sandbox.saw(revoke)).toEqual([])
  await popup.getByRole('button', { name: 'Disconnect sellytics – My space' }).click()
  await popup.getByRole('button', { name: 'Forget key sellytics – My space' }).click()
  await expect(row).toContainText('Disconnecting')
  expect((await viewOf(dealpass)).connections).toMatchObject([{ isKeyOurs: true, status: 'disconnecting' }])
})
