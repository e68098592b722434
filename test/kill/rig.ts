import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RequestInput, RequestName } from '../../src/shared/protocol'
import type { View } from '../../src/shared/view'
import { inPage, sdk } from '../attacks/arena'
import { type ExtensionBrowser, launchChromium } from '../e2e/harness/chromium'
import { extensionPage } from '../e2e/harness/opened-page'
import { stopWorker } from '../e2e/harness/worker'
import { allowBefore, crmLead, popupTab, popupWith } from '../e2e/steps'
import { type Sandbox, type Seen, sandboxSetup, startSandbox } from '../sandbox/sandbox'
import { type Disk, diskOf, diskOfProfile } from './disk'

declare const chrome: {
  runtime: { sendMessage(message: unknown): Promise<{ ok: boolean; error?: unknown } | undefined> }
  storage: { session: { get(): Promise<Record<string, unknown>> } }
}

/** What a page is told of a brokered call: the status of the API, or the words of the refusal. */
export type Outcome = { status?: number; code?: string; reason?: string }

/** What is on disk, the state that screens see, and how many changes that does not show yet. */
export type State = Disk & { view: View; unpublished: number }

/** What was found at a kill: what was on disk, what the sandbox had seen, and whether the next worker had begun when the disk was read. */
export type Found = { disk: Disk; saw: Seen[]; isLate: boolean }

/** One browser with SalesOS, which is killed over and over; it stands for its profile, so it outlives its processes. */
export type Rig = {
  sandbox: Sandbox
  /** Asks the background as a screen would. Undefined where its worker died before it answered. */
  asScreen<N extends RequestName>(name: N, input: RequestInput<N>): Promise<{ ok: boolean } | undefined>
  /** A brokered call of the permitted page. */
  call(): Promise<Outcome>
  state(): Promise<State>
  /** Waits until what is there fits; gives it, or the last that did not. */
  until(fits: (state: State) => boolean, limit: number): Promise<{ state: State; isFit: boolean }>
  /** Sets the worker's clock; the next worker has the right one again. */
  moveClock(ms: number): Promise<void>
  /** Stops the worker. */
  killWorker(): Promise<Found>
  /** Ends the browser's process, and with it all of its children. */
  killBrowser(): Promise<Found>
  /** A browser on the same profile, where the one before was killed; windows that a killed sign-in has left are closed. */
  restored(): Promise<void>
  /** Closes the page, which would ask again by itself once its worker is gone; the next call opens another. */
  leave(): Promise<void>
  /** Lets the page make brokered calls, by the real way, where it may not. */
  permit(): Promise<void>
  /** Errors of the extension since it was asked last. */
  errors(): Promise<string[]>
  stop(): Promise<void>
}

const patience = 15_000
const source = "return { status: (await pass.fetch('salesos', '/v1/leads')).status }"
const call = `Promise.race([
  Dealpass.dealpass().then(async pass => { ${source} }).catch(({ code, reason, name }) => ({ code: code ?? name, reason })),
  new Promise(late => setTimeout(late, ${patience}, { code: 'pending' })),
])`

/** Starts it, with SalesOS connected and the CRM permitted to make brokered calls. */
export async function startRig(extension = resolve('dist/chrome')): Promise<Rig> {
  const sandbox = await startSandbox()
  const launch = (profile?: string): Promise<ExtensionBrowser> =>
    launchChromium({ sandbox, extension, ...(profile ? { profile } : {}) })
  let dealpass = await launch()
  let popup = await popupWith(dealpass, sandboxSetup({ all: true }))
  let isDown = false
  let heard = 0

  const asScreen: Rig['asScreen'] = (name, input) =>
    popup
      .evaluate(([name, input]) => chrome.runtime.sendMessage({ dealpass: 'request', name, input }), [
        name,
        input,
      ] as const)
      .catch(() => undefined)
  const state: Rig['state'] = async () => {
    const disk = await diskOf(popup)
    const { view, tokens } = (await popup.evaluate(() => chrome.storage.session.get())) as {
      view?: View
      tokens?: { unpublished: number }
    }
    return {
      ...disk,
      view: view as View,
      unpublished: view ? (tokens?.unpublished ?? 0) : 1,
    }
  }
  const until: Rig['until'] = async (fits, limit) => {
    const end = Date.now() + limit
    for (;;) {
      const now = await state()
      const isFit = now.view !== undefined && fits(now)
      if (isFit || Date.now() > end) return { state: now, isFit }
      await delay(20)
    }
  }
  const opened = async () => {
    const page = await dealpass.context.newPage()
    await page.goto(crmLead)
    await inPage(page, sdk)
    return page
  }

  await allowBefore(dealpass, sandbox, ['salesos'])
  await asScreen('useSite', { origin: new URL(crmLead).origin })
  let page = await opened()
  // The one that the browser itself begins with: without any, its window would close.
  let blank = dealpass.context.pages()[0]
  const strays = () => dealpass.context.pages().filter(one => ![blank, popup, page].includes(one))

  const brokered: Rig['call'] = async () => {
    if (page.isClosed()) page = await opened()
    // A page that goes, with its browser or by itself, is told nothing.
    return (await inPage(page, call).catch(() => ({ code: 'page-gone' }))) as Outcome
  }

  return {
    sandbox,
    asScreen,
    call: brokered,
    state,
    until,
    async moveClock(ms) {
      await dealpass.inWorker(by => {
        const { now } = Date
        Date.now = () => now() + by
      }, ms)
    },
    async killWorker() {
      let isLate = false
      const note = () => {
        isLate = true
      }
      // A page that asks anew can have the next one started before this one is known to have stopped.
      dealpass.context.once('serviceworker', note)
      await stopWorker(dealpass)
      const saw = sandbox.saw()
      const disk = await diskOf(popup)
      dealpass.context.off('serviceworker', note)
      // The browser may tell of it later than it happens. What only a worker's beginning writes down is proof.
      isLate ||= disk.connections.some(({ fault }) => fault?.reason === 'renewal-lost')
      return { disk, saw, isLate }
    },
    async killBrowser() {
      const { processInfo } = await dealpass.cdp.send('SystemInfo.getProcessInfo')
      const gone = dealpass.context.waitForEvent('close')
      for (const { type, id } of processInfo) if (type === 'browser') process.kill(id, 'SIGKILL')
      await gone
      isDown = true
      const saw = sandbox.saw()
      const disk = await diskOfProfile(dealpass.profile, dealpass.extensionId, extension)
      return { disk, saw, isLate: false }
    },
    async restored() {
      if (isDown) {
        dealpass = await launch(dealpass.profile)
        isDown = false
        heard = 0
        blank = dealpass.context.pages()[0]
        popup = await popupTab(dealpass)
        await allowBefore(dealpass, sandbox, ['salesos'])
        page = await opened()
      }
      for (const left of strays()) await left.close()
    },
    leave: () => page.close(),
    async permit() {
      const { code } = await brokered()
      if (code !== 'not-permitted' && code !== 'not-connected') return
      await page.bringToFront()
      const question = await extensionPage(dealpass, 'src/screens/consent/index.html', async () => {
        await inPage(page, `addEventListener('click', () => { ${call} }, { once: true })`)
        await page.mouse.click(5, 5)
      })
      await question.getByRole('radio', { name: 'Always' }).check()
      const closed = question.waitForEvent('close')
      await question.getByRole('button', { name: 'Allow' }).click()
      await closed
      // The click would still count as a wish to be asked, when a later call has no permit.
      await page.reload()
      await inPage(page, sdk)
    },
    async errors() {
      const fresh = (await dealpass.errors()).slice(heard)
      heard += fresh.length
      return fresh
    },
    async stop() {
      if (!isDown) await dealpass.close()
      await sandbox.stop()
    },
  }
}
