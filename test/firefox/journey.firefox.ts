import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Sandbox, type Seen, sandboxSetup, startSandbox } from '../sandbox/sandbox'
import { click, type ExtensionFirefox, launchFirefox, until, waitForText } from './firefox'
import {
  consentWindow,
  expectNoFault,
  expectNothingOnDisk,
  importSetup,
  openPanel,
  optionsPath,
  popupPath,
  redirectUri,
  row,
  signIn,
} from './steps'

const back = redirectUri('salesos')

let sandbox: Sandbox
let firefox: ExtensionFirefox
let folder: string
let profile: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dealpass-firefox-'))
  profile = join(folder, 'profile')
  sandbox = await startSandbox({ redirects: { salesos: [back] } })
  firefox = await launchFirefox(sandbox, profile)
})

afterEach(async ({ task }) => {
  try {
    if (task.result?.state === 'fail') await firefox?.photograph('test-results/firefox')
  } finally {
    await firefox?.close()
    await sandbox?.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
})

const rep = () => sandbox.users.rep
const leadsRead = () => sandbox.saw({ host: 'api.play2sell.com', path: '/v1/leads', method: 'GET' })
const site = 'https://crm.acme.example'
const isByBackground = ({ headers }: Seen) => headers.origin !== 'https://app.futuresimple.com'

/** The widget of docs/widgets.md. */
const docsWidget = () => /```js\n(.*?)```/s.exec(readFileSync('docs/widgets.md', 'utf8'))?.[1] ?? ''
const fromExtension = () =>
  sandbox.saw().filter(({ headers }) => headers.origin?.startsWith('moz-extension:'))

it('connects SalesOS, shows its leads on a CRM page, and disconnects', async () => {
  const proposal = { origin: site, provider: 'salesos', scopes: ['leads:read'], use: 'fetch', access: 'read' }
  const options = await firefox.open(optionsPath)
  await waitForText(options, 'body', back)
  await importSetup(options, folder, { ...sandboxSetup(), sites: [proposal] })

  // As a user may in the add-on's permissions at any time; since Firefox 127 an installation grants them all.
  await options.evaluate(() =>
    // @ts-expect-error the page's own API
    browser.permissions.remove({ origins: ['https://auth.play2sell.com/*', 'https://api.play2sell.com/*'] }),
  )
  const popup = await firefox.open(popupPath)
  await waitForText(popup, row('SalesOS'), 'Not connected')
  await click(popup, 'Connect SalesOS')
  await waitForText(popup, row('SalesOS'), 'Waiting for your permission')
  expect(sandbox.saw({ host: 'auth.play2sell.com' })).toEqual([])
  let asked = ''
  const window = await firefox.opened(
    url => url.startsWith('https://auth.play2sell.com/u/login'),
    async () => {
      asked = await firefox.allowPermission()
    },
  )
  expect(asked).toContain('auth.play2sell.com')
  expect(asked).toContain('api.play2sell.com')
  await waitForText(popup, row('SalesOS'), 'Connecting')

  await signIn(window, rep())
  const connected = row(`SalesOS – ${rep().email}`)
  await waitForText(popup, connected, `Connected as ${rep().email}`)

  // Firefox asks once without a window, to see whether one is needed, and once with it.
  const authorizations = sandbox.saw({ path: '/authorize' })
  expect(authorizations).toHaveLength(2)
  for (const { query } of authorizations) {
    expect(query).toEqual(authorizations[0]?.query)
    expect(query).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: back,
      audience: 'https://api.play2sell.com',
      scope: 'openid profile email offline_access leads:read',
    })
    expect(query.code_challenge).toMatch(/^[\w-]{43}$/)
  }
  const exchanges = sandbox.saw({ path: '/oauth/token' })
  expect(exchanges).toMatchObject([
    {
      method: 'POST',
      status: 200,
      headers: { origin: firefox.origin.slice(0, -1) },
      body: { grant_type: 'authorization_code', redirect_uri: back },
    },
  ])
  expect(sandbox.saw({ path: '/userinfo' })).toMatchObject([{ status: 200 }])

  const { page, panel } = await openPanel(firefox, 'https://app.futuresimple.com/leads/1')
  await waitForText(panel, 'body', 'This page may not use your logins yet')
  const question = await consentWindow(firefox, () => click(panel, 'Allow on this page'))
  await waitForText(question, 'dialog', 'app.futuresimple.com')
  await waitForText(panel, 'body', 'Answer')
  await click(question, 'Allow')
  await waitForText(panel, '[aria-label="Dealpass panel"]', 'Aiko Tanabe')
  const widget = await until('the widget', () => page.$(':root >>> section[aria-label="SalesOS leads"]'))
  const says = () => widget.evaluate(one => one.textContent)
  expect(
    await until('the widget’s leads', async () => /\d+ leads/.test((await says()) ?? '') && says()),
  ).toMatch(/This page’s own token ends at/)

  expect(leadsRead().filter(isByBackground)).toMatchObject([{ status: 200 }])
  const byWidget = leadsRead().filter(read => !isByBackground(read))
  expect(byWidget).toMatchObject([{ status: 200 }])
  expect(byWidget[0]?.headers.authorization).toMatch(/^Bearer /)
  expect(sandbox.saw({ path: '/oauth/token' })).toHaveLength(2)

  // The page goes elsewhere within its document, and the panel with it.
  await page.evaluate(() => history.pushState(null, '', '/leads/2'))
  await until('the panel to read again', async () => leadsRead().filter(isByBackground).length === 2)

  // A site that the setup proposes waits for the browser's permission; then its own scripts ask, and are served.
  await options.bringToFront()
  await click(options, 'Use Dealpass on crm.acme.example')
  expect(await firefox.allowPermission()).toContain('crm.acme.example')
  await waitForText(options, 'body', 'Dealpass runs on this site')
  const files = { '/dealpass.js': readFileSync('dist/sdk/dealpass.js', 'utf8'), '/widget.js': docsWidget() }
  sandbox.set('sites', { files })
  const other = await firefox.browser.newPage()
  await other.goto(`${site}/`)
  const second = await consentWindow(firefox, () => click(other, 'Show leads'))
  await waitForText(second, 'dialog', 'crm.acme.example')
  const before = leadsRead().length
  await click(second, 'Allow')
  await waitForText(other, '#widget', 'score')
  expect(leadsRead().slice(before)).toMatchObject([{ status: 200, query: { per_page: '3' } }])
  expect(leadsRead().at(-1)?.headers).not.toHaveProperty('origin', site)

  await popup.bringToFront()
  await click(popup, `Disconnect SalesOS – ${rep().email}`)
  await waitForText(popup, connected, 'Disconnecting')
  await waitForText(panel, 'body', 'Open Dealpass in the toolbar and click Connect')
  const revoke = await sandbox.waitFor({ path: '/oauth/revoke' }, { timeout: 20_000 })
  expect(revoke).toMatchObject({ method: 'POST', status: 200 })
  await waitForText(popup, row('SalesOS'), 'Not connected · We told SalesOS to end the login.')
  expect(await until('the widget to go', async () => !(await says()))).toBe(true)

  expect(fromExtension().length).toBeGreaterThan(1)
  for (const { path, headers } of [...fromExtension(), ...leadsRead().filter(isByBackground)])
    expect(headers, path).not.toHaveProperty('cookie')
  await expectNoFault(firefox, sandbox)
  await firefox.close()
  const { secrets } = expectNothingOnDisk(profile, sandbox.secrets())
  for (const kind of ['access token', 'refresh token', 'authorization code', 'code verifier'])
    expect(secrets[kind], kind).toBeGreaterThan(0)
})
