import { browser } from '../browser'

/** Whether a document of a page is there and active, by the browser's word. Only where a script of ours may run. */
export async function isThere(tabId: number, documentId: string): Promise<boolean> {
  // The types do not know documentIds, which both browsers do.
  const target = { tabId, documentIds: [documentId] } as { tabId: number }
  const answers = await browser.scripting.executeScript({ target, func: () => true }).catch(() => [])
  return answers[0]?.result === true
}
