import { sandboxSetup } from '../sandbox/sandbox'
import { authWindow } from './harness/auth-window'
import { expect, test } from './harness/fixtures'
import { chooseSetup, importSetup, item, optionsPage, popupTab, viewOf } from './steps'

test('shows every host before a setup is stored, and stores nothing on Cancel', async ({
  dealpass,
  sandbox,
}) => {
  const options = await optionsPage(dealpass)
  await chooseSetup(options, JSON.stringify(sandboxSetup()))
  for (const host of ['api.getbase.com', 'auth.play2sell.com', 'api.play2sell.com'])
    await expect(options.getByText(host, { exact: true })).toBeVisible()
  await expect(options.getByText('Acme Sales')).toBeVisible()
  expect((await viewOf(dealpass)).setup).toBeNull()
  await options.getByRole('button', { name: 'Cancel' }).click()
  await expect(options.getByText('Nothing was changed.')).toBeVisible()
  expect((await viewOf(dealpass)).setup).toBeNull()
  expect(sandbox.saw()).toEqual([])
})

test('names every fault of a bad setup by its path, and changes nothing', async ({ dealpass, sandbox }) => {
  const options = await importSetup(dealpass)
  const before = (await viewOf(dealpass)).setup
  const secret = 'a-secret-in-the-wrong-place'
  await chooseSetup(
    options,
    JSON.stringify({
      version: 2,
      organisation: { name: '' },
      providers: [
        { id: 'sell', clientId: 'with space', secret },
        { id: 'salesos', clientId: 'x', audience: 'javascript:alert(1)' },
      ],
      permits: [],
    }),
  )
  const faults = options.getByRole('listitem')
  for (const path of [
    'version',
    'organisation.name',
    'providers[0].clientId',
    'providers[0].secret',
    'providers[1].audience',
    'permits',
  ])
    await expect(faults.filter({ hasText: path }).first()).toBeVisible()
  await expect(options.getByText('Nothing was changed.')).toBeVisible()
  expect(await options.content()).not.toContain(secret)
  expect((await viewOf(dealpass)).setup).toEqual(before)

  await chooseSetup(options, 'not a setup')
  await expect(options.getByText('This is not a JSON file.')).toBeVisible()
  expect((await viewOf(dealpass)).setup).toEqual(before)
  expect(sandbox.saw()).toEqual([])
})

test('says what a new setup replaces', async ({ dealpass, sandbox }) => {
  const options = await importSetup(dealpass)
  const [sell] = sandboxSetup().providers
  await chooseSetup(
    options,
    JSON.stringify({ version: 1, providers: [{ id: 'sell', clientId: 'another-app' }] }),
  )
  await expect(options.getByText(`Replaces client id ${sell?.clientId}`)).toBeVisible()
  await expect(options.getByText('No longer configured: SalesOS.')).toBeVisible()
  expect(sandbox.saw()).toEqual([])
})

test('lists the redirect address of each provider, and it is the one that is sent', async ({
  dealpass,
  sandbox,
}) => {
  const options = await importSetup(dealpass)
  const addresses = options.getByRole('list', { name: 'Redirect addresses' })
  const popup = await popupTab(dealpass)
  for (const [name, path] of [
    ['Sell', '/oauth2/authorize'],
    ['SalesOS', '/authorize'],
  ] as const) {
    const window = await authWindow(dealpass, () =>
      popup.getByRole('button', { name: `Connect ${name}`, exact: true }).click(),
    )
    const { query } = await sandbox.waitFor({ path })
    expect(query.redirect_uri).toMatch(
      new RegExp(`^https://oafpccagbpfogdomgmaejahnckbcofcl\\.chromiumapp\\.org/${name.toLowerCase()}$`),
    )
    await expect(addresses).toContainText(query.redirect_uri ?? 'no address')
    await window.close()
    await expect(item(popup, name)).toContainText('Not connected')
  }
})
