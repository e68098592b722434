import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { Sink } from '../canaries/live'
import { createNeedles } from '../canaries/needles'
import { searchFolder, searchLive, searchReading, searchRequests, tallyOf } from '../canaries/search'
import { clients } from '../sandbox/setup'
import { launchChromium } from './harness/chromium'
import { expect, test } from './harness/fixtures'
import { extensionPage } from './harness/opened-page'
import { openPopup } from './harness/popup'
import { addSdk, asked, clickAsk, outcomeOf, prepare } from './page-script'
import { answer, letIn } from './site-steps'
import { connected, connectInTab, importSetup, item, popupTab, setupWith, usedPanel } from './steps'

const passphrase = 'seven herons at the weir'
const hour = 60 * 60_000

test('no secret is anywhere it does not belong, after all that can be done with one', async ({
  dealpass,
  sandbox,
  canaries,
}) => {
  test.setTimeout(120_000)
  canaries.push({ kind: 'passphrase', owner: 'the user', value: passphrase })
  const { email, password } = sandbox.users.rep
  const options = await importSetup(dealpass, setupWith('sell', { clientSecret: clients.sell.secret }))
  const popup = await popupTab(dealpass)

  await test.step('a password is entered, the others sign in by code, by exchange and by key', async () => {
    await options.getByRole('switch', { name: 'Weaker flows' }).click()
    const entry = await extensionPage(dealpass, 'src/screens/entry/index.html', () =>
      options.getByRole('button', { name: 'Connect Sell with user name and password' }).click(),
    )
    await entry.getByLabel('User name').fill(email)
    await entry.getByLabel('Password').fill(password)
    const closed = entry.waitForEvent('close')
    await entry.getByRole('button', { name: 'Connect', exact: true }).click()
    await closed
    await expect(item(popup, `Sell – ${email}`)).toContainText('Connected')
    for (const provider of ['salesos', 'sellsn', 'sellytics'] as const)
      await connectInTab(dealpass, sandbox, provider, popup)
  })
  await test.step('a panel and a page use them, and an API repeats what it was sent', async () => {
    const { panel } = await usedPanel(dealpass)
    await expect(panel.getByText('Elena Marchetti').first()).toBeVisible()
    const page = await dealpass.context.newPage()
    await page.goto('https://crm.acme.example/blank')
    await letIn(dealpass, page)
    await addSdk(page)
    await prepare(page, async pass => (await pass.fetch('salesos', '/v1/leads')).status)
    await answer(dealpass, () => clickAsk(page))
    expect(await outcomeOf(page)).toEqual({ value: 200 })
    sandbox.advance('salesos', 25 * hour)
    for (const echo of ['body', 'base64', 'header', 'status'] as const) {
      sandbox.set('salesos', { fault: { path: '/v1/leads', echo, status: 400, times: 1 } })
      await asked(page, async pass => {
        const reply = await pass.fetch('salesos', '/v1/leads')
        return [reply.statusText, [...reply.headers], await reply.text()]
      })
    }
  })
  await test.step('a passphrase is set, and the vault locked and unlocked', async () => {
    const security = options.locator('#security')
    await security.getByLabel('New passphrase', { exact: true }).fill(passphrase)
    await security.getByLabel('New passphrase, again').fill(passphrase)
    await security.getByRole('button', { name: 'Set passphrase' }).click()
    await expect(security).toContainText('A passphrase is set.')
    canaries.push({ kind: 'data key', owner: 'the vault', value: await rawKey(dealpass) })
    await popup.getByRole('button', { name: 'Lock Dealpass' }).click()
    await popup.getByLabel('Passphrase').fill(passphrase)
    await popup.getByRole('button', { name: 'Unlock' }).click()
    await expect(item(popup, `SalesOS – ${email}`)).toContainText(`Connected as ${email}`)
  })

  const secrets = [...sandbox.secrets(), ...canaries]
  const tally = tallyOf(secrets)
  for (const kind of ['access token', 'refresh token', 'authorization code', 'code verifier', 'key'])
    expect(tally.secrets, kind).toHaveProperty(kind)
  for (const kind of ['password', 'client secret', 'passphrase', 'data key'])
    expect(tally.secrets, kind).toHaveProperty(kind)
  await test.step('exports have none', async () => {
    const needles = createNeedles(secrets)
    for (const button of ['Export setup', 'Export as JSON', 'Export as CSV']) {
      const bytes = await exported(options, button)
      searchReading(needles, { sink: 'export', place: button, bytes }, tally)
    }
  })
  await test.step('nor have the memory of our screens and what was built', async () => {
    await openPopup(dealpass)
    await searchLive(dealpass, secrets, tally, { heap: true })
    for (const folder of ['dist/chrome', 'dist/firefox', 'dist/sdk'])
      searchFolder('bundle', folder, secrets, tally)
  })
  test.info().annotations.push({ type: 'canaries', description: JSON.stringify(tally) })
  expect(tally.leaks).toEqual([])
  expect(Object.keys(tally.places)).toEqual(
    expect.arrayContaining(['storage area', 'IndexedDB', 'document', 'globals', 'heap', 'URL', 'export']),
  )
})

test('an implicit redirect is in Chromium’s disk cache where its server lets it be stored', {
  tag: '@full',
}, async ({ sandbox }) => {
  for (const redirectMayBeStored of [false, true]) {
    sandbox.set('sell', { redirectMayBeStored })
    const dealpass = await launchChromium({ sandbox })
    await connected(dealpass, sandbox, 'sell')
    await dealpass.close()
    const tally = tallyOf([])
    searchFolder('profile', dealpass.profile, sandbox.secrets(), tally)
    const kinds = ['access token of sell as UTF-8', 'refresh token of sell as UTF-8']
    expect(tally.leaks.map(({ secret }) => secret)).toEqual(redirectMayBeStored ? kinds : [])
    for (const { place } of tally.leaks) expect(place).toContain('Cache_Data')
  }
})

test('a leak that is planted is found, in each kind of place', { tag: '@full' }, async ({
  sandbox,
  allowed,
}) => {
  test.setTimeout(120_000)
  const dealpass = await launchChromium({ sandbox })
  const popup = await connected(dealpass, sandbox, 'salesos')
  const { value = '' } = sandbox.secrets().find(({ kind }) => kind === 'refresh token') ?? {}
  const found = async (sink: Sink) => {
    const tally = tallyOf([])
    await searchLive(dealpass, sandbox.secrets(), tally, { heap: sink === 'heap' })
    return [...new Set(tally.leaks.filter(leak => leak.sink === sink).map(({ secret }) => secret))]
  }
  const asIs = ['refresh token of salesos as UTF-8']
  const inBase64 = ['refresh token of salesos as base64']
  const sinks: Sink[] = ['log', 'storage area', 'IndexedDB', 'document', 'globals', 'heap', 'URL']
  for (const sink of sinks) expect(await found(sink), sink).toEqual([])

  await test.step('memory of a screen', async () => {
    await popup.evaluate(secret => {
      // Only what a closure holds: no global has it.
      const kept = [...secret].join('')
      addEventListener('leak', () => kept)
    }, value)
    expect(await found('heap')).toEqual(asIs)
    expect(await found('globals')).toEqual([])
  })
  await test.step('log', async () => {
    await dealpass.inWorker(secret => console.debug('Bearer', { secret }), value)
    expect(await found('log')).toEqual(asIs)
  })
  await test.step('text of an error', async () => {
    const before = (await dealpass.errors()).length
    await popup.evaluate(secret => setTimeout(() => Promise.reject(new Error(secret))), value)
    await expect.poll(async () => (await dealpass.errors()).length).toBeGreaterThan(before)
    expect((await dealpass.errors()).at(-1)).toContain(value)
    expect(await found('log')).toEqual(asIs)
  })
  await test.step('storage area', async () => {
    // @ts-expect-error the worker's own API
    await dealpass.inWorker(secret => chrome.storage.session.set({ leak: { deep: [secret] } }), value)
    expect(await found('storage area')).toEqual(asIs)
  })
  await test.step('the log of receipts, a torn piece in base64', async () => {
    await dealpass.inWorker(async secret => {
      const opening = indexedDB.open('dealpass')
      await new Promise(resolve => opening.addEventListener('success', resolve))
      const writing = opening.result.transaction('receipts', 'readwrite')
      writing.objectStore('receipts').put({ id: 99_999, what: btoa(`:${secret.slice(3, 30)}`) })
      await new Promise(resolve => writing.addEventListener('complete', resolve))
      opening.result.close()
    }, value)
    expect(await found('IndexedDB')).toEqual(inBase64)
  })
  await test.step('a closed shadow root of a page', async () => {
    const page = await dealpass.context.newPage()
    await page.goto('https://crm.acme.example/blank')
    await page.evaluate(secret => {
      const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'closed' })
      root.innerHTML = `<i title="${secret}"></i>`
    }, value)
    expect(await found('document')).toEqual(asIs)
  })
  await test.step('a global, as bytes', async () => {
    await popup.evaluate(secret => {
      Object.assign(window, { kept: new Map([['a', { bytes: new TextEncoder().encode(secret) }]]) })
    }, value)
    expect(await found('globals')).toEqual(asIs)
  })
  await test.step('an address', async () => {
    allowed.violations.push(/"secret-in-url"/, /"secret-at-other-server"/)
    const [page] = dealpass.context.pages().filter(page => page.url().includes('crm.acme.example'))
    await page?.evaluate(secret => fetch(`/?t=${secret}`).then(answer => answer.text()), value)
    expect(await found('URL')).toEqual(asIs)
    expect(sandbox.violations().map(({ rule }) => rule)).toContain('secret-in-url')
    const tally = tallyOf([])
    searchRequests(sandbox.saw(), sandbox.secrets(), tally)
    expect(new Set(tally.leaks.map(({ secret }) => secret))).toEqual(new Set(asIs))
  })
  await dealpass.close()
  await test.step('the profile on disk', () => {
    const tally = tallyOf([])
    searchFolder('profile', dealpass.profile, sandbox.secrets(), tally)
    expect(tally.leaks.map(({ secret }) => secret)).toEqual(inBase64)
  })
  await test.step('an export and a bundle', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dealpass-bundle-'))
    cpSync('dist/chrome', folder, { recursive: true })
    const [script = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.js'),
    )
    writeFileSync(join(folder, script), `const secret='${value.slice(0, 20)}'`, { flag: 'a' })
    const tally = tallyOf([])
    searchFolder('bundle', folder, sandbox.secrets(), tally)
    rmSync(folder, { recursive: true })
    const bytes = Buffer.from(JSON.stringify({ clientSecret: clients.sellsn.secret }))
    searchReading(createNeedles(sandbox.secrets()), { sink: 'export', place: 'a setup', bytes }, tally)
    expect(tally.leaks).toEqual([
      { sink: 'bundle', place: script, secret: asIs[0] },
      { sink: 'export', place: 'a setup', secret: 'client secret of sellsn as UTF-8' },
    ])
  })
})

async function exported(options: Page, button: string): Promise<Buffer> {
  const download = options.waitForEvent('download')
  await options.getByRole('button', { name: button }).click()
  return readFileSync(await (await download).path())
}

function rawKey(dealpass: { inWorker<T>(run: () => Promise<T>): Promise<T> }): Promise<string> {
  return dealpass.inWorker(async () => {
    // @ts-expect-error the worker's own API
    const { tokens } = await chrome.storage.session.get('tokens')
    return tokens.dataKey as string
  })
}
