import { providerById } from '../providers'
import { addressesOf } from '../providers/hosts'
import type { Outage, Permit } from '../shared/view'
import type { Connection } from './vault'

// What a broken disk, or somebody at the files, has made of a record costs that record alone, and is said where there is
// something to say it of.

/** A connection as it can be shown; undefined where not even its provider is known. */
export function mendedConnection(row: Connection): Connection | undefined {
  const { id, provider, scopes, addresses } = Object(row) as Partial<Connection>
  if (typeof id !== 'string' || typeof provider !== 'string') return undefined
  const isWhole =
    isList(scopes?.asked) &&
    isList(scopes?.granted) &&
    isList(addresses?.api) &&
    typeof addresses?.token === 'string'
  if (isWhole) return row
  const known = providerById(provider)
  return {
    ...row,
    account: row.account ?? null,
    scopes: { asked: [], granted: [] },
    addresses: known ? addressesOf(known) : { token: '', api: [] },
    status: 'needs-attention',
    fault: { code: 'reconnect-required', reason: 'record-damaged' },
  }
}

/** A permit that nobody can read allows nothing. */
export function isPermit({ site, connection, scopes, endsAt }: Permit): boolean {
  return (
    typeof site === 'string' &&
    typeof connection === 'string' &&
    isList(scopes) &&
    (endsAt === undefined || Number.isFinite(endsAt))
  )
}

export function isOutage(value: unknown): value is Outage {
  const { failures, nextTry } = Object(value) as Partial<Outage>
  return Number.isFinite(failures) && Number.isFinite(nextTry)
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value)
}
