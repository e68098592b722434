import { IDBFactory } from 'fake-indexeddb'
import { vi } from 'vitest'
import { ask, endLife, senders, startWorker } from '../fakes/worker'
import { world } from '../fakes/world'
import { dropTimers, pass, quiet, startClock } from './clock'
import { setup, TokenServer } from './token-server'

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
