import { browser } from '../browser'
import { catalogue } from '../providers'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Sight } from '../shared/protocol'
import type { PanelCaller, SiteCaller } from './caller'
import { tellPanels } from './panel-news'
import { changeTokens, session } from './session'

/** Origins of the CRM pages that our loader runs on. */
export const crmOrigins = new Set(
  catalogue.flatMap(({ pages }) => pages.map(pattern => new URL(pattern).origin)),
)

/**
 * A ticket for one panel on the page that asks: good once, for a frame of the same tab, for ten seconds. The page
 * cannot read it (it goes into a closed shadow root) and cannot use it twice. Throws `not-permitted`.
 */
export async function issueTicket({ site, tabId, page }: SiteCaller): Promise<{ ticket: string }> {
  if (!crmOrigins.has(site)) throw new AppError('not-permitted', 'unknown-caller')
  const ticket = crypto.randomUUID()
  await changeTokens(({ tickets }) => {
    // One for a tab: whoever asks again has no use for the one before, and asking costs no room.
    for (const [old, known] of Object.entries(tickets))
      if (known.tabId === tabId || known.until < Date.now()) delete tickets[old]
    tickets[ticket] = { site, tabId, page, until: Date.now() + limits.ticket }
  })
  return { ticket }
}

/** Spends a ticket: from now on this panel document stands for the ticket's site. Throws `not-permitted`. */
export async function enter(
  { tabId, documentId, site, page }: PanelCaller,
  ticket: string,
): Promise<{ site: string; page: string }> {
  // The answer of the first time may have been lost with a worker.
  if (site !== undefined && page !== undefined) return { site, page }
  let entered: { site: string; page: string } | undefined
  await changeTokens(({ tickets, panels }) => {
    const found = Object.hasOwn(tickets, ticket) ? tickets[ticket] : undefined
    delete tickets[ticket]
    if (!found || found.tabId !== tabId || found.until < Date.now()) return
    entered = { site: found.site, page: found.page }
    panels[documentId] = { ...entered, tabId }
  })
  if (!entered) throw new AppError('not-permitted', 'unknown-caller')
  return entered
}

/**
 * What a panel shows, for one that cannot see it by itself: Firefox gives a frame of ours on a page neither
 * `storage.session` nor `tabs`. From now on it is told when there is something new.
 */
export async function look({ tabId, documentId }: PanelCaller): Promise<Sight> {
  const state = await session()
  if (state.tokens.panels[documentId]?.asks !== true)
    await changeTokens(({ panels }) => {
      const panel = panels[documentId]
      if (panel) panels[documentId] = { ...panel, asks: true }
    })
  // A tab that has just been closed needs no answer any more.
  const tab = await browser.tabs.get(tabId).catch(() => undefined)
  return { view: state.view, ...(tab?.url === undefined ? {} : { address: tab.url }) }
}

/** The page in a tab has another address, with its document and any panel on it still there. */
export async function pageMoved(tabId: number): Promise<void> {
  tellPanels((await session()).tokens.panels, tabId)
}

/** A tab is gone, and every panel in it. */
export async function forgetPanels(tabId: number): Promise<void> {
  const { panels, tickets } = (await session()).tokens
  const gone = (all: Record<string, { tabId: number }>) =>
    Object.keys(all).filter(key => all[key]?.tabId === tabId)
  // Most tabs never had a panel; they cost no writing.
  if (gone(panels).length + gone(tickets).length === 0) return
  await changeTokens(() => {
    for (const key of gone(panels)) delete panels[key]
    for (const key of gone(tickets)) delete tickets[key]
  })
}
