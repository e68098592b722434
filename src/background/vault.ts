import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Fault } from '../shared/errors'
import type {
  Account,
  Attempt,
  ConnectionId,
  Departure,
  Flow,
  Permit,
  PermitId,
  ProviderId,
  SetupView,
} from '../shared/view'

/** One user's link to one account at one provider; its secrets are its `Credentials`. */
export type Connection = {
  id: ConnectionId
  provider: ProviderId
  /** What it was made with. A setup that changes later does not touch it. */
  clientId: string
  audience?: string
  flow: Flow
  renews: 'refresh' | 'sign-in'
  account: Account | null
  status: 'connected' | 'needs-attention' | 'disconnecting'
  fault?: Fault
  notAnswering?: boolean
  scopes: { asked: string[]; granted: string[] }
  connectedAt: number
  undoUntil?: number
}

/** What never leaves the background. */
export type Credentials = { connection: ConnectionId; refreshToken?: string }

/** A Disconnect that is due: until it is done it stands here, whatever happens to the worker. */
export type DueDisconnect = { connection: ConnectionId; dueAt: number }

/** Single values. */
type Kept = {
  setup: SetupView
  stopped: boolean
  setupFaults: Record<ProviderId, Fault>
}

interface Schema extends DBSchema {
  connections: { key: ConnectionId; value: Connection }
  credentials: { key: ConnectionId; value: Credentials }
  permits: { key: PermitId; value: Permit }
  /** One for each provider: the one in progress, or how the latest ended. */
  attempts: { key: ProviderId; value: Attempt }
  departures: { key: ProviderId; value: Departure }
  disconnects: { key: ConnectionId; value: DueDisconnect }
  kept: { key: string; value: unknown }
}

const stores = [
  'connections',
  'credentials',
  'permits',
  'attempts',
  'departures',
  'disconnects',
  'kept',
] as const

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('dealpass', 1, {
    upgrade(db) {
      db.createObjectStore('connections', { keyPath: 'id' })
      db.createObjectStore('credentials', { keyPath: 'connection' })
      db.createObjectStore('permits', { keyPath: 'id' })
      db.createObjectStore('attempts', { keyPath: 'provider' })
      db.createObjectStore('departures', { keyPath: 'provider' })
      db.createObjectStore('disconnects', { keyPath: 'connection' })
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

/** What one transaction may do. Every call inside belongs to it; no other promise may be awaited in between. */
export type Writing = {
  connection(id: ConnectionId): Promise<Connection | undefined>
  connections(): Promise<Connection[]>
  putConnection(connection: Connection): Promise<unknown>
  credentials(id: ConnectionId): Promise<Credentials | undefined>
  putCredentials(credentials: Credentials): Promise<unknown>
  /** A connection with its credentials, its permits and its due Disconnect. */
  removeConnection(id: ConnectionId): Promise<unknown>
  dropCredentials(id: ConnectionId): Promise<unknown>
  permits(): Promise<Permit[]>
  putPermit(permit: Permit): Promise<unknown>
  removePermit(id: PermitId): Promise<unknown>
  attempt(provider: ProviderId): Promise<Attempt | undefined>
  attempts(): Promise<Attempt[]>
  putAttempt(attempt: Attempt): Promise<unknown>
  removeAttempt(provider: ProviderId): Promise<unknown>
  putDeparture(departure: Departure): Promise<unknown>
  removeDeparture(provider: ProviderId): Promise<unknown>
  putDisconnect(due: DueDisconnect): Promise<unknown>
  removeDisconnect(id: ConnectionId): Promise<unknown>
  kept<K extends keyof Kept>(key: K): Promise<Kept[K] | undefined>
  keep<K extends keyof Kept>(key: K, value: Kept[K]): Promise<unknown>
}

/**
 * Runs one transaction over the truth and resolves once it is on disk (`durability: strict`), so that whoever waits
 * may hand out what depends on it. A throwing job changes nothing.
 */
export async function write<T>(job: (writing: Writing) => Promise<T>): Promise<T> {
  const transaction = (await database()).transaction(stores, 'readwrite', { durability: 'strict' })
  const store = <N extends (typeof stores)[number]>(name: N) => transaction.objectStore(name)
  const writing: Writing = {
    connection: id => store('connections').get(id),
    connections: () => store('connections').getAll(),
    putConnection: connection => store('connections').put(connection),
    credentials: id => store('credentials').get(id),
    putCredentials: credentials => store('credentials').put(credentials),
    removeConnection: async id => {
      const permits = await store('permits').getAll()
      await Promise.all([
        store('connections').delete(id),
        store('credentials').delete(id),
        store('disconnects').delete(id),
        ...permits
          .filter(({ connection }) => connection === id)
          .map(permit => store('permits').delete(permit.id)),
      ])
    },
    dropCredentials: id => store('credentials').delete(id),
    permits: () => store('permits').getAll(),
    putPermit: permit => store('permits').put(permit),
    removePermit: id => store('permits').delete(id),
    attempt: provider => store('attempts').get(provider),
    attempts: () => store('attempts').getAll(),
    putAttempt: attempt => store('attempts').put(attempt),
    removeAttempt: provider => store('attempts').delete(provider),
    putDeparture: departure => store('departures').put(departure),
    removeDeparture: provider => store('departures').delete(provider),
    putDisconnect: due => store('disconnects').put(due),
    removeDisconnect: id => store('disconnects').delete(id),
    kept: async key => (await store('kept').get(key)) as never,
    keep: (key, value) => store('kept').put(value, key),
  }
  try {
    const result = await job(writing)
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

/** All that screens may know of the truth, and the Disconnects that are due. */
export type Snapshot = {
  connections: Connection[]
  permits: Permit[]
  attempts: Attempt[]
  departures: Departure[]
  disconnects: DueDisconnect[]
  setup: SetupView | null
  stopped: boolean
  setupFaults: Record<ProviderId, Fault>
}

/** Reads everything but credentials, in one transaction. */
export async function readSnapshot(): Promise<Snapshot> {
  const transaction = (await database()).transaction(stores, 'readonly')
  const kept = transaction.objectStore('kept')
  const [connections, permits, attempts, departures, disconnects, setup, stopped, setupFaults] =
    await Promise.all([
      transaction.objectStore('connections').getAll(),
      transaction.objectStore('permits').getAll(),
      transaction.objectStore('attempts').getAll(),
      transaction.objectStore('departures').getAll(),
      transaction.objectStore('disconnects').getAll(),
      kept.get('setup') as Promise<SetupView | undefined>,
      kept.get('stopped') as Promise<boolean | undefined>,
      kept.get('setupFaults') as Promise<Record<ProviderId, Fault> | undefined>,
    ])
  return {
    connections,
    permits,
    attempts,
    departures,
    disconnects,
    setup: setup ?? null,
    stopped: stopped ?? false,
    setupFaults: setupFaults ?? {},
  }
}

/** The secrets of one connection. For the broker, Connect and Disconnect alone. */
export async function readCredentials(id: ConnectionId): Promise<Credentials | undefined> {
  return (await database()).get('credentials', id)
}

/** Closes the database, so that a test can begin with another one. */
export async function closeVault(): Promise<void> {
  const open = opened
  opened = undefined
  ;(await open)?.close()
}
