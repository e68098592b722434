import type { Holder, Need } from '../../../src/background/permit-for'
import { AppError } from '../../../src/shared/errors'
import type { Permit, View } from '../../../src/shared/view'

export type * from '../../../src/background/permit-for'

/** Where there is a permit, whosever and for whatever, it is one for everybody and everything. */
export function permitFor({ connections, permits, run }: View, { site }: Holder, need: Need) {
  const connection = connections.find(
    ({ id, provider }) => need.connection === id || need.provider === provider,
  )
  if (!connection || permits.length === 0) throw new AppError('not-permitted', 'no-permit')
  const permit: Permit = {
    id: 'any',
    site,
    connection: connection.id,
    use: 'token',
    access: 'change',
    scopes: connection.scopes.granted,
    until: 'run',
    run,
    grantedAt: 0,
  }
  return { permit, connection }
}
