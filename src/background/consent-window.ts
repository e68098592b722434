import { AppError } from '../shared/errors'
import type { Caller } from './caller'
import type { Question } from './session'

/** An answer counts from the consent screen in the window that was opened for this question. Throws `not-permitted`. */
export function requireOwnWindow(
  { screen, windowId }: Extract<Caller, { kind: 'screen' }>,
  question: Question,
): void {
  if (screen !== 'consent' || windowId === undefined || windowId !== question.windowId)
    throw new AppError('not-permitted')
}
