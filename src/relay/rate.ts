import { RelayError } from './errors'
import { relayLimits } from './limits'

/**
 * Makes the count of one kind of request: a token bucket for each user, filled by `perMinute` in a minute, which is also
 * the most at once. It is this instance's own: the relay shares nothing. Throws `rate-limited`.
 */
export function createRate(perMinute: number, now = Date.now): (user: string) => void {
  const buckets = new Map<string, { left: number; at: number }>()
  const perMs = perMinute / 60_000
  return user => {
    const at = now()
    const before = buckets.get(user) ?? { left: perMinute, at }
    const left = Math.min(perMinute, before.left + Math.max(0, at - before.at) * perMs)
    // What was refused costs nothing: else whoever asks a little too often would never be answered again.
    buckets.set(user, { left: left < 1 ? left : left - 1, at })
    if (buckets.size > relayLimits.countedUsers)
      for (const [name, bucket] of buckets) if (at - bucket.at > 60_000) buckets.delete(name)
    if (left < 1) throw new RelayError('rate-limited', { retryAfter: Math.ceil((1 - left) / perMs / 1000) })
  }
}
