import { browser } from '../browser'
import type { LookMessage } from '../shared/protocol'
import type { PanelDocument } from './session'

const message: LookMessage = { dealpass: 'look' }

/** Tells panels that see by asking, in one tab or in all, that there is something new. */
export function tellPanels(panels: Readonly<Record<string, PanelDocument>>, tabId?: number): void {
  for (const [documentId, panel] of Object.entries(panels))
    if (panel.asks && (tabId === undefined || tabId === panel.tabId)) void isLooking(panel.tabId, documentId)
}

/** Tells one panel to look again; whether its document is there to do so. */
export async function isLooking(tabId: number, documentId: string): Promise<boolean> {
  // The types do not know documentId, which both browsers do.
  const to = { documentId } as object
  try {
    return (await browser.tabs.sendMessage(tabId, message, to)) === true
  } catch {
    return false
  }
}
