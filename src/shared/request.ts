import { AppError } from './errors'
import type { Reply, RequestInput, RequestMessage, RequestName, RequestOutput } from './protocol'

export type Request = <N extends RequestName>(
  name: N,
  input: RequestInput<N>,
  options?: { signal?: AbortSignal },
) => Promise<RequestOutput<N>>

/** Carries a message and promises the reply; one that can take a message back does so when `signal` aborts. */
type Send = (message: RequestMessage, signal?: AbortSignal) => Promise<unknown>

/**
 * The one way to ask the background. `send` is the transport.
 *
 * The promise is rejected with an `AppError` revived from the reply's code; with `not-installed` where the
 * transport itself fails (no extension, or one that was updated under a page); with the signal's reason when aborted.
 */
export function requester(send: Send): Request {
  return async (name, input, options) => {
    options?.signal?.throwIfAborted()
    const sent = send({ dealpass: 'request', name, input }, options?.signal).catch((cause: unknown) => {
      throw cause instanceof AppError ? cause : new AppError('not-installed', undefined, { cause })
    })
    const reply = (await abortable(sent, options?.signal)) as Reply<never> | undefined
    if (reply?.ok) return reply.value
    const { code, reason, message } = reply?.error ?? { code: 'unexpected' as const }
    throw new AppError(code, reason, message === undefined ? {} : { message })
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    // A signal may live much longer than one request.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
