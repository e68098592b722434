import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, decodeProtectedHeader } from 'jose'
import type { Frame, Page } from 'puppeteer-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reasonTexts } from '../../src/shared/texts/errors'
import { searchFolder, tallyOf } from '../canaries/search'
import { companySecrets, type RelayBeside, startRelayBeside } from '../relay/beside'
import { relayOrigin } from '../relay/config'
import { leads } from '../sandbox/leads'
import { relayedSetup, type Sandbox, type Seen, startSandbox } from '../sandbox/sandbox'
import { clients } from '../sandbox/setup'
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

const hour = 60 * 60_000
const pageOf = (id: number) => `https://app.futuresimple.com/leads/${id}`

let sandbox: Sandbox
let relay: RelayBeside
let firefox: ExtensionFirefox
let folder: string
let profile: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dealpass-firefox-'))
  profile = join(folder, 'profile')
  sandbox = await startSandbox({ loopback: true, redirects: { sell: [redirectUri('sell')] } })
  relay = await startRelayBeside(sandbox, redirectUri)
  firefox = await launchFirefox(sandbox, profile)
})

afterEach(async ({ task }) => {
  try {
    if (task.result?.state === 'fail') await firefox?.photograph('test-results/firefox-relay')
  } finally {
    await firefox?.close()
    await relay?.end()
    await sandbox?.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
})

/** As the user reads it in Options. */
const thumbprintIn = (options: Page) =>
  until('the thumbprint', () =>
    options.evaluate(() => {
      const shown = document.querySelector('[aria-label="Your company’s relay"] code')?.textContent
      return shown?.length === 43 && shown
    }),
  )

/** Whose proof a request had, by its thumbprint. */
const proverOf = ({ headers: { dpop = '' } }: Seen) =>
  calculateJwkThumbprint(decodeProtectedHeader(dpop).jwk ?? {})

/** A line of the relay's log with these members, which may be written a little later than what it tells. */
const logged = (members: Record<string, unknown>) =>
  until(`${JSON.stringify(members)} in the relay’s log`, async () =>
    (relay.output().match(/^\{.*\}$/gm) ?? [])
      .map(line => JSON.parse(line) as Record<string, unknown>)
      .some(line => Object.entries(members).every(([name, value]) => line[name] === value)),
  )

/** The panel shows a lead of Sell, which the browser has fetched, and figures of sellytics, which the relay has. */
async function expectData(panel: Frame, id: number): Promise<void> {
  const { firstName, lastName } = leads[id - 1] ?? {}
  await waitForText(panel, '[aria-label="Dealpass panel"]', `${firstName} ${lastName}`)
  await waitForText(panel, 'body', 'invented')
  const isBrowser = ({ headers }: Seen) => headers['user-agent']?.includes('Firefox') ?? false
  const read = sandbox.saw({ path: `/v2/leads/${id}` }).filter(({ status }) => status === 200)
  expect(read.map(isBrowser)).toContain(true)
  const figures = sandbox.saw({ host: 'api.sellytics.com' })
  expect(figures.map(isBrowser)).toContain(false)
  expect(sandbox.saw({ server: 'sellytics' }).filter(isBrowser)).toEqual([])
}

/** The login was renewed, once, through the relay and for this key. */
async function expectRefresh(thumbprint: string): Promise<void> {
  const [refresh, ...more] = sandbox
    .saw({ server: 'relay', path: '/oauth/sell/token' })
    .filter(({ status }) => status === 200) as [Seen]
  expect(more).toEqual([])
  expect(refresh.body).toMatchObject({
    grant_type: 'refresh_token',
    refresh_token: expect.stringMatching(/^dpr1\./),
  })
  expect(await proverOf(refresh)).toBe(thumbprint)
  expect(sandbox.saw({ path: '/oauth2/token' })).toMatchObject([
    {
      status: 200,
      body: { grant_type: 'refresh_token', refresh_token: expect.not.stringMatching(/^dpr1\./) },
    },
  ])
}

it('goes through a relay by the key of its profile, over a restart and while the relay is down', async () => {
  const { email } = sandbox.users.rep
  const rows = [row(`Sell – ${email}`), row('sellytics – North')] as const
  const options = await firefox.open(optionsPath)
  await importSetup(options, folder, relayedSetup(relayOrigin))
  const thumbprint = await thumbprintIn(options)
  const user = `key:${thumbprint}`

  // Whoever is not admitted is told so, and no provider hears of it.
  let popup = await firefox.open(popupPath)
  await click(popup, 'Connect sellytics')
  expect(await firefox.allowPermission()).toContain('relay.acme.example')
  await waitForText(popup, row('sellytics'), reasonTexts['relay-not-admitted'])
  await logged({ code: 'not-admitted', status: 403 })
  expect(sandbox.saw({ path: /oauth|token/ }).map(({ path, status }) => [path, status])).toEqual([
    ['/.well-known/oauth-protected-resource', 200],
    ['/oauth/sellytics/keys', 403],
    // By what it knows people is asked anew before anybody is sent to mend it.
    ['/.well-known/oauth-protected-resource', 200],
  ])
  relay.admit(thumbprint)

  await click(popup, 'Connect sellytics')
  await waitForText(popup, rows[1], 'Connected as North')
  const window = await firefox.opened(
    url => url.startsWith('https://api.getbase.com/'),
    () => click(popup, 'Connect Sell'),
  )
  await signIn(window, sandbox.users.rep)
  await waitForText(popup, rows[0], `Connected as ${email}`)

  // Firefox says whose a request is where it is no GET. The relay lets Firefox in though it names ids of Chromium's.
  const [exchange] = sandbox.saw({ server: 'relay', path: '/oauth/sell/token' }) as [Seen]
  expect(exchange).toMatchObject({
    status: 200,
    headers: { origin: firefox.origin.slice(0, -1), 'dealpass-relay': '1' },
    body: { grant_type: 'authorization_code', redirect_uri: redirectUri('sell') },
  })
  expect(await proverOf(exchange)).toBe(thumbprint)
  const secret = Buffer.from(`${clients.sell.id}:${clients.sell.secret}`).toString('base64')
  expect(sandbox.saw({ path: '/oauth2/token' })).toMatchObject([
    { status: 200, headers: { authorization: `Basic ${secret}` } },
  ])

  const { panel } = await openPanel(firefox, pageOf(1))
  const question = await consentWindow(firefox, () => click(panel, 'Allow on this page'))
  // The restart below would end a permit that ends with the browser.
  await click(question, 'Always', 'radio')
  await click(question, 'Allow')
  await expectData(panel, 1)
  await logged({ event: 'audit', provider: 'sellytics', key: 'North', user, status: 200 })

  // The key is the profile's, not the background's that has made it.
  await firefox.endBackground()
  expect(await thumbprintIn(await firefox.open(optionsPath))).toBe(thumbprint)
  await expectNoFault(firefox, sandbox)
  await firefox.close()
  firefox = await launchFirefox(sandbox, profile)
  expect(await thumbprintIn(await firefox.open(optionsPath))).toBe(thumbprint)
  popup = await firefox.open(popupPath)
  for (const one of rows) await waitForText(popup, one, 'Connected as')

  // Access tokens are gone with the browser, so this begins with a refresh, which the relay opens for this key alone.
  sandbox.forget()
  const again = await openPanel(firefox, pageOf(1))
  await expectData(again.panel, 1)
  await expectRefresh(thumbprint)

  // The relay is down: that is said, and nothing is lost.
  await expectNoFault(firefox, sandbox)
  sandbox.forget()
  await relay.stop()
  sandbox.advance('sell', hour)
  await openPanel(firefox, pageOf(2))
  for (const one of rows) {
    await waitForText(popup, one, 'not answering')
    await waitForText(popup, one, 'Connected as')
  }
  expect(sandbox.saw({ path: '/oauth2/token' })).toEqual([])
  await relay.start()
  for (const one of rows)
    await until(`${one} to be well`, () =>
      popup.evaluate(at => !document.querySelector(at)?.textContent?.includes('not answering'), one),
    )
  const last = await openPanel(firefox, pageOf(2))
  await expectData(last.panel, 2)
  await expectRefresh(thumbprint)

  await expectNoFault(firefox, sandbox)
  await firefox.close()
  const { secrets } = expectNothingOnDisk(profile, [...sandbox.secrets(), ...companySecrets])
  expect(secrets).toMatchObject({
    'access token': expect.any(Number),
    'refresh token': expect.any(Number),
    'client secret': expect.any(Number),
  })
  // What is no secret is found where the extension keeps the others.
  const known = tallyOf([])
  const clientId = { kind: 'client id', owner: 'sell', value: clients.sell.id }
  searchFolder('profile', profile, [clientId], known)
  expect(known.leaks.some(({ place }) => place.startsWith('storage/default/moz-extension'))).toBe(true)
})
