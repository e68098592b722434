import { browser } from '../browser'
import { AppError } from '../shared/errors'
import type { SiteCaller } from './caller'

/**
 * Rule 10: the user is asked only for a page that they look at and have just used (the browser's transient activation,
 * which lasts 5 s). Asked of the document itself in our own world, where the page's scripts have no say; what a message
 * claims does not count.
 *
 * Throws `not-permitted` (`needs-gesture`), also where the document is gone.
 */
export async function requireGesture({ tabId, documentId }: SiteCaller): Promise<void> {
  const answers = await browser.scripting
    .executeScript({
      // The types do not know documentIds, which both browsers do.
      target: { tabId, documentIds: [documentId] } as { tabId: number },
      func: () => document.visibilityState === 'visible' && navigator.userActivation.isActive,
    })
    .catch(() => [])
  if (answers[0]?.result !== true) throw new AppError('not-permitted', 'needs-gesture')
}
