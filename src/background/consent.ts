import type { Runtime } from 'webextension-polyfill'
import { browser } from '../browser'
import { providerOf } from '../providers/configured'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Ask, ConsentId, PermitDuration } from '../shared/view'
import { longestLease } from './broker'
import type { Caller, Sender } from './caller'
import { heldToken } from './held-tokens'
import { isLooking } from './panel-news'
import { grant, missingAsks } from './permits'
import { watched } from './report'
import { changeTokens, type Question, type Session, session, setConsents } from './session'

/** Sites whose question this worker is putting. */
const opening = new Set<string>()

/**
 * Opens the consent window for all that our panel still lacks on its site. One question for a site at a time: a
 * second call brings the open window to the front. Throws `not-connected` when there is nothing to ask for,
 * `stopped`.
 */
export async function askConsent(
  caller: Extract<Caller, { kind: 'panel' }> & { site: string },
): Promise<void> {
  const state = await session()
  if (state.view.stopped) throw new AppError('stopped')
  const asks = missingAsks(state.view, caller.site)
  if (asks.length === 0) throw new AppError('not-connected')
  const { site, documentId, tabId } = caller
  const id = crypto.randomUUID()
  const question: Question = { site, documentId, tabId }
  if (opening.has(site)) return
  opening.add(site)
  try {
    const before = Object.entries(state.tokens.questions).find(([, asked]) => asked.site === site)
    if (before) {
      const [beforeId, { windowId }] = before
      if (windowId !== undefined) {
        await browser.windows.update(windowId, { focused: true })
        return
      }
      // A worker died between the question and its window: nobody can answer that one any more.
      await close(beforeId)
    }
    await changeTokens(({ questions }) => {
      questions[id] = question
    })
    const tokenLife = longestTokenLife(state, asks)
    await setConsents(all => [...all, { id, site, asks, ...(tokenLife === undefined ? {} : { tokenLife }) }])
    const window = await browser.windows.create({
      type: 'popup',
      url: browser.runtime.getURL(`src/screens/consent/index.html?consent=${id}`),
      width: 460,
      // What is asked for should be seen without scrolling, as far as a usual screen allows.
      height: asks.length > 2 ? 800 : 640,
      focused: true,
    })
    await changeTokens(({ questions }) => {
      if (questions[id] && window.id !== undefined) questions[id] = { ...question, windowId: window.id }
    })
  } catch (error) {
    await close(id)
    throw error
  } finally {
    opening.delete(site)
  }
}

// A token handed out right after Allow works until its own end, whatever the user does then.
function longestTokenLife(state: Session, asks: readonly Ask[]): number | undefined {
  const lives = asks
    .filter(({ use }) => use === 'token')
    .map(({ connection }) => {
      const provider = state.view.connections.find(({ id }) => id === connection)?.provider
      const life =
        heldToken(state, connection, undefined)?.life ??
        (provider ? providerOf(state.view.setup, provider)?.lifetimes.accessToken : undefined) ??
        limits.lease
      return Math.min(life, longestLease(state.view))
    })
  return lives.length === 0 ? undefined : Math.max(...lives)
}

/**
 * The user's answer. Only from the consent screen's own window, and only while the document that asked is still
 * there. Throws `not-permitted` otherwise.
 */
export async function decide(
  caller: Extract<Caller, { kind: 'screen' }>,
  id: ConsentId,
  allow: boolean,
  until: PermitDuration,
): Promise<void> {
  const { view, tokens } = await session()
  const consent = view.consents.find(asked => asked.id === id)
  const question = tokens.questions[id]
  if (caller.screen !== 'consent' || !consent || !question || question.windowId !== caller.windowId)
    throw new AppError('not-permitted')
  const asker = await isThere(question)
  if (asker && allow) await grant(consent.site, consent.asks, until)
  await close(id)
  if (caller.windowId !== undefined) await browser.windows.remove(caller.windowId).catch(() => undefined)
  if (!asker && allow) throw new AppError('not-permitted')
}

async function isThere({ documentId, tabId }: Question): Promise<boolean> {
  // A browser without a way to ask: there the closing tab and the end of the panel's port have to do.
  if (!('getContexts' in browser.runtime)) return true
  const { getContexts } = browser.runtime as unknown as {
    getContexts(filter: { documentIds: string[] }): Promise<unknown[]>
  }
  if ((await getContexts({ documentIds: [documentId] })).length > 0) return true
  // Firefox lists no frames on pages.
  return isLooking(tabId, documentId)
}

/** The document that asked is gone: the question goes, and its window. */
export async function withdraw(fits: (question: Question) => boolean): Promise<void> {
  for (const [id, question] of Object.entries((await session()).tokens.questions)) {
    if (!fits(question)) continue
    if (question.windowId !== undefined)
      await browser.windows.remove(question.windowId).catch(() => undefined)
    await close(id)
  }
}

/**
 * Follows the document that asked, by a port that it holds open as long as its question stands: when the port ends
 * and this worker lives, the document is gone. The port carries nothing, and only its own document's question ends.
 */
export function followAsker(port: Runtime.Port): void {
  const { origin, documentId } = port.sender as Sender
  if (origin !== new URL(browser.runtime.getURL('/')).origin) {
    port.disconnect()
    return
  }
  port.onDisconnect.addListener(() =>
    watched(
      'port',
      withdraw(question => question.documentId === documentId),
    ),
  )
}

/** The window was closed without an answer: that is a no, and nothing is remembered. */
export async function consentWindowClosed(windowId: number): Promise<void> {
  for (const [id, question] of Object.entries((await session()).tokens.questions))
    if (question.windowId === windowId) await close(id)
}

async function close(id: ConsentId): Promise<void> {
  await changeTokens(({ questions }) => {
    delete questions[id]
  })
  await setConsents(all => all.filter(consent => consent.id !== id))
}
