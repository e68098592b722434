import { AppError } from '../shared/errors'
import { coversAccess, coversUse, livePermits, satisfies, widgetAsk } from '../shared/permit'
import type { SiteConnection } from '../shared/protocol'
import {
  type Access,
  type Ask,
  accountLabel,
  type ConnectionId,
  type ConnectionView,
  type Permit,
  type PermitDuration,
  type PermitId,
  type ProviderId,
  type Use,
  type View,
} from '../shared/view'
import { tellSite } from './news'
import { change, session } from './session'

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
  site: string,
  need: Need,
): { permit: Permit; connection: ConnectionView } {
  const candidates = livePermits(view, site).flatMap(permit => {
    const connection = view.connections.find(({ id }) => id === permit.connection)
    return connection?.provider === need.provider && (!need.connection || need.connection === connection.id)
      ? [{ permit, connection }]
      : []
  })
  const usable = candidates.filter(({ permit }) => coversUse(permit.use, need.use))
  if (usable.length === 0) throw new AppError('not-permitted', 'no-permit')
  const allowed = usable.filter(({ permit }) => coversAccess(permit.access, need.access))
  if (allowed.length === 0) throw new AppError('not-permitted', 'read-only')
  const found = allowed.find(({ permit }) =>
    (need.scopes ?? []).every(scope => permit.scopes.includes(scope)),
  )
  if (!found) throw new AppError('scope-missing')
  return found
}

/** What a site has permits for, and no more. */
export function connectionsOfSite(view: View, site: string): SiteConnection[] {
  return livePermits(view, site).flatMap(permit => {
    const connection = view.connections.find(({ id }) => id === permit.connection)
    if (!connection || connection.status === 'disconnecting') return []
    return [
      {
        connection: connection.id,
        provider: connection.provider,
        account: accountLabel(connection),
        status: connection.status,
        scopes: permit.scopes,
        use: permit.use,
        access: permit.access,
      },
    ]
  })
}

/** What our own panel and widgets still need a permit for on a site: one ask for each connection without it. */
export function missingAsks(view: View, site: string): Ask[] {
  const live = livePermits(view, site)
  return view.connections.flatMap(connection => {
    const wants = view.providers.find(({ id }) => id === connection.provider)?.widgets
    if (!wants || connection.status === 'disconnecting') return []
    const ask = widgetAsk(connection, wants)
    return live.some(permit => satisfies(permit, ask)) ? [] : [ask]
  })
}

/** Writes the permits that the user has just given, in place of narrower ones, and tells the site. */
export async function grant(site: string, asks: readonly Ask[], until: PermitDuration): Promise<void> {
  const { run } = (await session()).view
  await change(async ({ connections, permits }) => {
    const existing = await permits.getAll()
    for (const ask of asks) {
      // It may have been disconnected while the question was open.
      if (!(await connections.get(ask.connection))) continue
      for (const old of existing)
        if (old.site === site && old.connection === ask.connection) await permits.delete(old.id)
      const permit: Permit = { id: crypto.randomUUID(), site, ...ask, until, run, grantedAt: Date.now() }
      await permits.put(permit)
    }
  })
  await tellSite(site, 'connected')
}

/** Ends one permit. The site is told and gets nothing more. */
export async function endPermit(id: PermitId): Promise<void> {
  const permit = (await session()).view.permits.find(known => known.id === id)
  if (!permit) return
  await change(({ permits }) => permits.delete(id))
  await tellSite(permit.site, 'ended')
}
