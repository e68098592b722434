import { readUpTo } from '../oauth/guarded-fetch'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'

/** An API's answer, its body read. */
export type DataAnswer = { status: number; header(name: string): string | undefined; body: ArrayBuffer }

/**
 * Makes one call to an API: no redirect followed, no cookies, `time` milliseconds until the whole answer is there, at most
 * 4 MiB of it.
 * Rejects with `provider-unreachable`, or `provider-rejected` (`too-large`).
 */
export type DataFetch = (
  url: string,
  request: { method: string; headers: Record<string, string>; body?: ArrayBuffer; time: number },
) => Promise<DataAnswer>

/** `DataFetch` by the web's own `fetch`: for platforms that have no other. */
export const webDataFetch: DataFetch = async (url, { time, ...request }) => {
  const unreachable = (cause: unknown) => {
    throw cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
  }
  const signal = AbortSignal.timeout(time)
  const response = await fetch(url, { ...request, redirect: 'manual', signal }).catch(unreachable)
  return {
    status: response.status,
    header: name => response.headers.get(name) ?? undefined,
    body: await bodyOf(response).catch(unreachable),
  }
}

// One that says how long it is, and is not packed, can be no longer; a runtime reads it at once, and not piece by piece.
function bodyOf(response: Response): Promise<ArrayBuffer> {
  const length = response.headers.get('content-length')
  const isShort =
    length !== null && Number(length) <= limits.body && !response.headers.has('content-encoding')
  return isShort ? response.arrayBuffer() : readUpTo(response, limits.body)
}
