import { vi } from 'vitest'
import type { Sender } from '../../src/background/caller'
import type { Reply, RequestInput, RequestName, RequestOutput } from '../../src/shared/protocol'
import type { View } from '../../src/shared/view'
import { elsewhere } from './event'
import { extensionId, extensionOrigin, world } from './world'

/** Databases that a life has open; its death closes them. */
const openDatabases = new Set<IDBDatabase>()

/** Starts the background as the browser would, and resolves when it has made its view. */
export async function startWorker(): Promise<void> {
  vi.resetModules()
  watchDatabases()
  await import('../../src/background/index')
  world.deliver()
  await untilView(() => true)
  // What a start does after that (it looks for what was left in the middle) has begun by then.
  const { session } = await import('../../src/background/session')
  await session()
}

/**
 * The worker dies: its modules, timers, requests and listeners are gone; storage, windows and alarms stay. A test
 * that uses fake timers has them cleared.
 */
export function endLife(): void {
  world.endLife()
  for (const database of openDatabases) {
    database.close()
    // Whatever the dead one still tries is not reported.
    database.transaction = () => {
      throw new DOMException('This worker is dead', 'DeadWorkerError')
    }
  }
  openDatabases.clear()
  if (vi.isFakeTimers()) {
    const now = Date.now()
    // This also puts the clock back to where it was started.
    vi.clearAllTimers()
    vi.setSystemTime(now)
  }
  vi.resetModules()
}

/** The worker dies as soon as it has put something into memory that fits. */
export function dieAfter(fits: (items: Record<string, unknown>) => boolean): Promise<void> {
  const area = world.storage.session
  return new Promise(resolve => {
    const { set } = area
    area.set = items => {
      set.call(area, items)
      if (!fits(items)) return
      area.set = set
      endLife()
      resolve()
    }
  })
}

/** The worker dies as soon as it has something new to show: its change is on disk then, and not in the view. */
export function dieBeforeView(): Promise<void> {
  const area = world.storage.session
  return new Promise(resolve => {
    const { set } = area
    area.set = items => {
      if (!('view' in items)) return set.call(area, items)
      area.set = set
      endLife()
      resolve()
    }
  })
}

/** The worker dies and the browser starts it again for an event. */
export async function restartWorker(): Promise<void> {
  endLife()
  await startWorker()
}

/** The browser is closed and started again: what was in memory only is gone. */
export async function restartBrowser(): Promise<void> {
  endLife()
  world.storage.session.values.clear()
  world.scripting.endSession()
  for (const id of [...world.windows.keys()]) world.windows.delete(id)
  world.tabs.clear()
  for (const id of [...world.documents.keys()]) world.closeDocument(id)
  world.alarms.clear()
  world.isFlowOpen = false
  await startWorker()
}

/** The extension is updated: registered scripts and what was in memory are forgotten, pages and what is on disk stay. */
export async function updateExtension(): Promise<void> {
  endLife()
  world.storage.session.values.clear()
  world.scripting.registered.clear()
  world.alarms.clear()
  await startWorker()
  world.onInstalled.fire({ reason: 'update', previousVersion: '0.0.1' })
}

function watchDatabases(): void {
  const { open } = indexedDB
  if (Object.hasOwn(indexedDB, 'open')) return
  Object.defineProperty(indexedDB, 'open', {
    configurable: true,
    writable: true,
    value: (...args: Parameters<IDBFactory['open']>) => {
      const request = open.apply(indexedDB, args)
      request.addEventListener('success', () => openDatabases.add(request.result))
      return request
    },
  })
}

/** All that is on disk, by the names of the stores, with sealed records opened. */
export async function onDisk(): Promise<Record<string, unknown[]>> {
  const { keys = [], ...disk } = await rawDisk()
  const { unseal } = await import('../../src/background/sealed')
  const open = async (name: string, row: unknown) => {
    const { sealed, generation, ...rest } = Object(row) as Record<string, unknown>
    if (name !== 'credentials' && name !== 'clientSecrets') return row
    if (!sealed) return row
    const record = [name, ...Object.values(rest), ...(generation === undefined ? [] : [generation])].map(
      String,
    )
    const value = await unseal((keys[0] as { key: CryptoKey }).key, record, sealed as never)
    return { ...rest, ...(typeof value === 'string' ? { secret: value } : Object(value)) }
  }
  const stores = Object.entries(disk).map(async ([name, rows]) => [
    name,
    await Promise.all(rows.map(row => open(name, row))),
  ])
  return Object.fromEntries(await Promise.all(stores))
}

/** The same as it is. */
export async function rawDisk(): Promise<Record<string, unknown[]>> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const database = await done(indexedDB.open('dealpass'))
  const names = [...database.objectStoreNames]
  const contents = names.map(name => done(database.transaction(name).objectStore(name).getAll()))
  const stores = await Promise.all(contents)
  database.close()
  return Object.fromEntries(names.map((name, index) => [name, stores[index] ?? []]))
}

/** Every string inside a value, keys included, at any depth. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)])
}

/** The view as screens have it now. */
export function view(): View {
  const stored = world.storage.session.get('view').view as View | undefined
  if (!stored) throw new Error('There is no view yet')
  return stored
}

/** Resolves with the first view for which `fits` holds, now or when it comes. */
export function untilView(fits: (view: View) => boolean): Promise<View> {
  return new Promise(resolve => {
    const { onChanged } = world.storage.session
    const look = () => {
      const stored = world.storage.session.get('view').view as View | undefined
      if (!stored || !fits(stored)) return false
      onChanged.listeners.delete(look)
      // Other processes hear of a change no sooner than the worker that made it hears that it is made.
      setImmediate(resolve, stored)
      return true
    }
    if (!look()) onChanged.listeners.set(look, elsewhere)
  })
}

/** Resolves once a condition holds; it is looked at again after every turn of the event loop, without any timer. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}

/** Lets everything go on that needs no network, for what must not come of it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise(resolve => setImmediate(resolve))
}

/** Sends a message as a document would and resolves with the reply, which crosses as a copy. */
export async function send(sender: Sender, message: unknown): Promise<Reply<unknown>> {
  const [reply] = world.onMessage.fire(structuredClone(message), structuredClone(sender))
  return structuredClone(await reply) as Reply<unknown>
}

/** Asks for a route and resolves with its value; a refusal fails the test. */
export async function ask<N extends RequestName>(
  sender: Sender,
  name: N,
  input: RequestInput<N>,
): Promise<RequestOutput<N>> {
  const reply = await send(sender, { dealpass: 'request', name, input })
  if (!reply.ok) throw Object.assign(new Error(`${name}: ${JSON.stringify(reply.error)}`), reply.error)
  return reply.value as RequestOutput<N>
}

/** Asks for a route that has to refuse, and resolves with the words of the refusal: `code` or `code: reason`. */
export async function refused<N extends RequestName>(
  sender: Sender,
  name: N,
  input: RequestInput<N>,
): Promise<string> {
  const reply = await send(sender, { dealpass: 'request', name, input })
  if (reply.ok) throw new Error(`${name} was not refused: ${JSON.stringify(reply.value)}`)
  const { code, reason } = reply.error
  return reason ? `${code}: ${reason}` : code
}

const address = (screen: string) => `${extensionOrigin}/src/screens/${screen}/index.html`
const own = { id: extensionId, origin: extensionOrigin }
// Chromium says it of what is in a tab, which the popup is not; Firefox says it of nothing.
const lifecycle = () => (world.isFirefox ? {} : { documentLifecycle: 'active' })
const tab = (id: number, windowId = 1) =>
  ({ id, windowId, index: 0, highlighted: true, active: true, pinned: false, incognito: false }) as const

/** Senders as browsers describe them. */
export const senders = {
  popup: (): Sender => ({ ...own, url: address('popup'), documentId: 'popup-document' }),
  options: (): Sender => ({
    ...own,
    ...lifecycle(),
    url: address('options'),
    documentId: 'options-document',
    frameId: 0,
    tab: tab(11),
  }),
  consent: (windowId: number, id = ''): Sender => ({
    ...own,
    ...lifecycle(),
    url: `${address('consent')}?consent=${id}`,
    documentId: 'consent-document',
    frameId: 0,
    tab: tab(12, windowId),
  }),
  panel: (documentId = 'panel-document', tabId = 1): Sender => ({
    ...own,
    ...lifecycle(),
    url: `${address('panel')}#ticket`,
    documentId,
    frameId: 4,
    tab: tab(tabId),
  }),
  site: (origin = 'https://app.futuresimple.com', tabId = 1): Sender => ({
    id: extensionId,
    origin,
    url: `${origin}/leads/1`,
    documentId: `document-of-${tabId}`,
    ...lifecycle(),
    frameId: 0,
    tab: tab(tabId),
  }),
}
