import type { Runtime } from 'webextension-polyfill'
import { browser } from '../browser'
import { isLoopback } from '../providers/addresses'
import { tellsLifecycle } from './platform'
import type { PanelDocument } from './session'

/**
 * Who asks, by the browser's word. `panel` is an extension frame on a page and gets what its host site's permits
 * say; `site` is an origin, whoever wrote the message: content script or page cannot be told apart, so they are one.
 * `page` is the document of the page, also where a panel on it asks.
 */
export type Caller =
  | { kind: 'screen'; screen: string; tabId?: number; windowId?: number }
  | { kind: 'panel'; tabId: number; documentId: string; site?: string; page?: string }
  | { kind: 'site'; site: string; tabId: number; documentId: string; page: string }

export type SiteCaller = Extract<Caller, { kind: 'site' }>
export type PanelCaller = Extract<Caller, { kind: 'panel' }>

/** What browsers tell of a sender beyond what the types know. */
export type Sender = Runtime.MessageSender & {
  origin?: string
  documentId?: string
  documentLifecycle?: string
}

/** What is known of those who may ask: panels that have spent a ticket, and which origins are sites. */
export type Known = {
  panels: Readonly<Record<string, PanelDocument>>
  isSite(origin: string): boolean
}

const screens = /^\/src\/screens\/(popup|options|consent|entry)\/index\.html$/
const panel = '/src/screens/panel/index.html'

/**
 * Tells who sent a message; undefined is refused. Nothing of the message counts, and where two fields speak of the
 * same thing they have to agree.
 */
export function callerOf(sender: Sender, known: Known): Caller | undefined {
  if (sender.id !== browser.runtime.id || typeof sender.url !== 'string' || !URL.canParse(sender.url))
    return undefined
  if (isDormant(sender)) return undefined
  const url = new URL(sender.url)
  const ours = new URL(browser.runtime.getURL('/')).origin
  if (sender.origin === ours) return url.origin === ours ? ownDocument(sender, url, known) : undefined
  return site(sender, url, known)
}

/** A page that is being prerendered or rests in the back-forward cache is nobody's yet, or nobody's any more. */
export function isDormant({ documentLifecycle, tab }: Sender): boolean {
  // Of the popup, which is in no tab, Chromium says nothing.
  return tellsLifecycle && documentLifecycle !== 'active' && tab !== undefined
}

function ownDocument({ tab, frameId, documentId }: Sender, url: URL, { panels }: Known): Caller | undefined {
  const screen = screens.exec(url.pathname)?.[1]
  if (screen) {
    // A screen is never framed: it is the popup (no tab), or the top of a tab or window of its own.
    if (tab && frameId !== 0) return undefined
    return { kind: 'screen', screen, tabId: tab?.id, windowId: tab?.windowId }
  }
  if (
    url.pathname !== panel ||
    tab?.id === undefined ||
    typeof documentId !== 'string' ||
    !documentId ||
    !frameId
  )
    return undefined
  const document = Object.hasOwn(panels, documentId) ? panels[documentId] : undefined
  return {
    kind: 'panel',
    tabId: tab.id,
    documentId,
    ...(document?.tabId === tab.id ? { site: document.site, page: document.page } : {}),
  }
}

function site({ origin, tab, documentId }: Sender, url: URL, { isSite }: Known): Caller | undefined {
  // 'null' (sandboxed, data:) and about:blank fail here: their origin is not what their address says.
  if (!origin || origin !== url.origin) return undefined
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(origin))) return undefined
  // A script of ours may run where it may no longer ask, or on another port of a site's host.
  if (tab?.id === undefined || !documentId || !isSite(origin)) return undefined
  return { kind: 'site', site: origin, tabId: tab.id, documentId, page: documentId }
}
