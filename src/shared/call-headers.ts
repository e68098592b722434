import { AppError } from './errors'

/** Of the caller's headers these go out; everything else, `authorization` and `cookie` before all, stays behind. */
export const sentHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'prefer',
])

/** Of the API's headers these come back. */
export const returnedHeaders: ReadonlySet<string> = new Set([
  'content-language',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'link',
  'retry-after',
  'x-request-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])

/** The headers that go out with a brokered call. Throws `bad-request` for a value that is no header value. */
export function outgoingHeaders(headers: Readonly<Record<string, string>> = {}): Headers {
  const sent = new Headers()
  try {
    for (const [header, value] of Object.entries(headers))
      if (sentHeaders.has(header.toLowerCase())) sent.set(header, value)
  } catch (cause) {
    // A line break, for example.
    throw new AppError('bad-request', undefined, { cause })
  }
  return sent
}

/** The headers that come back with its answer. */
export function incomingHeaders(headers: Headers): [string, string][] {
  return [...headers].filter(([name]) => returnedHeaders.has(name))
}
