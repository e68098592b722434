import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import type { RequestInput, RequestName } from '../../src/shared/protocol'
import type { Access, PermitDuration, Use, View } from '../../src/shared/view'
import { type ExtensionBrowser, launchChromium } from '../e2e/harness/chromium'
import { extensionPage } from '../e2e/harness/opened-page'
import { grantHost } from '../e2e/harness/worker'
import { connected, viewOf } from '../e2e/steps'
import { type Sandbox, startSandbox } from '../sandbox/sandbox'
import type { Guard } from './guards'

const consentPage = 'src/screens/consent/index.html'
const extension = resolve(process.env.DEALPASS_EXTENSION ?? 'dist/chrome')
const stranger = join(import.meta.dirname, 'stranger')
/** The SDK as a page's own script. */
export const sdk = readFileSync('dist/sdk/dealpass.js', 'utf8')

/** What came of a call of the SDK: its value, or the words of its refusal. */
export type Outcome = { value?: unknown; code?: string; reason?: string; message?: string }

const patience = 4_000

/** Sites that have been let in from the popup; no other origin has a script of ours. */
const letIn = ['https://crm.acme.example', 'https://partner.acme.example'] as const
const isLetIn = (origin: string) => letIn.some(known => known === origin)

/** The browser that all attacks are made in: Sell and SalesOS connected, two sites let in, no permit. */
export type Arena = {
  dealpass: ExtensionBrowser
  sandbox: Sandbox
  /** A new page at an address, with the SDK in it as a page's own script. */
  open(address: string): Promise<Page>
  /**
   * Calls the SDK in a page: `source` is the body of an async function with `pass`. No gesture goes with it. What is still
   * waited for after four seconds has the code `pending`.
   */
  call(page: Page, source: string): Promise<Outcome>
  /** The same from a real click on the page, begun and not awaited. */
  click(page: Page, source: string): Promise<{ outcome: Promise<Outcome> }>
  /** The consent window that the click of `click` opens, and the outcome of its call. */
  ask(page: Page, source: string): Promise<{ question: Page; outcome: Promise<Outcome> }>
  /** A permit got by the real way: click, consent window, Allow. */
  permit(
    page: Page,
    wanted: { provider: string; use: Use; access?: Access; scopes?: string[]; until?: PermitDuration },
  ): Promise<void>
  /** Lets one more site in, as its user does from the popup, until the end of the attack. */
  letSiteIn(origin: string): Promise<void>
  /** Asks the background as a screen would, from a popup in a tab. */
  asScreen<N extends RequestName>(name: N, input: RequestInput<N>): Promise<unknown>
  view(): Promise<View>
  /** Every secret that there is now: access tokens, refresh tokens and client secrets, as they are in the background. */
  secrets(): Promise<string[]>
  /** Fails when any of these values, in whatever JSON they come, holds a secret. */
  expectNoSecret(...values: unknown[]): Promise<void>
  /** Requests that carried a token to an API since the attack began. */
  apiCalls(): ReturnType<Sandbox['saw']>
}

declare const chrome: {
  runtime: { sendMessage(message: unknown): Promise<{ ok: boolean; value?: unknown; error?: unknown }> }
  permissions: { request(wanted: object): Promise<boolean> }
  storage: { session: { get(): Promise<Record<string, unknown>> } }
}

/**
 * The value of an expression in a page's own world, awaited. Not by Playwright's `evaluate`, which the browser takes for
 * a gesture of the user's.
 */
export async function inPage(page: Page, expression: string): Promise<unknown> {
  const session = await page.context().newCDPSession(page)
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
    userGesture: false,
  })
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

const newArena = async (dealpass: ExtensionBrowser, sandbox: Sandbox): Promise<Arena> => {
  const popup = await connected(dealpass, sandbox, 'sell', 'salesos')
  const asScreen: Arena['asScreen'] = async (name, input) => {
    const reply = await popup.evaluate(
      ([name, input]) => chrome.runtime.sendMessage({ dealpass: 'request', name, input }),
      [name, input] as const,
    )
    if (!reply.ok) throw new Error(`${name}: ${JSON.stringify(reply.error)}`)
    return reply.value
  }
  const letSiteIn: Arena['letSiteIn'] = async origin => {
    await grantHost(dealpass, `${origin}/*`)
    await popup.evaluate(pattern => chrome.permissions.request({ origins: [pattern] }), `${origin}/*`)
    await asScreen('useSite', { origin })
  }
  for (const origin of letIn) await letSiteIn(origin)

  const open: Arena['open'] = async address => {
    const page = await dealpass.context.newPage()
    await page.goto(address)
    await inPage(page, sdk)
    return page
  }
  const callOf = (source: string) =>
    `Dealpass.dealpass().then(async pass => { ${source} }).then(value => ({ value }),
      ({ code, reason, message, name }) => ({ code: code ?? name, reason, message }))`
  const click: Arena['click'] = async (page, source) => {
    await inPage(
      page,
      `globalThis.outcome = new Promise(done => {
        addEventListener('click', () => ${callOf(source)}.then(done), { once: true })
      }); undefined`,
    )
    await page.mouse.click(5, 5)
    const outcome = inPage(page, 'outcome') as Promise<Outcome>
    // A page that is closed before has none, and whoever does not look at it must not bring the run down.
    outcome.catch(() => undefined)
    return { outcome }
  }
  const ask: Arena['ask'] = async (page, source) => {
    let clicked: { outcome: Promise<Outcome> } | undefined
    const question = await extensionPage(dealpass, consentPage, async () => {
      clicked = await click(page, source)
    })
    return { question, outcome: (clicked as { outcome: Promise<Outcome> }).outcome }
  }
  const secrets = async () => {
    const inSession = await dealpass.inWorker(async () => JSON.stringify(await chrome.storage.session.get()))
    const { tokens } = JSON.parse(inSession) as { tokens: { held: Record<string, { value: string }> } }
    const onDisk = await dealpass.inWorker(
      () =>
        new Promise<string[]>((resolve, reject) => {
          const opened = indexedDB.open('dealpass')
          opened.onerror = () => reject(opened.error)
          opened.onsuccess = () => {
            const database = opened.result
            const names = ['credentials', 'clientSecrets', 'keys'] as const
            const stores = database.transaction(names)
            const rows: Record<string, Record<string, unknown>[]> = {}
            for (const name of names)
              stores.objectStore(name).getAll().onsuccess = event => {
                rows[name] = (event.target as IDBRequest<Record<string, unknown>[]>).result
              }
            stores.oncomplete = async () => {
              database.close()
              const key = rows.keys?.[0]?.key as CryptoKey
              const found: string[] = []
              for (const name of ['credentials', 'clientSecrets'])
                for (const { sealed, ...record } of rows[name] ?? []) {
                  const { iv, data } = sealed as { iv: BufferSource; data: BufferSource }
                  const identity = JSON.stringify([name, ...Object.values(record).map(String)])
                  const plain = await crypto.subtle.decrypt(
                    { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(identity) },
                    key,
                    data,
                  )
                  const value = JSON.parse(new TextDecoder().decode(plain))
                  if (typeof value === 'string') found.push(value)
                  else
                    for (const field of ['refreshToken', 'key'])
                      if (typeof value[field] === 'string') found.push(value[field])
                }
              resolve(found)
            }
          }
        }),
    )
    return [...Object.values(tokens.held).map(({ value }) => value), ...onDisk]
  }
  return {
    dealpass,
    sandbox,
    open,
    call: (page, source) =>
      inPage(
        page,
        `Promise.race([${callOf(source)}, new Promise(late => setTimeout(late, ${patience}, { code: 'pending' }))])`,
      ) as Promise<Outcome>,
    click,
    ask,
    async permit(page, { provider, use, access = 'read', scopes, until = 'run' }) {
      const options = JSON.stringify({ scopes })
      const source =
        use === 'token'
          ? `return pass.token('${provider}', ${options})`
          : `return (await pass.fetch('${provider}', '${provider === 'sell' ? '/v2/leads' : '/v1/leads'}', { method: '${access === 'read' ? 'GET' : 'POST'}', ...${access === 'read' ? '{}' : "{ body: '{}' }"} })).status`
      const { question, outcome } = await ask(page, source)
      const labels = { once: 'Once', run: 'Until the browser closes', hours: 'For 8 hours', always: 'Always' }
      await question.getByRole('radio', { name: labels[until] }).check()
      const closed = question.waitForEvent('close')
      await question.getByRole('button', { name: 'Allow' }).click()
      await closed
      expect(await outcome).toHaveProperty('value')
    },
    letSiteIn,
    asScreen,
    view: () => viewOf(dealpass),
    secrets,
    async expectNoSecret(...values) {
      const text = JSON.stringify(values)
      for (const secret of await secrets()) expect(text.includes(secret), 'a secret got out').toBe(false)
    },
    apiCalls: () =>
      sandbox.saw({ path: /^\/v[12]\// }).filter(({ headers }) => headers.authorization !== undefined),
  }
}

const arenas = base.extend<{ arena: Arena }, { shared: Arena }>({
  shared: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs off this pattern
    async ({}, use) => {
      const sandbox = await startSandbox({ plainHttp: true })
      const dealpass = await launchChromium({
        sandbox,
        backForwardCache: true,
        extension,
        // Another extension beside ours: the last of two switches counts.
        args: ['--load-extension', '--disable-extensions-except'].map(
          name => `${name}=${extension},${stranger}`,
        ),
      })
      try {
        await use(await newArena(dealpass, sandbox))
      } finally {
        await dealpass.close()
        await sandbox.stop()
      }
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  arena: async ({ shared }, use) => {
    const { dealpass, sandbox, asScreen, view } = shared
    const before = new Set(dealpass.context.pages())
    sandbox.forget()
    await use(shared)
    const opened = () => dealpass.context.pages().filter(page => !before.has(page))
    // Questions first: a page that goes while its question stands may not ask again for a while.
    for (const page of opened()) if (page.url().includes(consentPage)) await page.close()
    const isUnasked = expect.poll(async () => (await view()).consents, { timeout: 2_000 }).toEqual([])
    await isUnasked.catch(() => undefined)
    for (const page of opened()) await page.close()
    // A clean slate: no permit, no denial, no other site, nothing switched.
    await asScreen('endPermits', {})
    const { denials, sites } = await view()
    for (const { site, provider } of denials) await asScreen('forgetDenial', { site, provider })
    for (const { origin } of sites) if (!isLetIn(origin)) await asScreen('leaveSite', { origin })
    sandbox.set('sites', { fault: null })
    sandbox.set('sell', { fault: null, redirectFault: 'none', foreignToken: false, revokeNeedsBasic: true })
    sandbox.set('salesos', { fault: null, redirectFault: 'none', accessTokenSeconds: 600 })
  },
})

/** An outcome, or that there is none within a second: without its guard an attack may wait for a user that never comes. */
export function soon(outcome: Promise<Outcome>): Promise<Outcome> {
  const late = new Promise<Outcome>(done => setTimeout(done, 1_000, { code: 'pending' }))
  return Promise.race([outcome, late])
}

/**
 * One attack: what is tried, the guard that stops it, and how. It has to show that nothing was handed out; without the
 * guard that has to fail.
 */
export function attack(guard: Guard, title: string, run: (arena: Arena) => Promise<void>): void {
  arenas(`[${guard}] ${title}`, ({ arena }) => run(arena))
}

export { expect }
