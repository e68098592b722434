import type { Sender } from '../../src/background/caller'
import { portTransport } from '../../src/shared/port'
import { type Request, requester } from '../../src/shared/request'
import type { FakePort } from './port'
import type { FakeDocument } from './scripting'
import { wordsOf } from './words'
import { senders } from './worker'
import { world } from './world'

/** A document that asks over a port, as the SDK and our panel do. */
export type OpenDocument = {
  id: string
  /** What came down its ports besides replies, in order. */
  heard: unknown[]
  /** Its port of now. */
  port(): FakePort
  ask: Request
  /** Asks for what has to be refused, and resolves with the words: `code` or `code: reason`. */
  refused(...args: Parameters<Request>): Promise<string>
  /** It goes, and its port with it. */
  leave(): void
}

/** Opens a document that somebody looks at, and its port with a first question. */
export function openDocument(
  sender: Sender = senders.site(),
  state: Partial<FakeDocument> = {},
): OpenDocument {
  const { documentId: id = '', url = '', tab } = sender
  world.openDocument(id, { tabId: tab?.id ?? -1, url, ...state })
  const heard: unknown[] = []
  let port: FakePort | undefined
  const transport = portTransport(({ message, end }) => {
    const opened = world.connect(sender)
    port = opened
    opened.onMessage.addListener(received => {
      if (!('id' in Object(received))) heard.push(received)
      message(received)
    })
    opened.onDisconnect.addListener(end)
    return { post: sent => opened.postMessage(sent) }
  })
  const ask = requester(transport.send)
  ask('connections', {}).catch(() => undefined)
  return {
    id,
    heard,
    port: () => {
      if (!port) throw new Error('No port was opened yet')
      return port
    },
    ask,
    refused: (...args) => wordsOf(ask(...args)),
    leave: () => world.closeDocument(id),
  }
}
