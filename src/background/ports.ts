import type { Runtime } from 'webextension-polyfill'
import { browser } from '../browser'
import type { Downward, Upward } from '../shared/port'
import { isDormant, type Sender } from './caller'
import { watched } from './report'

/** One request of a document as it is handed on; `signal` aborts when nobody waits for the reply any more. */
type Serve = (message: unknown, sender: Sender, signal: AbortSignal) => Promise<unknown>

const open = new Map<Runtime.Port, Sender>()

/**
 * Attends to the port of one document: answers its requests, each by number, and drops those that it takes back. When
 * the port ends with this worker alive, the document is gone (or rests in the back-forward cache, which is the same to
 * us): what it was still waiting for is aborted, and `left` is told.
 */
export function attend(port: Runtime.Port, serve: Serve, left: (documentId: string) => Promise<void>): void {
  const sender = port.sender as Sender
  // What a port says of its sender is what held when it was opened, so one that opens early is no use later.
  if (isDormant(sender)) {
    port.disconnect()
    return
  }
  const running = new Map<number, AbortController>()
  open.set(port, sender)
  port.onMessage.addListener((message: unknown) => {
    const { id, abort, name, input } = Object(message) as Partial<Upward & { id: number; abort: number }> & {
      name?: unknown
      input?: unknown
    }
    if (typeof abort === 'number') running.get(abort)?.abort()
    if (typeof id !== 'number' || running.has(id)) return
    const controller = new AbortController()
    running.set(id, controller)
    const answered = serve({ dealpass: 'request', name, input }, sender, controller.signal).then(reply => {
      running.delete(id)
      if (open.has(port) && !controller.signal.aborted) post(port, { id, reply })
    })
    watched('port', answered)
  })
  port.onDisconnect.addListener(() => {
    open.delete(port)
    for (const controller of running.values()) controller.abort()
    const { documentId } = sender
    if (documentId !== undefined && !isOpen(documentId)) watched('port', left(documentId))
  })
}

/** Whether a document has a port open now. */
export function isOpen(documentId: string): boolean {
  return [...open.values()].some(sender => sender.documentId === documentId)
}

/** Tells the documents of some sites, by their own origins, whatever they are framed by. */
export function postToSites(sites: ReadonlySet<string>, message: Downward): void {
  const ours = new URL(browser.runtime.getURL('/')).origin
  for (const [port, { origin }] of open)
    if (origin !== undefined && origin !== ours && sites.has(origin)) post(port, message)
}

function post(port: Runtime.Port, message: Downward): void {
  try {
    port.postMessage(message)
  } catch {
    // It ended in this very moment; its `onDisconnect` comes next.
  }
}
