import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import { isLeasable } from '../shared/permit'
import type { ConnectionView, View } from '../shared/view'
import type { HeldToken } from './session'

/** The longest remaining life of a token that is leased, milliseconds. */
export function longestLease({ setup }: Pick<View, 'setup'>): number {
  const minutes = setup?.rules.maxLeaseMinutes
  return minutes === undefined ? limits.lease : minutes * 60_000
}

/** Throws `not-permitted` (`brokered-only`) for a login whose tokens are never handed out. */
export function requireLeasable(connection: ConnectionView): void {
  if (!isLeasable(connection)) throw new AppError('not-permitted', 'brokered-only')
}

/**
 * Rule 4: only a token whose own end is known and near leaves, and only one that can do no more than was allowed; a
 * provider that narrows nothing, or not enough, serves brokered fetch alone. `longest` is milliseconds.
 *
 * Throws `not-permitted` (`brokered-only`, `long-lived-token`, `wide-token`).
 */
export function requireFit(held: HeldToken, allowed: readonly string[], longest: number): void {
  if (held.isIdToken) throw new AppError('not-permitted', 'brokered-only')
  if (!held.isLifeKnown || held.expiresAt - Date.now() > longest)
    throw new AppError('not-permitted', 'long-lived-token')
  if (!held.scopes.every(scope => allowed.includes(scope))) throw new AppError('not-permitted', 'wide-token')
}
