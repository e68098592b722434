import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { RequestInput, RequestName } from '../../src/shared/protocol'
import type { ConnectionView, View } from '../../src/shared/view'
import { inPage, sdk } from '../attacks/arena'
import { type ExtensionBrowser, launchChromium } from '../e2e/harness/chromium'
import { grantHost } from '../e2e/harness/worker'
import { popupTab, popupWith } from '../e2e/steps'
import { diskOf } from '../kill/disk'
import { type Cell, host, lostHost, providerOf } from './cell'
import type { Certificates } from './front'
import { permit } from './permit'

declare const chrome: {
  runtime: { sendMessage(message: unknown): Promise<{ ok: boolean; error?: unknown }> }
  permissions: { request(wanted: { origins: string[] }): Promise<boolean> }
  storage: { session: { get(key: 'view'): Promise<{ view?: View }> } }
}

/** What a page is told of a brokered call: the status of the API, or the words of the refusal. */
export type Told = { status?: number; code?: string; reason?: string }

/** One browser with the extension, in which all its cells are connected at once. */
export type World = {
  /** Asks the background as a screen would. */
  asScreen<N extends RequestName>(name: N, input: RequestInput<N>): Promise<void>
  /** Brokered calls of one page at once; each of them is told something within a minute, or the code `pending`. */
  call(cell: Cell, times: number): Promise<Told[]>
  /** A lease of the same page. */
  lease(cell: Cell): Promise<Told>
  /** Waits until the view fits, and gives it; throws what was waited for where it does not in time. */
  until(words: string, fits: (view: View) => boolean, limit: number): Promise<View>
  /** Waits until the text of a provider's item in the popup fits; throws it where it does not in time. */
  shows(words: string, cell: Cell, fits: (text: string) => boolean): Promise<void>
  /** Connects a cell, and permits the page to make calls and to have tokens of it. */
  connect(cell: Cell): Promise<void>
  /** Sets the worker's clock so far ahead of the true one. */
  setClock(ms: number): Promise<void>
  /** The same profile in a browser that resolves one name more, or no more. */
  restart(resolves: boolean): Promise<void>
  /** What is still under way on disk. */
  left(): Promise<string[]>
  /** Unhandled rejections, uncaught errors and error messages of the extension so far. */
  errors(): Promise<string[]>
  /** An unhandled rejection and an uncaught error on purpose; true when both were collected. They are left out of `errors`. */
  plant(): Promise<boolean>
  stop(): Promise<void>
}

const site = 'https://app.futuresimple.com'
const planted = 'planted by the test'
const patience = 20_000

/** Starts a browser with a setup of these cells; names are resolved but for the lost host, which is where `resolves` says so. */
export async function startWorld(
  cells: readonly Cell[],
  { trusted }: Certificates,
  extension?: string,
): Promise<World> {
  const server = createServer({ key: trusted.key, cert: trusted.cert }, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>CRM</title>')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const launch = (resolves: boolean, profile?: string): Promise<ExtensionBrowser> =>
    launchChromium({
      sandbox: { port, spki: trusted.spki },
      ...(profile ? { profile } : {}),
      ...(extension ? { extension } : {}),
      // The last of two such switches counts. Ports stay as they are, unlike those of the harness' own rules.
      args: [
        `--host-resolver-rules=${[
          'MAP *.chromiumapp.org ~NOTFOUND',
          `MAP ${new URL(site).host}:443 127.0.0.1:${port}`,
          `MAP ${host} 127.0.0.1`,
          ...(resolves ? [`MAP ${lostHost} 127.0.0.1`] : []),
          'MAP * ~NOTFOUND',
          'EXCLUDE 127.0.0.1',
        ].join(', ')}`,
      ],
    })

  const allErrors: string[] = []
  let dealpass = await launch(true)
  let popup = await popupWith(dealpass, { version: 1, providers: cells.map(providerOf) })
  let page: Page
  const open = async () => {
    page = await dealpass.context.newPage()
    await page.goto(`${site}/leads/1`)
    await inPage(page, sdk)
  }
  for (const origin of [host, lostHost].map(name => `https://${name}/*`)) {
    await grantHost(dealpass, origin)
    // Asked for by the click on Connect, which needs no answer then.
    await popup.evaluate(wanted => chrome.permissions.request({ origins: [wanted] }), origin)
  }

  const asScreen: World['asScreen'] = async (name, input) => {
    const message = { dealpass: 'request', name, input }
    const reply = await popup.evaluate(sent => chrome.runtime.sendMessage(sent), message)
    if (!reply.ok) throw new Error(`${name}: ${JSON.stringify(reply.error)}`)
  }
  let reading: Promise<View> | undefined
  // Many wait at once, and one look is enough for all.
  const view = () => {
    reading ??= popup
      .evaluate(() => chrome.storage.session.get('view'))
      .then(({ view }) => view ?? ({} as View))
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const until: World['until'] = async (words, fits, limit) => {
    const end = Date.now() + limit
    for (;;) {
      const now = await view()
      if (now.connections && fits(now)) return now
      if (Date.now() > end) throw new Error(`not within ${limit} ms: ${words}`)
      await delay(100)
    }
  }
  await asScreen('useSite', { origin: site })
  await open()

  const asked = async (source: string) =>
    (await inPage(
      page,
      `Dealpass.dealpass().then(pass => {
        const told = asked => Promise.race([
          asked.then(({ status }) => ({ status }), ({ code, reason, name }) => ({ code: code ?? name, reason })),
          new Promise(late => setTimeout(late, 60_000, { code: 'pending' })),
        ])
        return ${source}
      })`,
    )) as Told[]

  return {
    asScreen,
    until,
    call: ({ id }, times) =>
      asked(
        `Promise.all(Array.from({ length: ${times} }, () => told(pass.fetch(${JSON.stringify(id)}, '/v1/things'))))`,
      ),
    lease: async ({ id }) =>
      (await asked(`told(pass.token(${JSON.stringify(id)}, { scopes: ['openid', 'profile'] }))`)) as Told,
    async shows(words, { name }, fits) {
      const end = Date.now() + 2_000
      for (;;) {
        const text = await popup.evaluate(
          wanted =>
            [...document.querySelectorAll('li')]
              .map(({ innerText }) => innerText)
              .find(text => text.split('\n').includes(wanted)) ?? '',
          name,
        )
        if (fits(text)) return
        if (Date.now() > end)
          throw new Error(`the popup does not show ${words}: ${text.replaceAll('\n', ' | ')}`)
        await delay(50)
      }
    },
    async connect(cell) {
      await asScreen('connect', { provider: cell.id })
      const now = await until(
        'it is connected before',
        view => connectionOf(view, cell)?.status === 'connected',
        // Signing in is one after the other.
        patience + 1_000 * cells.length,
      )
      const connection = connectionOf(now, cell)
      if (connection) await permit(popup, site, connection)
      // What is written behind the background's back is in the view with the next change.
      await asScreen('keepWarm', { on: false })
      await until(
        'the permit is there',
        ({ permits }) => permits.some(permit => permit.connection === connection?.id),
        patience,
      )
    },
    setClock: ms =>
      dealpass.inWorker(ahead => {
        const clock = Date as typeof Date & { trueNow?: () => number }
        clock.trueNow ??= Date.now
        const { trueNow } = clock
        Date.now = () => trueNow() + ahead
      }, ms),
    async restart(resolves) {
      allErrors.push(...(await dealpass.errors()))
      await dealpass.close()
      dealpass = await launch(resolves, dealpass.profile)
      popup = await popupTab(dealpass)
      await until('the background has started', () => true, patience)
      await open()
    },
    async left() {
      const { journal, attempts } = await diskOf(popup)
      return [...journal.map(({ id }) => id), ...attempts.map(({ provider }) => `attempt ${provider}`)]
    },
    errors: async () => [...allErrors, ...(await dealpass.errors())].filter(text => !text.includes(planted)),
    async plant() {
      await dealpass.inWorker(words => {
        setTimeout(() => void Promise.reject(new Error(`a rejection ${words}`)))
        setTimeout(() => {
          throw new Error(`an error ${words}`)
        })
      }, planted)
      const end = Date.now() + 5_000
      const isFound = async (kind: string) =>
        (await dealpass.errors()).some(text => text.includes(`${kind} ${planted}`))
      while (Date.now() < end) {
        if ((await isFound('a rejection')) && (await isFound('an error'))) return true
        await delay(50)
      }
      return false
    },
    async stop() {
      await dealpass.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The connection of a cell's provider, of which there is one at most. */
export const connectionOf = ({ connections }: View, { id }: Cell): ConnectionView | undefined =>
  connections.find(({ provider }) => provider === id)
