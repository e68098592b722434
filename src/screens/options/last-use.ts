import type { Receipt } from '../../shared/receipt'
import type { Permit } from '../../shared/view'

/** When a site last used the connection of a permit, milliseconds since the epoch; undefined where no receipt says so. */
export function lastUse(
  receipts: readonly Receipt[],
  { site, connection }: Pick<Permit, 'site' | 'connection'>,
): number | undefined {
  const times = receipts
    .filter(one => one.kind === 'used' && one.site === site && one.connection === connection)
    .map(({ at }) => at)
  return times.length === 0 ? undefined : Math.max(...times)
}
