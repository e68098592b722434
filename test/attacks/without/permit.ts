import type { Holder, Need } from '../../../src/background/permit-for'
import type { Permit, View } from '../../../src/shared/view'

export type * from '../../../src/background/permit-for'

/** A permit for whoever asks, for whatever there is. */
export function permitFor({ connections, run }: View, { site }: Holder, { provider, connection: id }: Need) {
  const connection = connections.find(known => (id ? known.id === id : known.provider === provider))
  if (!connection) throw new Error('Nothing is connected.')
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
