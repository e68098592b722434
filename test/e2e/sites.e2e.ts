import { readFileSync } from 'node:fs'
import type { Dealpass } from '../../src/sdk/dealpass'
import type { View } from '../../src/shared/view'
import type { ExtensionBrowser } from './harness/chromium'
import { expect, test } from './harness/fixtures'
import { clickToolbar } from './harness/toolbar'
import { reloadExtension } from './harness/worker'
import { addSdk, asked, clickAsk, outcomeOf, prepare, sdkScript } from './page-script'
import { answer, letIn } from './site-steps'
import { connected, connectedWith, optionsPage, setupWith, viewOf } from './steps'

const host = 'crm.acme.example'
const site = `https://${host}`

test('runs the widget of the docs as a page script, on a site that is in no list', async ({
  dealpass,
  sandbox,
}) => {
  const [, widget = ''] = /```js\n(.*?)```/s.exec(readFileSync('docs/widgets.md', 'utf8')) ?? []
  expect(widget.trim().split('\n').length).toBeLessThan(30)
  sandbox.set('sites', { files: { '/dealpass.js': sdkScript, '/widget.js': widget } })
  await connected(dealpass, sandbox, 'salesos')
  sandbox.forget()
  const page = await dealpass.context.newPage()
  await page.goto(`${site}/`)
  const place = page.locator('#widget')

  await test.step('before the site is let in, there is no Dealpass for it', async () => {
    await place.getByRole('button', { name: 'Show leads' }).click()
    await expect(place.getByRole('alert')).toContainText('Dealpass is not here')
  })
  await test.step('let in from the popup, without loading the page again, it asks the user', async () => {
    await letIn(dealpass, page)
    expect(sandbox.saw({ host, path: '/' }).length).toBe(1)
    const said = await answer(dealpass, () => place.getByRole('button', { name: 'Show leads' }).click())
    expect(said).toContain(site)
    expect(said).toContain(sandbox.users.rep.email)
    expect(said).toContain('See leads')
    expect(said).not.toContain('token of its own')
  })
  await expect(place.getByRole('listitem')).toHaveCount(3)
  const [call, ...others] = sandbox.saw({ host: 'api.play2sell.com' })
  expect(others).toEqual([])
  expect(call).toMatchObject({ method: 'GET', path: '/v1/leads', status: 200 })
  expect(call?.headers).not.toHaveProperty('origin', site)
  expect((await viewOf(dealpass)).permits).toMatchObject([
    { site, use: 'fetch', access: 'read', scopes: ['leads:read'], until: 'run' },
  ])
})

test('asks for the difference, revokes what was given, and lets the site go', async ({
  dealpass,
  sandbox,
}) => {
  const scopes = ['read', 'write', 'profile']
  await connectedWith(dealpass, sandbox, setupWith('sell', { scopes }), 'sell')
  const page = await dealpass.context.newPage()
  await page.goto(`${site}/blank`)
  await letIn(dealpass, page)
  await addSdk(page)

  await test.step('reads, after one consent', async () => {
    await prepare(page, async pass => (await pass.fetch('sell', '/v2/leads/1')).status)
    expect(await answer(dealpass, () => clickAsk(page), { until: 'Always' })).toContain('May read')
    expect(await outcomeOf(page)).toEqual({ value: 200 })
    expect(await asked(page, async pass => (await pass.fetch('sell', '/v2/leads/2')).status)).toEqual({
      value: 200,
    })
  })
  await test.step('changes, after a second one that asks for no more than that', async () => {
    await prepare(page, async pass => {
      const contact = { data: { first_name: 'Ada', last_name: 'Moreau' } }
      const headers = { 'content-type': 'application/json' }
      const reply = await pass.fetch('sell', '/v2/leads', {
        method: 'POST',
        headers,
        body: JSON.stringify(contact),
      })
      return [reply.status, reply.headers.get('content-type')]
    })
    const said = await answer(dealpass, () => clickAsk(page), { until: 'For 8 hours' })
    expect(said).toContain('wants more')
    expect(said).toContain('Change all your data')
    expect(await outcomeOf(page)).toMatchObject({ value: [201, expect.stringContaining('json')] })
    const [sent] = sandbox.saw({ method: 'POST', path: '/v2/leads' })
    expect(sent?.body).toMatchObject({ data: { first_name: 'Ada' } })
  })
  let token = ''
  await test.step('has a lease, after a third', async () => {
    await prepare(page, pass => pass.token('sell', { scopes: ['read'] }))
    const said = await answer(dealpass, () => clickAsk(page))
    expect(said).toMatch(/it can act as you until \d{1,2}:\d\d/)
    const { value } = (await outcomeOf(page)) as { value: { accessToken: string; expiresAt: number } }
    token = value.accessToken
    expect(value.expiresAt).toBeLessThanOrEqual(Date.now() + 60 * 60_000)
    sandbox.forget()
    expect(await asked(page, pass => pass.token('sell', { scopes: ['read'] }))).toEqual({ value })
  })
  await test.step('is listed in Options with what it may do, and ended there: the token dies', async () => {
    const options = await optionsPage(dealpass)
    const card = options.getByRole('region', { name: site })
    await expect(card.getByRole('listitem')).toHaveCount(3)
    await expect(card).toContainText('always, until you end it')
    sandbox.forget()
    await card.getByRole('button', { name: `End all permits of ${site}` }).click()
    const revoked = await sandbox.waitFor({ path: '/oauth2/revoke' })
    expect(revoked.body).toMatchObject({ token })
    await expect(card.getByRole('listitem')).toHaveCount(0)
    await options.close()
    // What the SDK kept went with the permit.
    expect(await asked(page, pass => pass.connections())).toEqual({ value: [] })
  })
  await test.step('a no is remembered', async () => {
    await prepare(page, pass => pass.token('sell'))
    await answer(dealpass, () => clickAsk(page), { allow: false })
    expect(await outcomeOf(page)).toMatchObject({ code: 'not-permitted', reason: 'no-permit' })
    expect(await asked(page, pass => pass.token('sell'))).toMatchObject({
      code: 'not-permitted',
      reason: 'denied-lately',
    })
  })
  await test.step('one click takes the site back, and the browser’s permission', async () => {
    const popup = await clickToolbar(dealpass, page)
    await popup.click('button', `Stop using Dealpass on ${host}`)
    await popup.waitFor('button', `Use Dealpass on ${host}`)
    await popup.close()
    const granted = await dealpass.inWorker(async () => {
      // @ts-expect-error the worker's own API
      const origins = (await chrome.permissions.getAll()).origins
      // @ts-expect-error the worker's own API
      return [...origins, ...(await chrome.scripting.getRegisteredContentScripts())]
    })
    expect(JSON.stringify(granted)).not.toContain(host)
    expect(await asked(page, pass => pass.connections())).toMatchObject({
      code: 'not-permitted',
      reason: 'unknown-caller',
    })
    await page.reload()
    await addSdk(page)
    expect(await asked(page, pass => pass.connections())).toMatchObject({ code: 'not-installed' })
  })
})

test('keeps a site over a restart of the browser, and each permit as long as it says', {
  tag: '@full',
}, async ({ dealpass, launch, sandbox }) => {
  await connected(dealpass, sandbox, 'salesos')
  const page = await dealpass.context.newPage()
  await page.goto(`${site}/blank`)
  await letIn(dealpass, page)
  await addSdk(page)
  const read = async (pass: Dealpass) => (await pass.fetch('salesos', '/v1/leads')).status
  const untils = async (browser: ExtensionBrowser) =>
    // A worker that has just been started has none yet.
    ((await viewOf(browser)) as View | undefined)?.permits.map(({ until }) => until)

  await test.step('once is until the page is loaded again', async () => {
    await prepare(page, read)
    await answer(dealpass, () => clickAsk(page), { until: 'Once' })
    expect(await outcomeOf(page)).toEqual({ value: 200 })
    expect(await asked(page, read)).toEqual({ value: 200 })
    await page.reload()
    await expect.poll(() => untils(dealpass)).toEqual([])
    await addSdk(page)
  })
  await test.step('the rest is on disk, or not', async () => {
    await prepare(page, read)
    await answer(dealpass, () => clickAsk(page), { until: 'Always' })
    expect(await outcomeOf(page)).toEqual({ value: 200 })
    await prepare(page, pass => pass.token('salesos', { scopes: ['leads:read'] }))
    await answer(dealpass, () => clickAsk(page), { until: 'Until the browser closes' })
    expect(await outcomeOf(page)).toHaveProperty('value.accessToken')
    expect((await untils(dealpass))?.toSorted()).toEqual(['always', 'run'])
  })
  await dealpass.close()
  const again = await launch({ profile: dealpass.profile })
  await expect.poll(() => untils(again)).toEqual(['always'])
  const after = await again.context.newPage()
  await after.goto(`${site}/blank`)
  await addSdk(after)
  expect(await asked(after, read)).toEqual({ value: 200 })

  await test.step('an update does not cut open pages off', async () => {
    const crm = await again.context.newPage()
    await crm.goto('https://app.futuresimple.com/leads/1')
    await expect(crm.getByRole('button', { name: 'Dealpass', exact: true })).toHaveCount(1)
    await reloadExtension(again)
    await expect.poll(async () => (await asked(after, read)).value).toBe(200)
    await expect(crm.getByRole('button', { name: 'Dealpass', exact: true })).toHaveCount(1)
    await crm.getByRole('button', { name: 'Dealpass', exact: true }).click()
    await crm.waitForEvent('framenavigated', {
      predicate: frame => frame.url().includes('/src/screens/panel/index.html'),
    })
  })
})
