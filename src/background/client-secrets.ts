import { providerOf } from '../providers/configured'
import { addressesOf, secretPlace } from '../providers/hosts'
import type { KnownSecret } from '../providers/setup-faults'
import { AppError } from '../shared/errors'
import type { Addresses, ConnectionId, ProviderId } from '../shared/view'
import { dataKey } from './data-key'
import { closeEntriesOf } from './journal'
import { seal, unseal } from './sealed'
import {
  allConnections,
  keep,
  kept,
  type PlainSecret,
  read,
  removePermits,
  type StoredSecret,
  type Stores,
  write,
} from './vault'

/** The client secret of an app or key at these addresses; undefined where there is none for them. Throws `setup-wrong` (`secret-damaged`). */
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
  const stored = await read(({ clientSecrets }) => clientSecrets.get(key))
  return stored && opened(stored)
}

async function opened(stored: StoredSecret | PlainSecret): Promise<string> {
  if (!('sealed' in stored)) return stored.secret
  const key = await dataKey()
  return unseal(key, recordOf(stored), stored.sealed).then(String, (cause: unknown) => {
    throw new AppError('setup-wrong', 'secret-damaged', { cause })
  })
}

const recordOf = ({ provider, clientId, place }: Omit<StoredSecret, 'sealed'>) => [
  'clientSecrets',
  provider,
  clientId,
  place,
]

/** A client secret as it is stored. Before the transaction that puts it: nothing else may be awaited inside one. */
export async function sealedSecret({ secret, ...place }: PlainSecret): Promise<StoredSecret> {
  return { ...place, sealed: await seal(await dataKey(), recordOf(place), secret) }
}

/** Seals what the versions before stored in the clear. At every start of the browser; there is something to do once. */
export async function sealPlainSecrets(): Promise<void> {
  for (const stored of await read(({ clientSecrets }) => clientSecrets.getAll())) {
    if ('sealed' in stored) continue
    const sealed = await sealedSecret(stored)
    await write(async ({ clientSecrets }) => {
      const now = await clientSecrets.get([stored.provider, stored.clientId, stored.place])
      if (now && !('sealed' in now)) await clientSecrets.put(sealed)
    })
  }
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
  const connections = await allConnections(stores)
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

/** Removes a connection with its credentials, its permits, what is under way for it, and a key that nothing else needs. */
export async function removeConnection(stores: Stores, id: ConnectionId): Promise<void> {
  await Promise.all([
    stores.connections.delete(id),
    stores.credentials.delete(id),
    closeEntriesOf(stores, id),
    removePermits(stores, id),
  ])
  await sweepUnneeded(stores)
}
