import { limits } from '../shared/limits'

let current: { signal: AbortSignal; madeAt: number } | undefined

// A signal of one request must not be heard by another there.
const isShared = globalThis.navigator?.userAgent !== 'Cloudflare-Workers'

/**
 * A signal that ends a call after 15 s, or up to half a second later: calls that begin within half a second of each other
 * share one, since a signal with a timer of its own costs a tenth of a whole request on Node.
 */
export function deadline(): AbortSignal {
  if (!isShared) return AbortSignal.timeout(limits.request)
  const now = performance.now()
  if (!current || now - current.madeAt > 500)
    current = { signal: AbortSignal.timeout(limits.request + 500), madeAt: now }
  return current.signal
}
