import { browser } from '../browser'
import {
  type ConnectionId,
  type ConnectionView,
  type ConsentId,
  sessionKeys,
  type View,
} from '../shared/view'
import { type Connection, readSnapshot, write } from './vault'

/** An access token in the worker's hands. Times in milliseconds; `asked` names the narrowed scope set, '' the whole grant. */
export type HeldToken = {
  connection: ConnectionId
  asked: string
  scopes: string[]
  value: string
  expiresAt: number
  life: number
}

/** A panel's frame by its document: which site it stands on, by the word of the content script that opened it. */
export type PanelDocument = { site: string; tabId: number }

/** Redeemed once, by a frame of the same tab, within seconds. */
export type Ticket = PanelDocument & { until: number }

/** Which document asked the user something, and in which window the question stands. */
export type Question = PanelDocument & { documentId: string; windowId?: number }

/** What the background alone touches, under the key `tokens` of `storage.session`: memory, never disk. */
export type Tokens = {
  held: Record<string, HeldToken>
  tickets: Record<string, Ticket>
  panels: Record<string, PanelDocument>
  questions: Record<ConsentId, Question>
}

export type Session = { view: View; tokens: Tokens }

let loading: Promise<Session> | undefined
let publishing: Promise<unknown> = Promise.resolve()

/**
 * The state that requests are answered from: one `storage.session.get()` fills it when a worker starts, and
 * IndexedDB is opened only when the browser has just started or something was left in the middle.
 */
export function session(): Promise<Session> {
  loading ??= load().catch(error => {
    loading = undefined
    throw error
  })
  return loading
}

const noTokens = (): Tokens => ({ held: {}, tickets: {}, panels: {}, questions: {} })

async function load(): Promise<Session> {
  const stored = await browser.storage.session.get([sessionKeys.view, sessionKeys.tokens])
  const tokens = (stored[sessionKeys.tokens] as Tokens | undefined) ?? noTokens()
  const view = stored[sessionKeys.view] as View | undefined
  if (!view) return startOfBrowser(tokens)
  // This worker runs no attempt yet: one that claims to be running died with the worker before.
  if (!view.attempts.some(({ status }) => status === 'running')) return { view, tokens }
  await interruptAttempts(({ status }) => status === 'running')
  return { view: await freshView(view.run, view), tokens }
}

async function startOfBrowser(tokens: Tokens): Promise<Session> {
  await interruptAttempts(({ status }) => status !== 'failed')
  const run = crypto.randomUUID()
  await write(async writing => {
    for (const permit of await writing.permits())
      if (permit.until === 'run') await writing.removePermit(permit.id)
  })
  return { view: await freshView(run), tokens }
}

async function interruptAttempts(isOver: (attempt: View['attempts'][number]) => boolean): Promise<void> {
  await write(async writing => {
    for (const attempt of await writing.attempts())
      if (isOver(attempt))
        await writing.putAttempt({ ...attempt, status: 'failed', fault: { code: 'interrupted' } })
  })
}

async function freshView(run: string, before?: View): Promise<View> {
  const { connections, disconnects: _, ...rest } = await readSnapshot()
  const view: View = {
    run,
    ...rest,
    connections: connections.map(viewOfConnection).sort((a, b) => a.connectedAt - b.connectedAt),
    consents: before?.consents ?? [],
  }
  await browser.storage.session.set({ [sessionKeys.view]: view })
  return view
}

function viewOfConnection({ clientId: _, audience: __, ...connection }: Connection): ConnectionView {
  return connection
}

/**
 * Makes the view anew from the truth and announces it. Called after each write; calls run in order, so a later view
 * never hides behind an earlier one.
 */
export function publish(): Promise<void> {
  const next = publishing.then(async () => {
    const state = await session()
    state.view = await freshView(state.view.run, state.view)
  })
  publishing = next.catch(() => undefined)
  return next
}

/** Changes the part of the view that lives no longer than the browser (open questions to the user). */
export function setConsents(change: (consents: View['consents']) => View['consents']): Promise<void> {
  const next = publishing.then(async () => {
    const state = await session()
    state.view = { ...state.view, consents: change(state.view.consents) }
    await browser.storage.session.set({ [sessionKeys.view]: state.view })
  })
  publishing = next.catch(() => undefined)
  return next
}

/** Changes what the background holds in memory, and writes it through, so that the next worker has it. */
export async function changeTokens(change: (tokens: Tokens) => void): Promise<void> {
  const { tokens } = await session()
  change(tokens)
  await browser.storage.session.set({ [sessionKeys.tokens]: tokens })
}

/** Forgets what this worker has loaded, as its death would. */
export function forgetSession(): void {
  loading = undefined
  publishing = Promise.resolve()
}
