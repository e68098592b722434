import type { CDPSession } from '@playwright/test'
import { type AttachedTarget, attachTarget } from '../e2e/harness/attached-target'
import type { ExtensionBrowser } from '../e2e/harness/chromium'
import { stringsIn } from './strings'

/** Something that can be read, and where it stands. */
export type Reading = { sink: Sink; place: string; text: string }

/** The kinds of places that are searched. */
export type Sink =
  | 'log'
  | 'storage area'
  | 'IndexedDB'
  | 'document'
  | 'globals'
  | 'heap'
  | 'URL'
  | 'export'
  | 'profile'
  | 'bundle'

/**
 * Reads what a running browser holds where no secret may be: every storage area and database of the extension, and of
 * every document, ours or not, the DOM through closed shadow roots, the globals of each of its worlds, its storage and
 * the addresses that it has asked for. With `heap` also every text in the memory of our own documents, and not of the
 * worker, which is where secrets belong.
 */
export async function readLive(browser: ExtensionBrowser, { heap = false } = {}): Promise<Reading[]> {
  const logs = (await browser.said()).map(({ place, text }): Reading => ({ sink: 'log', place, text }))
  return [...logs, ...(await readStorage(browser)), ...(await readDocuments(browser.cdp, heap))]
}

function readStorage(browser: ExtensionBrowser): Promise<Reading[]> {
  return browser.evaluateInWorker(`(${readAreas})(${stringsIn})`)
}

/** Runs in the worker. */
async function readAreas(strings: (value: unknown) => string): Promise<Reading[]> {
  // @ts-expect-error the worker's own API
  const { storage } = chrome
  const found: Reading[] = []
  for (const area of ['local', 'sync', 'managed', 'session']) {
    const all = await storage[area].get(null)
    for (const [key, value] of Object.entries(all))
      found.push({ sink: 'storage area', place: `storage.${area} ${key}`, text: strings([key, value]) })
  }
  const done = <Result>(request: IDBRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store)
      const all = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())])
      found.push({ sink: 'IndexedDB', place: `${name} ${store}`, text: strings(all) })
    }
    database.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const body = await (await cache.match(request))?.text()
      found.push({ sink: 'storage area', place: `cache ${name}`, text: `${request.url} ${body}` })
    }
  }
  return found
}

const withoutDocument = ['service_worker', 'worker', 'shared_worker', 'browser', 'tab', 'other']

async function readDocuments(cdp: CDPSession, withHeap: boolean): Promise<Reading[]> {
  const { targetInfos } = await cdp.send('Target.getTargets')
  const documents = targetInfos.filter(
    ({ type, url }) => !withoutDocument.includes(type) && /^(https?|chrome-extension):/.test(url),
  )
  // Documents of one process share a memory, which is read once.
  const memories = withHeap ? new Set<string>() : undefined
  const read = await Promise.all(documents.map(document => readTarget(cdp, document, memories)))
  return read.flat()
}

async function readTarget(
  cdp: CDPSession,
  { targetId, url }: { targetId: string; url: string },
  memories: Set<string> | undefined,
): Promise<Reading[]> {
  const target = await attachTarget(cdp, targetId)
  const worlds: number[] = []
  target.on('Runtime.executionContextCreated', ({ context }) => worlds.push(context.id))
  try {
    await target.send('Runtime.enable')
    const { root } = await target.send('DOM.getDocument', { depth: -1, pierce: true })
    const found: Reading[] = [{ sink: 'document', place: url, text: JSON.stringify(root) }]
    for (const contextId of worlds) {
      const { result } = await target.send('Runtime.evaluate', {
        expression: `(() => { const __name = run => run; return (${readWorld})(${stringsIn}) })()`,
        contextId,
        returnByValue: true,
      })
      const { state = '', addresses = '', globals = '' } = result.value ?? {}
      found.push({ sink: 'document', place: url, text: state })
      found.push({ sink: 'URL', place: url, text: addresses })
      found.push({ sink: 'globals', place: url, text: globals })
    }
    const { id } = await target.send('Runtime.getIsolateId')
    if (memories && url.startsWith('chrome-extension:') && !memories.has(id)) {
      memories.add(id)
      found.push({ sink: 'heap', place: url, text: await heapOf(target) })
    }
    return found
  } catch (error) {
    // A window that closes by itself meanwhile shows nobody anything.
    if (target.isGone()) return []
    throw error
  } finally {
    if (!target.isGone()) await target.detach()
  }
}

/** Every text that is alive in the memory of a document's process. */
async function heapOf(target: AttachedTarget): Promise<string> {
  const chunks: string[] = []
  target.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await target.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  const { strings } = JSON.parse(chunks.join('')) as { strings: string[] }
  return strings.join('\n')
}

/** Runs in the document. */
function readWorld(strings: (value: unknown) => string) {
  const attempt = <Result>(read: () => Result) => {
    try {
      return read()
    } catch {
      // A sandboxed document has no storage.
      return undefined
    }
  }
  const fields = [...document.querySelectorAll<HTMLInputElement>('input:not([type=file]), textarea')]
  return {
    state: strings([
      document.title,
      document.referrer,
      history.state,
      window.name,
      fields.map(({ value }) => value),
      attempt(() => document.cookie),
      attempt(() => ({ ...localStorage })),
      attempt(() => ({ ...sessionStorage })),
    ]),
    addresses: strings([location.href, performance.getEntries().map(({ name }) => name)]),
    globals: strings(window),
  }
}
