import { AppError } from '../shared/errors'
import { actingScopes, coversAccess, coversUse, livePermits } from '../shared/permit'
import type { Access, ConnectionId, ConnectionView, Permit, ProviderId, Use, View } from '../shared/view'

/** Who stands on permits: a site, by one document of it. */
export type Holder = { site: string; page: string }

/** What a request needs of a permit. */
export type Need = {
  provider: ProviderId
  connection?: ConnectionId
  use: Use
  access: Access
  scopes?: readonly string[]
}

/**
 * The permit under which a site may do what it asks, with its connection. Absence means no: the answer to a site is
 * `not-permitted` whether the connection exists or not, so that nobody learns by asking what is connected here.
 *
 * Throws `not-permitted` (`no-permit`, `read-only`), `scope-missing`.
 */
export function permitFor(
  view: View,
  { site, page }: Holder,
  need: Need,
): { permit: Permit; connection: ConnectionView } {
  const candidates = livePermits(view, site, page).flatMap(permit => {
    const connection = view.connections.find(({ id }) => id === permit.connection)
    return connection?.provider === need.provider && (!need.connection || need.connection === connection.id)
      ? [{ permit, connection }]
      : []
  })
  const usable = candidates.filter(({ permit }) => coversUse(permit.use, need.use))
  if (usable.length === 0) throw new AppError('not-permitted', 'no-permit')
  const allowed = usable.filter(({ permit }) => coversAccess(permit.access, need.access))
  if (allowed.length === 0) throw new AppError('not-permitted', 'read-only')
  const found = allowed.find(({ permit, connection: { isWhole, scopes } }) =>
    [...(need.scopes ?? []), ...(isWhole ? actingScopes(scopes.granted) : [])].every(scope =>
      permit.scopes.includes(scope),
    ),
  )
  if (!found) throw new AppError('scope-missing')
  return found
}
