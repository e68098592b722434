import { AppError } from '../shared/errors'
import type { SiteCaller } from './caller'
import { foundIn } from './documents'

/**
 * Rule 10: the user is asked only for a page that they look at and have just used (the browser's transient activation,
 * which lasts 5 s). Asked of the document itself in our own world, where the page's scripts have no say; what a message
 * claims does not count.
 *
 * Throws `not-permitted` (`needs-gesture`), also where the document is gone.
 */
export async function requireGesture({ tabId, documentId }: SiteCaller): Promise<void> {
  const isUsed = await foundIn(
    tabId,
    documentId,
    () => document.visibilityState === 'visible' && navigator.userActivation.isActive,
  )
  if (isUsed !== true) throw new AppError('not-permitted', 'needs-gesture')
}
