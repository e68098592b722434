import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, type IDBPTransaction, openDB } from 'idb'
import { providerById } from '../providers'
import { addressesOf } from '../providers/hosts'
import type { Fault } from '../shared/errors'
import type { Receipt } from '../shared/receipt'
import type {
  Addresses,
  Attempt,
  ClientAuth,
  ConnectionId,
  ConnectionView,
  Departure,
  Outage,
  Permit,
  PermitId,
  ProviderId,
  SetupView,
  Site,
} from '../shared/view'
import type { Secrets } from './credentials'
import type { StoredKey } from './data-key'
import type { Entry } from './journal'
import { isOutage, isPermit, mendedConnection } from './mended'
import type { StoredProofKey } from './proof-key'
import type { Sealed } from './sealed'

/**
 * One user's link to one account at one provider; its secrets are its `Credentials`. What screens see of it, and the
 * app it was made with: a setup that changes later does not touch it. `locked` is a state of the vault, not of it.
 */
export type Connection = Omit<ConnectionView, 'isKeyOurs'> & {
  status: Exclude<ConnectionView['status'], 'locked'>
  /** None where a personal token came without any app in the setup. */
  clientId?: string
  audience?: string
  /** As the setup had it for that app. */
  clientAuth?: ClientAuth
  addresses: Addresses
}

/** The secrets of a connection, sealed (`credentials.ts`). */
export type StoredCredentials = { connection: ConnectionId; generation: number; sealed: Sealed }

/** As version 3 and before had them. */
export type PlainCredentials = Secrets & { connection: ConnectionId }

/**
 * A client secret, sealed (`client-secrets.ts`). It belongs to the setup, or to a key that the user entered, never to one
 * connection; and to a place: the origins to which it may go (`secretPlace`).
 */
export type StoredSecret = { provider: ProviderId; clientId: string; place: string; sealed: Sealed }

/** As version 3 and before had it. */
export type PlainSecret = Omit<StoredSecret, 'sealed'> & { secret: string }

/** Single values. */
type Kept = {
  setup: SetupView
  stopped: boolean
  weakerFlows: boolean
  setupFaults: Record<ProviderId, Fault>
  outages: Record<string, Outage>
  clockSkew: number | undefined
  keepsWarm: boolean
}

interface Schema extends DBSchema {
  connections: { key: ConnectionId; value: Connection }
  credentials: { key: ConnectionId; value: StoredCredentials | PlainCredentials }
  clientSecrets: { key: [ProviderId, string, string]; value: StoredSecret | PlainSecret }
  /** The key that all of these are sealed with, and the one by which relays know this profile. */
  keys: { key: 'data' | 'proof'; value: StoredKey | StoredProofKey }
  permits: { key: PermitId; value: Permit }
  sites: { key: string; value: Site }
  receipts: { key: number; value: Receipt }
  /** One for each provider: the one in progress, or how the latest ended. */
  attempts: { key: ProviderId; value: Attempt }
  departures: { key: ProviderId; value: Departure }
  /** What is under way. */
  journal: { key: Entry['id']; value: Entry }
  kept: { key: string; value: unknown }
}

const storeNames = [
  'connections',
  'credentials',
  'clientSecrets',
  'keys',
  'permits',
  'sites',
  'receipts',
  'attempts',
  'departures',
  'journal',
  'kept',
] as const

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('dealpass', 4, {
    async upgrade(db, before, _, transaction) {
      if (before === 1) await secondVersion(transaction)
      if (before < 2) db.createObjectStore('clientSecrets', { keyPath: ['provider', 'clientId', 'place'] })
      if (before < 3) {
        db.createObjectStore('sites', { keyPath: 'origin' })
        db.createObjectStore('receipts', { keyPath: 'id' })
      }
      db.createObjectStore('keys', { keyPath: 'id' })
      db.createObjectStore('journal', { keyPath: 'id' })
      if (before > 0) return fourthVersion(db, transaction)
      db.createObjectStore('connections', { keyPath: 'id' })
      db.createObjectStore('credentials', { keyPath: 'connection' })
      db.createObjectStore('permits', { keyPath: 'id' })
      db.createObjectStore('attempts', { keyPath: 'provider' })
      db.createObjectStore('departures', { keyPath: 'provider' })
      db.createObjectStore('kept')
    },
    terminated() {
      opened = undefined
    },
  })
  opened.catch(() => {
    opened = undefined
  })
  return opened
}

type Upgrade = IDBPTransaction<Schema, StoreName[], 'versionchange'>

/** Version 2: connections know the addresses that they were made with, and a setup has sites and rules. */
async function secondVersion(transaction: Upgrade): Promise<void> {
  const connections = transaction.objectStore('connections')
  for (const connection of await connections.getAll()) {
    const provider = providerById(connection.provider)
    if (provider) await connections.put({ ...connection, addresses: addressesOf(provider) })
  }
  const keptValues = transaction.objectStore('kept')
  const setup = (await keptValues.get('setup')) as SetupView | undefined
  if (setup) await keptValues.put({ ...setup, sites: [], rules: {} }, 'setup')
}

/** Version 4: Disconnects that are due stand in the journal. What is to be sealed is so at the next start. */
async function fourthVersion(db: IDBPDatabase<Schema>, transaction: Upgrade): Promise<void> {
  const old = 'disconnects' as 'journal'
  const due = (await transaction.objectStore(old).getAll()) as unknown as {
    connection: ConnectionId
    dueAt: number
    leave?: boolean
  }[]
  for (const disconnect of due)
    await transaction
      .objectStore('journal')
      .put({ ...disconnect, id: `disconnect ${disconnect.connection}`, kind: 'disconnect', step: 'due' })
  db.deleteObjectStore(old)
}

type StoreName = (typeof storeNames)[number]
type Mode = 'readonly' | 'readwrite'

/** The stores of one transaction. Every call belongs to it; no other promise may be awaited in between. */
export type Stores<M extends Mode = 'readwrite'> = {
  [N in StoreName]: IDBPObjectStore<Schema, StoreName[], N, M>
}

/**
 * Runs one transaction over the truth and resolves once it is on disk (`durability: strict`), so that whoever waits
 * may hand out what depends on it. A throwing job changes nothing.
 */
export async function write<T>(job: (stores: Stores) => Promise<T>): Promise<T> {
  const transaction = (await database()).transaction([...storeNames], 'readwrite', { durability: 'strict' })
  try {
    const result = await job(storesOf(transaction))
    await transaction.done
    return result
  } catch (error) {
    try {
      transaction.abort()
    } catch {
      // It failed by itself and is aborted already.
    }
    await transaction.done.catch(() => undefined)
    throw error
  }
}

function storesOf<M extends Mode>(transaction: IDBPTransaction<Schema, StoreName[], M>): Stores<M> {
  return Object.fromEntries(storeNames.map(name => [name, transaction.objectStore(name)])) as Stores<M>
}

/** A single value, as its key promises it. */
export function kept<K extends keyof Kept>(stores: Stores<Mode>, key: K): Promise<Kept[K] | undefined> {
  return stores.kept.get(key) as Promise<Kept[K] | undefined>
}

/** Keeps a single value. */
export function keep<K extends keyof Kept>(stores: Stores, key: K, value: Kept[K]): Promise<unknown> {
  return stores.kept.put(value, key)
}

/** Removes every permit of a connection. */
export async function removePermits({ permits }: Stores, id: ConnectionId): Promise<void> {
  const all = await permits.getAll()
  await Promise.all(
    all.filter(({ connection }) => connection === id).map(permit => permits.delete(permit.id)),
  )
}

/** Every connection, a damaged one as far as it can be told. */
export async function allConnections({ connections }: Stores<Mode>): Promise<Connection[]> {
  return (await connections.getAll()).flatMap(row => mendedConnection(row) ?? [])
}

/** All that screens may know of the truth, and what is under way. */
export type Snapshot = {
  connections: Connection[]
  permits: Permit[]
  sites: Site[]
  attempts: Attempt[]
  departures: Departure[]
  journal: Entry[]
  setup: SetupView | null
  stopped: boolean
  weakerFlows: boolean
  setupFaults: Record<ProviderId, Fault>
  outages: Record<string, Outage>
  hasPassphrase: boolean
  clockSkew: number | undefined
  keepsWarm: boolean
}

/** Runs one transaction that changes nothing. */
export async function read<T>(job: (stores: Stores<'readonly'>) => Promise<T>): Promise<T> {
  return job(storesOf((await database()).transaction([...storeNames])))
}

/** Reads everything but secrets, in one transaction. */
export function readSnapshot(): Promise<Snapshot> {
  return read(snapshotOf)
}

async function snapshotOf(stores: Stores<'readonly'>): Promise<Snapshot> {
  const [
    connections,
    permits,
    sites,
    attempts,
    departures,
    journal,
    setup,
    stopped,
    weakerFlows,
    setupFaults,
    outages,
    storedKey,
    clockSkew,
    keepsWarm,
  ] = await Promise.all([
    allConnections(stores),
    stores.permits.getAll(),
    stores.sites.getAll(),
    stores.attempts.getAll(),
    stores.departures.getAll(),
    stores.journal.getAll(),
    kept(stores, 'setup'),
    kept(stores, 'stopped'),
    kept(stores, 'weakerFlows'),
    kept(stores, 'setupFaults'),
    kept(stores, 'outages'),
    stores.keys.get('data'),
    kept(stores, 'clockSkew'),
    kept(stores, 'keepsWarm'),
  ])
  return {
    connections,
    permits: permits.filter(isPermit),
    sites,
    attempts,
    departures,
    journal,
    setup: setup ?? null,
    stopped: stopped ?? false,
    weakerFlows: weakerFlows ?? false,
    setupFaults: setupFaults ?? {},
    outages: Object.fromEntries(Object.entries(outages ?? {}).filter(([, outage]) => isOutage(outage))),
    clockSkew,
    keepsWarm: keepsWarm ?? false,
    hasPassphrase: storedKey !== undefined && 'wrapped' in storedKey,
  }
}

/** Closes the database, so that a test can begin with another one. */
export async function closeVault(): Promise<void> {
  const open = opened
  opened = undefined
  ;(await open)?.close()
}
