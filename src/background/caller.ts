import type { Runtime } from 'webextension-polyfill'
import { browser } from '../browser'
import type { PanelDocument } from './session'

/**
 * Who asks, by the browser's word. `panel` is an extension frame on a page and gets what its host site's permits
 * say; `site` is an origin, whoever wrote the message: content script or page cannot be told apart, so they are one.
 */
export type Caller =
  | { kind: 'screen'; screen: string; tabId?: number; windowId?: number }
  | { kind: 'panel'; tabId: number; documentId: string; site?: string }
  | { kind: 'site'; site: string; tabId: number; documentId: string }

/** What browsers tell of a sender beyond what the types know. */
export type Sender = Runtime.MessageSender & {
  origin?: string
  documentId?: string
  documentLifecycle?: string
}

const screens = /^\/src\/screens\/(popup|options|consent|entry)\/index\.html$/
const panel = '/src/screens/panel/index.html'

/**
 * Tells who sent a message; undefined is refused. Nothing of the message counts, and where two fields speak of the
 * same thing they have to agree.
 */
export function callerOf(
  sender: Sender,
  panels: Readonly<Record<string, PanelDocument>>,
): Caller | undefined {
  if (sender.id !== browser.runtime.id || !sender.url || !URL.canParse(sender.url)) return undefined
  // A page that is being prerendered or rests in the back-forward cache is nobody's yet, or nobody's any more.
  if (sender.documentLifecycle !== undefined && sender.documentLifecycle !== 'active') return undefined
  const url = new URL(sender.url)
  const ours = new URL(browser.runtime.getURL('/')).origin
  if (sender.origin === ours) return url.origin === ours ? ownDocument(sender, url, panels) : undefined
  return site(sender, url)
}

function ownDocument(
  { tab, frameId, documentId }: Sender,
  url: URL,
  panels: Readonly<Record<string, PanelDocument>>,
): Caller | undefined {
  const screen = screens.exec(url.pathname)?.[1]
  if (screen) {
    // A screen is never framed: it is the popup (no tab), or the top of a tab or window of its own.
    if (tab && frameId !== 0) return undefined
    return { kind: 'screen', screen, tabId: tab?.id, windowId: tab?.windowId }
  }
  if (url.pathname !== panel || tab?.id === undefined || !documentId || !frameId) return undefined
  const document = Object.hasOwn(panels, documentId) ? panels[documentId] : undefined
  return {
    kind: 'panel',
    tabId: tab.id,
    documentId,
    ...(document?.tabId === tab.id ? { site: document.site } : {}),
  }
}

function site({ origin, tab, documentId }: Sender, url: URL): Caller | undefined {
  // 'null' (sandboxed, data:) and about:blank fail here: their origin is not what their address says.
  if (!origin || origin !== url.origin || url.protocol !== 'https:') return undefined
  if (tab?.id === undefined || !documentId) return undefined
  return { kind: 'site', site: origin, tabId: tab.id, documentId }
}
