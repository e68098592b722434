import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'

type Bucket = { left: number; at: number }

/** One for each origin that has asked lately. Lost with the worker, which costs nobody more than a full bucket. */
const buckets = new Map<string, Bucket>()

/**
 * Takes one request of an origin into account: a token bucket, so that a page may do much at once but not for ever.
 * Asked before anything else is done for it. `now` is milliseconds.
 *
 * Throws `rate-limited`.
 */
export function admit(origin: string, now = Date.now()): void {
  const { left, at } = buckets.get(origin) ?? { left: limits.rateBurst, at: now }
  // A clock that was set back gives nothing and takes nothing.
  const refilled = left + (Math.max(0, now - at) / 1000) * limits.ratePerSecond
  const full = Math.min(limits.rateBurst, refilled)
  if (full < 1) {
    buckets.set(origin, { left: full, at: now })
    throw new AppError('rate-limited')
  }
  buckets.set(origin, { left: full - 1, at: now })
  if (buckets.size > limits.rateOrigins) forgetFull(now)
}

// A bucket that has had the time to fill up says no more than none.
function forgetFull(now: number): void {
  const fills = (limits.rateBurst / limits.ratePerSecond) * 1000
  for (const [origin, { at }] of buckets) if (now - at > fills) buckets.delete(origin)
}
