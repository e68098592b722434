import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'

// A worker's fetch carries the server's SameSite=Lax cookies by default, and some servers then refuse it. A runtime that has
// neither cookies nor a cache (workerd) throws at the words.
const browserOnly: RequestInit =
  'credentials' in Request.prototype
    ? { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' }
    : {}

/**
 * A `fetch` for OAuth endpoints: no cookies either way, no redirect followed, `no-store`, 15 s for the whole answer,
 * and a body of at most 256 KiB, read before it is given on.
 *
 * Rejects with `provider-unreachable` when the network fails or the time is over, and with `provider-rejected`
 * (`too-large`) beyond the size. An abort by the caller's own signal passes through unchanged.
 */
export const guardedFetch = async (address: string, init: RequestInit = {}): Promise<Response> => {
  const timeout = AbortSignal.timeout(limits.request)
  try {
    const response = await fetch(address, {
      ...init,
      ...browserOnly,
      redirect: 'manual',
      signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
    })
    return await sealed(response)
  } catch (cause) {
    if (cause instanceof AppError || init.signal?.aborted) throw cause
    throw new AppError('provider-unreachable', undefined, { cause })
  }
}

async function sealed(response: Response): Promise<Response> {
  const headers = new Headers(response.headers)
  // oauth4webapi gives a challenge precedence over the JSON body; Basic challenges come with `invalid_client`,
  // and it is the body's word that tells what to do.
  headers.delete('www-authenticate')
  // The browser has decoded the body already.
  headers.delete('content-encoding')
  headers.delete('content-length')
  // An opaque redirect has status 0, which no Response can be made with; 502 says it as well: a wrong answer.
  const status = response.status === 0 ? 502 : response.status
  const body = [204, 205, 304].includes(status) ? null : await readUpTo(response, limits.tokenBody)
  return new Response(body, { status, headers })
}

/** Reads a body of at most `most` bytes; rejects with `provider-rejected` (`too-large`) beyond, having stopped reading. */
export async function readUpTo({ body }: Response | Request, most: number): Promise<ArrayBuffer> {
  if (!body) return new ArrayBuffer(0)
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > most) {
      await reader.cancel()
      throw new AppError('provider-rejected', 'too-large')
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole.buffer
}
