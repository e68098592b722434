import { browser } from '../browser'

/**
 * What a function of ours finds in one document of a page, if that is there and active, by the browser's word; undefined
 * where it is not, or where no script of ours may run.
 */
export async function foundIn(
  tabId: number,
  documentId: string,
  func: () => boolean,
): Promise<boolean | undefined> {
  // The types do not know documentIds, which both browsers do.
  const target = { tabId, documentIds: [documentId] } as { tabId: number }
  const answers: { documentId?: string; result?: unknown }[] = await browser.scripting
    .executeScript({ target, func })
    .catch(() => [])
  const [{ documentId: found = documentId, result } = {}] = answers
  // Chromium finds the frame by the document, and runs the function in what the frame shows by then.
  return found === documentId && typeof result === 'boolean' ? result : undefined
}

/** Whether a document of a page is there and active. */
export async function isThere(tabId: number, documentId: string): Promise<boolean> {
  return (await foundIn(tabId, documentId, () => true)) === true
}
