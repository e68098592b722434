import { providerOf } from '../providers/configured'
import { addressesOf, secretPlace } from '../providers/hosts'
import type { KnownSecret } from '../providers/setup-faults'
import type { Addresses, ConnectionId, ProviderId } from '../shared/view'
import { keep, kept, read, removePermits, type Stores } from './vault'

/** The client secret of an app or key at these addresses; undefined where there is none for them. */
export async function readClientSecret(
  provider: ProviderId,
  clientId: string | undefined,
  addresses: Addresses,
): Promise<string | undefined> {
  return clientId === undefined ? undefined : secretAt(provider, clientId, secretPlace(addresses))
}

/** The same by its key. */
export async function secretAt(
  ...key: [provider: ProviderId, clientId: string, place: string]
): Promise<string | undefined> {
  return (await read(({ clientSecrets }) => clientSecrets.get(key)))?.secret
}

/** Which client secrets there are, without them. */
export async function readKnownSecrets(): Promise<KnownSecret> {
  const keys = await read(({ clientSecrets }) => clientSecrets.getAllKeys())
  const known = new Set(keys.map(key => key.join('\n')))
  return (...key) => known.has(key.join('\n'))
}

/**
 * Removes what neither the setup nor a connection needs any more: client secrets, and providers that the setup no longer
 * has. A secret that a connection was made with stays, whatever the setup says now: a new client id or secret touches
 * no connection.
 */
export async function sweepUnneeded(stores: Stores): Promise<void> {
  const connections = await stores.connections.getAll()
  const whole = (await kept(stores, 'setup')) ?? null
  const isUsed = (id: ProviderId) => connections.some(({ provider }) => provider === id)
  const setup = whole && {
    ...whole,
    providers: Object.fromEntries(
      Object.entries(whole.providers).filter(([id, { isRetired }]) => !isRetired || isUsed(id)),
    ),
  }
  if (setup) await keep(stores, 'setup', setup)
  const isNeeded = ([id, clientId, place]: [ProviderId, string, string]) => {
    const { clientId: app, keys = [], isRetired } = setup?.providers[id] ?? {}
    const provider = providerOf(setup, id)
    const isInSetup = !isRetired && (app === clientId || keys.some(key => key.clientId === clientId))
    return (
      (isInSetup && provider && secretPlace(addressesOf(provider)) === place) ||
      connections.some(
        known =>
          known.provider === id && known.clientId === clientId && secretPlace(known.addresses) === place,
      )
    )
  }
  for (const key of await stores.clientSecrets.getAllKeys())
    if (!isNeeded(key)) await stores.clientSecrets.delete(key)
}

/** Removes a connection with its credentials, its permits, its due Disconnect, and a key that nothing else needs. */
export async function removeConnection(stores: Stores, id: ConnectionId): Promise<void> {
  await Promise.all([
    stores.connections.delete(id),
    stores.credentials.delete(id),
    stores.disconnects.delete(id),
    removePermits(stores, id),
  ])
  await sweepUnneeded(stores)
}
