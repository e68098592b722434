import { IDBFactory } from 'fake-indexeddb'
import { vi } from 'vitest'
import { unseal } from '../../src/background/sealed'
import type { StoredCredentials } from '../../src/background/vault'
import { ask, endLife, senders, startWorker } from '../fakes/worker'
import { world } from '../fakes/world'
import { dropTimers, pass, quiet, startClock } from './clock'
import { setup } from './providers'
import { TokenServer } from './token-server'

/** A Monday, midnight UTC. */
const start = Date.UTC(2026, 0, 5)

/** A new profile of the browser with the setup in force, a clock that stands still, and servers. */
export async function newProfile(): Promise<TokenServer> {
  await die()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  world.reset()
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    const line = words.map(String).join(' ')
    if (!line.includes('DeadWorkerError')) world.reports.push(line)
  })
  vi.stubGlobal('indexedDB', new IDBFactory())
  startClock(start)
  const server = new TokenServer()
  server.install()
  await startWorker()
  await ask(senders.options(), 'useSetup', { text: setup })
  await quiet()
  return server
}

/** The worker dies. What it had begun comes to its end, and reaches nobody. */
export async function die(): Promise<void> {
  const { fetch } = globalThis
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  dropTimers()
  endLife()
  await quiet()
  vi.stubGlobal('fetch', fetch)
}

/** The worker starts again, and does what it finds to do. */
export async function revive(): Promise<void> {
  await startWorker()
  await pass(0)
}

type Records = { values(): Iterable<{ key: unknown; value: unknown }> }
type Databases = Map<string, { rawObjectStores: Map<string, { records: Records }> }>

/** What a store holds in this very moment, by its keys. */
export function peek<T>(store: string): Map<unknown, T> {
  // fake-indexeddb keeps it there; the interface itself only tells later what there was.
  const { _databases: databases } = indexedDB as unknown as { _databases: Databases }
  const records = databases.get('dealpass')?.rawObjectStores.get(store)?.records.values() ?? []
  return new Map([...records].map(({ key, value }) => [key, value as T]))
}

const known = new WeakMap<object, { refreshToken?: string }>()

/** Opens credentials as they were when they were looked at. */
export async function opened(stored: StoredCredentials): Promise<{ refreshToken?: string }> {
  const before = known.get(stored)
  if (before) return before
  const key = peek<{ key: CryptoKey }>('keys').get('data')?.key
  if (!key) throw new Error('There is no data key')
  const { connection, generation, sealed } = stored
  const secrets = Object(await unseal(key, ['credentials', connection, String(generation)], sealed))
  known.set(stored, secrets)
  return secrets
}

/** The refresh token of a connection that is on disk in this very moment. */
export async function refreshTokenOnDisk(id: string): Promise<string | undefined> {
  const stored = peek<StoredCredentials>('credentials').get(id)
  return stored && (await opened(stored)).refreshToken
}

/** Writes down another refresh token, as somebody else would who has the same login. */
export async function replaceRefreshToken(id: string, refreshToken: string): Promise<void> {
  const { readCredentials, sealedCredentials } = await import('../../src/background/credentials')
  const { write } = await import('../../src/background/vault')
  const before = await readCredentials(id)
  if (!before) throw new Error('There are no credentials')
  const next = await sealedCredentials({ ...before, refreshToken, generation: before.generation + 1 })
  await write(({ credentials }) => credentials.put(next))
}
