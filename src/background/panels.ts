import { catalogue } from '../providers'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Caller } from './caller'
import { changeTokens } from './session'

/** Origins of the CRM pages that our loader runs on. */
const hostSites = new Set(catalogue.flatMap(({ pages }) => pages.map(pattern => new URL(pattern).origin)))

/**
 * A ticket for one panel on the page that asks: good once, for a frame of the same tab, for ten seconds. The page
 * cannot read it (it goes into a closed shadow root) and cannot use it twice. Throws `not-permitted`.
 */
export async function issueTicket({
  site,
  tabId,
}: Extract<Caller, { kind: 'site' }>): Promise<{ ticket: string }> {
  if (!hostSites.has(site)) throw new AppError('not-permitted', 'unknown-caller')
  const ticket = crypto.randomUUID()
  await changeTokens(({ tickets }) => {
    for (const [old, { until }] of Object.entries(tickets)) if (until < Date.now()) delete tickets[old]
    tickets[ticket] = { site, tabId, until: Date.now() + limits.ticket }
  })
  return { ticket }
}

/** Spends a ticket: from now on this panel document stands for the ticket's site. Throws `not-permitted`. */
export async function enter(
  { tabId, documentId }: Extract<Caller, { kind: 'panel' }>,
  ticket: string,
): Promise<{ site: string }> {
  let site: string | undefined
  await changeTokens(({ tickets, panels }) => {
    const found = Object.hasOwn(tickets, ticket) ? tickets[ticket] : undefined
    delete tickets[ticket]
    if (!found || found.tabId !== tabId || found.until < Date.now()) return
    panels[documentId] = { site: found.site, tabId }
    site = found.site
  })
  if (site === undefined) throw new AppError('not-permitted', 'unknown-caller')
  return { site }
}

/** A tab is gone, and every panel in it. */
export async function forgetPanels(tabId: number): Promise<void> {
  await changeTokens(({ panels, tickets }) => {
    for (const [documentId, panel] of Object.entries(panels))
      if (panel.tabId === tabId) delete panels[documentId]
    for (const [ticket, panel] of Object.entries(tickets)) if (panel.tabId === tabId) delete tickets[ticket]
  })
}
