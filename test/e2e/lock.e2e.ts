import { expect, test } from './harness/fixtures'
import { openPopup } from './harness/popup'
import { connected, item, openPanelOn, optionsPage, popupTab, usedPanel, viewOf } from './steps'

const passphrase = 'harbour lights at noon'

test('a passphrase locks the vault at each start of the browser, and never looks like a Disconnect', async ({
  dealpass,
  launch,
  sandbox,
  canaries,
}) => {
  canaries.push({ kind: 'passphrase', owner: 'the user', value: passphrase })
  const { email } = sandbox.users.rep
  await connected(dealpass, sandbox, 'salesos')
  const options = await optionsPage(dealpass)
  await test.step('the screen says what a forgotten one costs, before one is set', async () => {
    const security = options.locator('#security')
    await expect(security).toContainText('If you forget it, your connections are lost.')
    await security.getByLabel('New passphrase', { exact: true }).fill(passphrase)
    await security.getByLabel('New passphrase, again').fill(`${passphrase}!`)
    await security.getByRole('button', { name: 'Set passphrase' }).click()
    await expect(security.getByRole('alert')).toContainText('The two do not match')
    await security.getByLabel('New passphrase, again').fill(passphrase)
    await security.getByRole('button', { name: 'Set passphrase' }).click()
    await expect(security).toContainText('A passphrase is set.')
  })
  await test.step('everything goes on', async () => {
    const { panel } = await usedPanel(dealpass)
    await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  })
  await dealpass.close()

  const again = await launch({ profile: dealpass.profile })
  const popup = await openPopup(again)
  await popup.waitForText('Locked', { within: ['listitem', `SalesOS – ${email}`] })
  await popup.close()
  sandbox.forget()
  const tab = await popupTab(again)
  await expect(item(tab, `SalesOS – ${email}`)).toContainText('Locked')
  await expect(item(tab, 'SalesOS')).toHaveCount(0)

  await test.step('a wrong one opens nothing', async () => {
    await expect(tab.getByLabel('Passphrase')).toBeFocused()
    await tab.getByLabel('Passphrase').fill('harbour lights at nine')
    await tab.keyboard.press('Enter')
    await expect(tab.getByRole('alert')).toContainText('This is not the passphrase.')
    expect(sandbox.saw()).toEqual([])
  })
  await test.step('the right one opens it, and the login is as it was', async () => {
    await tab.getByLabel('Passphrase').fill(passphrase)
    await tab.getByRole('button', { name: 'Unlock' }).click()
    await expect(item(tab, `SalesOS – ${email}`)).toContainText(`Connected as ${email}`)
    const { panel } = await usedPanel(again)
    await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
  })
  await test.step('Lock takes key and tokens out of memory, and the panel says so', async () => {
    await tab.getByRole('button', { name: 'Lock Dealpass' }).click()
    await expect(item(tab, `SalesOS – ${email}`)).toContainText('Locked')
    await expect
      .poll(() =>
        again.inWorker(async () => {
          // @ts-expect-error the worker's own API
          const { tokens } = await chrome.storage.session.get('tokens')
          return [tokens.dataKey, Object.keys(tokens.held), tokens.given]
        }),
      )
      .toEqual([undefined, [], []])
    const page = await again.context.newPage()
    await page.goto('https://app.futuresimple.com/leads/2')
    await expect(await openPanelOn(page)).toContainText('Dealpass is locked')
    expect((await viewOf(again)).connections).toMatchObject([{ status: 'locked' }])
  })
})

test('a forgotten passphrase costs the connections, and a new beginning is two clicks', {
  tag: '@full',
}, async ({ dealpass, sandbox }) => {
  const popup = await connected(dealpass, sandbox, 'salesos')
  const options = await optionsPage(dealpass)
  const security = options.locator('#security')
  await security.getByLabel('New passphrase', { exact: true }).fill(passphrase)
  await security.getByLabel('New passphrase, again').fill(passphrase)
  await security.getByRole('button', { name: 'Set passphrase' }).click()
  await expect(security).toContainText('A passphrase is set.')
  await security.getByRole('button', { name: 'Lock now' }).click()
  await expect(security.getByRole('button', { name: 'Unlock' })).toBeVisible()
  await popup.getByText('Passphrase forgotten?').click()
  await popup.getByRole('button', { name: 'Remove all connections' }).click()
  await popup.getByRole('button', { name: 'Yes, remove all connections' }).click()
  await expect(item(popup, 'SalesOS')).toContainText('Not connected')
  expect(await viewOf(dealpass)).toMatchObject({ lock: 'off', connections: [], permits: [] })
})
