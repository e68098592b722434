import { browser } from '../browser'
import { providerOf } from '../providers/configured'
import { isAt, outagePlace } from '../providers/hosts'
import { keysOf, providerViews } from '../providers/ways'
import {
  type ConnectionId,
  type ConnectionView,
  type ConsentId,
  sessionKeys,
  type View,
} from '../shared/view'
import { showBadge } from './badge'
import { sealPlainSecrets } from './client-secrets'
import { sealPlainCredentials } from './credentials'
import { tellPanels } from './panel-news'
import { type Connection, readSnapshot, type Snapshot, type Stores, write } from './vault'

/** An access token in the worker's hands. Times in milliseconds; `asked` names the narrowed scope set, '' the whole grant. */
export type HeldToken = {
  connection: ConnectionId
  asked: string
  scopes: string[]
  value: string
  expiresAt: number
  life: number
  isLifeKnown: boolean
  /** It says who somebody is, and is for the company's relay alone. */
  isIdToken?: true
  /** When it was used last, to the minute. */
  usedAt?: number
  /** The API origins of the connection that it was had for; it goes to no other. */
  api: string[]
}

/** A panel's frame by its document: which site it stands on, by the word of the content script that opened it. */
export type PanelDocument = {
  site: string
  tabId: number
  /** The page's document that it stands on. */
  page: string
  /** It sees the view by asking, as Firefox has it, and is told when there is something new. */
  asks?: boolean
}

/** Redeemed once, by a frame of the same tab, within seconds. */
export type Ticket = Pick<PanelDocument, 'site' | 'tabId' | 'page'> & { until: number }

/** Which document asked the user something, and in which window the question stands. */
export type Question = Pick<PanelDocument, 'site' | 'tabId' | 'page'> & {
  documentId: string
  windowId?: number
}

/** An access token that was handed to a site, until it has ended. */
export type Given = { site: string; connection: ConnectionId; value: string; expiresAt: number }

/** What the background alone touches, under the key `tokens` of `storage.session`: memory, never disk. */
export type Tokens = {
  held: Record<string, HeldToken>
  tickets: Record<string, Ticket>
  panels: Record<string, PanelDocument>
  questions: Record<ConsentId, Question>
  given: Given[]
  /** Origins that the user wants to use, for which the browser asks now; each with the end of waiting for it. */
  wantedSites: Record<string, number>
  /** Connections whose refresh is out, or was when a worker died (`refresh.ts`). */
  refreshing: ConnectionId[]
  /** The bytes of the data key, as text, while a passphrase is set and has been entered (`data-key.ts`). */
  dataKey?: string
  /** The vault is being locked: the key is only there for what is still under way. */
  isLocking?: true
  /** Changes of the truth that the view does not show yet. More than none at a start: a worker died in one. */
  unpublished: number
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

const noTokens = (): Tokens => ({
  held: {},
  tickets: {},
  panels: {},
  questions: {},
  given: [],
  wantedSites: {},
  refreshing: [],
  unpublished: 0,
})

async function load(): Promise<Session> {
  const stored = await browser.storage.session.get([sessionKeys.view, sessionKeys.tokens])
  const tokens = { ...noTokens(), ...(stored[sessionKeys.tokens] as Tokens | undefined) }
  const view = stored[sessionKeys.view] as View | undefined
  if (!view) return startOfBrowser(tokens)
  // Whoever was at it has died, or between what is in memory of the key and the view that tells of it.
  const isBehind = view.renewing !== undefined || (view.lock === 'open') !== hasKey(tokens)
  delete view.renewing
  const isAnyDropped = dropUnasked(view, tokens)
  const isRunning = ({ status }: View['attempts'][number]) => status === 'running'
  if (!isBehind && !isAnyDropped && !view.attempts.some(isRunning) && tokens.unpublished === 0)
    return { view, tokens }
  // This worker runs no attempt yet: one that claims to be running died with the worker before.
  await interruptAttempts(isRunning)
  tokens.unpublished = 0
  return { view: await freshView(view.run, tokens, view), tokens }
}

const hasKey = ({ dataKey, isLocking }: Tokens) => dataKey !== undefined && !isLocking

// A question whose window was still being opened when a worker died: nobody can answer it, and nobody shall wait for it.
function dropUnasked(view: View, { questions }: Tokens): boolean {
  const unasked = Object.keys(questions).filter(id => questions[id]?.windowId === undefined)
  for (const id of unasked) delete questions[id]
  view.consents = view.consents.filter(({ id }) => !unasked.includes(id))
  return unasked.length > 0
}

async function startOfBrowser(tokens: Tokens): Promise<Session> {
  await sealPlainCredentials()
  await sealPlainSecrets()
  await interruptAttempts(({ status }) => status !== 'failed')
  const run = crypto.randomUUID()
  await write(async ({ permits }) => {
    for (const permit of await permits.getAll())
      if (permit.until === 'run' || permit.until === 'once') await permits.delete(permit.id)
  })
  tokens.refreshing = (await readSnapshot()).journal.flatMap(entry =>
    entry.kind === 'refresh' ? [entry.connection] : [],
  )
  return { view: await freshView(run, tokens), tokens }
}

async function interruptAttempts(isOver: (attempt: View['attempts'][number]) => boolean): Promise<void> {
  await write(async ({ attempts, journal }) => {
    for (const attempt of await attempts.getAll()) {
      const entry = await journal.get(`connect ${attempt.id}`)
      // What it brought is on disk, and it goes on from there.
      if (!isOver(attempt) || (entry?.kind === 'connect' && entry.step === 'received')) continue
      await attempts.put({ ...attempt, status: 'failed', fault: { code: 'interrupted' } })
      await journal.delete(`connect ${attempt.id}`)
    }
  })
}

async function freshView(run: string, tokens: Tokens, before?: View): Promise<View> {
  const { connections, journal: _, hasPassphrase, ...rest } = await readSnapshot()
  const lock = hasPassphrase ? (hasKey(tokens) ? 'open' : 'locked') : 'off'
  const view: View = {
    run,
    ...rest,
    lock,
    providers: providerViews(rest.setup, connections, rest.weakerFlows),
    connections: connections
      .map(connection => viewOfConnection(connection, { ...rest, lock }))
      .sort((a, b) => a.connectedAt - b.connectedAt),
    consents: before?.consents ?? [],
    denials: before?.denials ?? [],
    ...(before?.renewing ? { renewing: before.renewing } : {}),
  }
  if (view.clockSkew === undefined) delete view.clockSkew
  showBadge(view)
  await browser.storage.session.set({ [sessionKeys.view]: view, [sessionKeys.tokens]: tokens })
  tellPanels(tokens.panels)
  return view
}

function viewOfConnection(
  { clientId, audience: _, clientAuth: __, addresses, ...connection }: Connection,
  { setup, outages, lock }: Pick<Snapshot, 'setup' | 'outages'> & Pick<View, 'lock'>,
): ConnectionView {
  const provider = providerOf(setup, connection.provider)
  // Not written down: it holds as long as the addresses differ, and what was wrong before is then as it was.
  const isMoved =
    connection.status !== 'disconnecting' && (provider === undefined || !isAt(addresses, provider))
  const keys = provider ? keysOf(provider, setup?.providers[provider.id] ?? {}) : []
  const isKeyOurs =
    connection.renews === 'key' && !provider?.relay && !keys.some(key => key.clientId === clientId)
  const outage = outages[outagePlace(connection.provider, addresses)]
  const isWhole = connection.renews !== 'refresh' && !provider?.hooks?.scopeOf
  return {
    ...connection,
    ...(isWhole ? { isWhole } : {}),
    ...(isKeyOurs ? { isKeyOurs } : {}),
    ...(outage ? { notAnswering: true, nextTry: outage.nextTry } : {}),
    ...(outage?.isOfRelay ? { isRelayDown: true } : {}),
    ...(isMoved ? { status: 'needs-attention', fault: { code: 'address-changed' } } : {}),
    // Never as if it were gone: it is there, behind the passphrase.
    ...(lock === 'locked' && connection.status !== 'disconnecting' ? { status: 'locked' } : {}),
  }
}

/**
 * Changes the truth and announces it: resolves once the change is on disk and the view shows it. Views are made in
 * the order of the calls, so a later one never hides behind an earlier one. A worker that dies in between leaves a
 * mark, by which the next one knows that the view is behind.
 */
export async function change<T>(job: (stores: Stores) => Promise<T>): Promise<T> {
  await changeTokens(tokens => {
    tokens.unpublished += 1
  })
  try {
    return await write(job)
  } finally {
    await publish()
  }
}

function publish(): Promise<void> {
  const next = publishing.then(async () => {
    const state = await session()
    state.view = await freshView(state.view.run, state.tokens, state.view)
    await changeTokens(tokens => {
      tokens.unpublished -= 1
    })
  })
  publishing = next.catch(() => undefined)
  return next
}

/** Changes the part of the view that lives no longer than the browser: open questions to the user, their noes, what is renewed. */
export function changeQuestions(
  change: (view: View) => Partial<Pick<View, 'consents' | 'denials' | 'renewing'>>,
): Promise<void> {
  const next = publishing.then(async () => {
    const state = await session()
    state.view = { ...state.view, ...change(state.view) }
    await browser.storage.session.set({ [sessionKeys.view]: state.view })
    tellPanels(state.tokens.panels)
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
