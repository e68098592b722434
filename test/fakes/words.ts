import { AppError } from '../../src/shared/errors'

/** The closed words of a rejection, `code` or `code: reason`; a promise that is fulfilled fails the test. */
export async function wordsOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => {
      throw new Error('This was not refused')
    },
    (thrown: unknown) => thrown,
  )
  const { code, reason, message } = Object(error)
  if (typeof code !== 'string') return String(message)
  return reason ? `${code}: ${reason}` : code
}

/** What a function returns, or the closed words of what it throws. */
export function thrownWords(run: () => unknown): string {
  try {
    return String(run())
  } catch (error) {
    return error instanceof AppError ? error.message : String(error)
  }
}
