import { browser } from '../browser'
import { providerOf } from '../providers/configured'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import { allowedDurations, choicesFor, misfit } from '../shared/permit'
import type { Ask, ConnectionId, ConsentId, PermitDuration, View } from '../shared/view'
import { awakeDuring } from './awake'
import type { Caller, PanelCaller, SiteCaller } from './caller'
import { requireOwnWindow } from './consent-window'
import { rememberDenial, requireUndenied } from './denials'
import { isThere } from './documents'
import { requireGesture } from './gesture'
import { heldToken } from './held-tokens'
import { lately } from './lately'
import { longestLease } from './leasable'
import { isLooking } from './panel-news'
import { type Grant, grant, missingAsks } from './permits'
import { listsContexts } from './platform'
import { isOpen } from './ports'
import { record } from './receipts'
import { changeQuestions, changeTokens, type Question, type Session, session } from './session'

/** Questions that this worker is putting, by their sites. */
const opening = new Map<string, Promise<ConsentId>>()

/** Requests that wait for the end of a question. Those of a worker that died ask again. */
const waiting = new Map<ConsentId, Set<() => void>>()

/**
 * Sites whose question went without an answer, taken back or with its document. The gesture of that one is spent, or a
 * page could open and close the window as fast as it likes. Lost with the worker, it costs one more window.
 */
const withdrawn = lately(limits.gesture)

/**
 * Opens the consent window for all that our panel still lacks on its site. One question for a site at a time: a
 * second call brings the open window to the front. Throws `not-connected` when there is nothing to ask for,
 * `stopped`, `locked`.
 */
export async function askConsent(caller: PanelCaller & { site: string; page: string }): Promise<void> {
  const state = await session()
  if (state.view.stopped) throw new AppError('stopped')
  if (state.view.lock === 'locked') throw new AppError('locked')
  const asks = missingAsks(state.view, caller)
  if (asks.length === 0) throw new AppError('not-connected')
  const before = questionOf(state, caller.site)
  if (before) await bringForward(before)
  else await openQuestion(caller, asks)
}

/**
 * Asks the user on behalf of a site, and resolves when the question is over, however it ended; whoever waits looks
 * for the permit then. While a question of that site stands, no other is put: its end is waited for.
 *
 * Throws `not-permitted`: `denied-lately`, `needs-gesture`, `no-permit` while everything is stopped or locked.
 */
export async function consentFor(caller: SiteCaller, ask: Ask, signal?: AbortSignal): Promise<void> {
  const state = await session()
  const before = questionOf(state, caller.site)
  if (before) return awakeDuring(ended(before, caller.site, signal))
  if (state.view.stopped || state.view.lock === 'locked') throw new AppError('not-permitted', 'no-permit')
  requireUndenied(state.view, caller.site, ask.provider)
  if (withdrawn.was(caller.site)) throw new AppError('not-permitted', 'needs-gesture')
  await requireGesture(caller)
  const id = await openQuestion(caller, [ask])
  // A change of data is not asked for twice, so its question has to find this worker alive.
  await awakeDuring(ended(id, caller.site, signal))
}

function questionOf({ tokens }: Session, site: string): ConsentId | undefined {
  return Object.keys(tokens.questions).find(id => tokens.questions[id]?.site === site)
}

async function bringForward(id: ConsentId): Promise<void> {
  const windowId = (await session()).tokens.questions[id]?.windowId
  // It is still being opened, and comes to the front by itself.
  if (windowId !== undefined) await browser.windows.update(windowId, { focused: true })
}

/** Puts a question, unless there is one of that site by now; resolves with the one that stands then. */
async function openQuestion(asker: Question, asks: readonly Ask[]): Promise<ConsentId> {
  const { site } = asker
  const state = await session()
  // From here to the entry nothing is awaited.
  const before = opening.get(site) ?? questionOf(state, site)
  if (before !== undefined) return before
  const opened = putQuestion(asker, asks).finally(() => opening.delete(site))
  opening.set(site, opened)
  return opened
}

async function putQuestion(
  { site, documentId, tabId, page }: Question,
  asks: readonly Ask[],
): Promise<ConsentId> {
  const question: Question = { site, documentId, tabId, page }
  const id = crypto.randomUUID()
  try {
    await changeTokens(({ questions }) => {
      questions[id] = question
    })
    const tokenLife = longestTokenLife(await session(), asks)
    await changeQuestions(({ consents }) => ({
      consents: [
        ...consents,
        { id, site, page, asks: [...asks], ...(tokenLife === undefined ? {} : { tokenLife }) },
      ],
    }))
    const window = await browser.windows.create({
      type: 'popup',
      url: browser.runtime.getURL(`src/screens/consent/index.html?consent=${id}`),
      width: 460,
      // What is asked for should be seen without scrolling, as far as a usual screen allows.
      height: asks.length > 2 ? 860 : 640,
      focused: true,
    })
    await changeTokens(({ questions }) => {
      if (questions[id] && window.id !== undefined) questions[id] = { ...question, windowId: window.id }
    })
    for (const { provider, use, access } of asks) await record({ kind: 'asked', site, provider, use, access })
    return id
  } catch (error) {
    await close(id)
    throw error
  }
}

// A token handed out right after Allow works until its own end, whatever the user does then.
function longestTokenLife(state: Session, asks: readonly Ask[]): number | undefined {
  const lives = asks
    .filter(({ use }) => use === 'token')
    .map(ask => {
      const [connection] = choicesFor(state.view, ask)
      const life =
        (connection && heldToken(state, connection.id, undefined)?.life) ??
        providerOf(state.view.setup, ask.provider)?.lifetimes.accessToken ??
        limits.lease
      return Math.min(life, longestLease(state.view))
    })
  return lives.length === 0 ? undefined : Math.max(...lives)
}

/** Resolves when a question is over. Whoever takes the request back takes its question back, too. */
function ended(id: ConsentId, site: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiters = waiting.get(id) ?? new Set()
    waiting.set(id, waiters.add(resolve))
    const takeBack = () => {
      waiters.delete(resolve)
      // One of our panel's is the user's own, whoever waits for it; one that is being opened has somebody who does.
      if (waiters.size === 0 && !opening.has(site))
        withdraw(({ documentId, page }, known) => known === id && documentId === page).catch(reject)
      reject(signal?.reason)
    }
    // It may have been taken back while the window was being opened.
    if (signal?.aborted) takeBack()
    else signal?.addEventListener('abort', takeBack)
    // It may have ended while this was on its way.
    session().then(({ tokens }) => {
      if (!tokens.questions[id]) resolve()
    }, reject)
  })
}

/**
 * The user's answer, with the account for each ask. Only from the consent screen's own window, only while the document
 * that asked is still there, and only what was asked.
 *
 * Throws `not-permitted`; `bad-request` for an account or a duration that was not offered. The question then stands.
 */
export async function decide(
  caller: Extract<Caller, { kind: 'screen' }>,
  id: ConsentId,
  allow: boolean,
  until: PermitDuration,
  chosen: readonly ConnectionId[],
): Promise<void> {
  const { view, tokens } = await session()
  const consent = view.consents.find(asked => asked.id === id)
  const question = tokens.questions[id]
  if (!consent || !question) throw new AppError('not-permitted')
  requireOwnWindow(caller, question)
  const grants = allow ? grantsOf(view, consent.asks, chosen) : []
  if (allow && !allowedDurations(view).includes(until)) throw new AppError('bad-request')
  const asker = await isAskerThere(question)
  if (!allow) await deny(question, consent.asks)
  else if (asker) await grant(question, grants, until)
  await close(id)
  if (caller.windowId !== undefined) await browser.windows.remove(caller.windowId).catch(() => undefined)
  if (!asker && allow) throw new AppError('not-permitted')
}

function grantsOf(view: View, asks: readonly Ask[], chosen: readonly ConnectionId[]): Grant[] {
  return asks.map((ask, index) => {
    const connection = choicesFor(view, ask).find(({ id }) => id === chosen[index])
    if (!connection || misfit(ask, connection)) throw new AppError('bad-request')
    return { ask, connection }
  })
}

async function deny({ site, documentId, page }: Question, asks: readonly Ask[]): Promise<void> {
  for (const { provider, use, access } of asks) await record({ kind: 'denied', site, provider, use, access })
  // Our own panel asks only when the user clicks in it.
  if (documentId === page) await rememberDenial(site, asks)
}

async function isAskerThere({ documentId, tabId, page }: Question): Promise<boolean> {
  if (isOpen(documentId)) return true
  // A worker that has just been started for this answer: the page's port comes a moment later.
  if (documentId === page) return isThere(tabId, documentId)
  // A browser without a way to ask: there the closing tab and the end of the panel's port have to do.
  if (!listsContexts) return true
  const { getContexts } = browser.runtime as unknown as {
    getContexts(filter: { documentIds: string[] }): Promise<unknown[]>
  }
  if ((await getContexts({ documentIds: [documentId] })).length > 0) return true
  // Firefox lists no frames on pages.
  return isLooking(tabId, documentId)
}

/** The document that asked is gone: the question goes, and its window. */
export async function withdraw(fits: (question: Question, id: ConsentId) => boolean): Promise<void> {
  for (const [id, question] of Object.entries((await session()).tokens.questions)) {
    if (!fits(question, id)) continue
    if (question.documentId === question.page) withdrawn.note(question.site)
    // First the question: a window that is closed while it stands is an answer.
    await close(id)
    if (question.windowId !== undefined)
      await browser.windows.remove(question.windowId).catch(() => undefined)
  }
}

/** The window was closed without an answer: that is a no. */
export async function consentWindowClosed(windowId: number): Promise<void> {
  const { view, tokens } = await session()
  for (const [id, question] of Object.entries(tokens.questions)) {
    if (question.windowId !== windowId) continue
    await deny(question, view.consents.find(consent => consent.id === id)?.asks ?? [])
    await close(id)
  }
}

async function close(id: ConsentId): Promise<void> {
  await changeTokens(({ questions }) => {
    delete questions[id]
  })
  await changeQuestions(({ consents }) => ({ consents: consents.filter(consent => consent.id !== id) }))
  for (const resolve of waiting.get(id) ?? []) resolve()
  waiting.delete(id)
}
