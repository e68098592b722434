// Carries messages between scripts of a page and the background, on sites that the user has let in. It knows nothing
// and decides nothing: whatever comes through it is the site's word. A page that does not ask cannot tell that it is here.

import { extensionRuntime, extensionWire } from '../sdk/extension'
import type { Wire } from '../shared/port'
import { handshakePort } from './handshake'

/** What a page may ask for; everything else is of screens and of our own scripts. */
const names = ['connections', 'token', 'fetch']

/** A page needs one wire for each copy of the SDK on it. */
const most = 8

// Where a page was open as we were let in, this may be started twice; and an update leaves the old one behind, deaf.
const key = Symbol.for('dealpass')
const here = globalThis as { [key]?: () => boolean }

if (!here[key]?.()) {
  here[key] = () => extensionRuntime() !== undefined
  // A sandboxed document has the address of a site and is none.
  if (origin !== 'null') addEventListener('message', carry)
}

let open = 0

async function carry(event: MessageEvent): Promise<void> {
  const port = handshakePort(event)
  if (!port || open >= most) return
  if (!extensionRuntime()) {
    removeEventListener('message', carry)
    return
  }
  open += 1
  let isServed = false
  let wire: Wire
  const serve = () => {
    isServed = true
    port.onmessage = ({ data }) => {
      const { id, name, input, abort } = Object(data) as Record<string, unknown>
      try {
        if (abort !== undefined) wire.post({ abort })
        else if (names.includes(name as string)) wire.post({ id, name, input })
      } catch {
        // Its end is on the way.
      }
    }
    port.postMessage('installed')
  }
  const message = (sent: unknown) => {
    if (isServed) port.postMessage(sent)
    else if (isWelcome(sent)) serve()
  }
  let isOver = false
  const end = () => {
    if (isOver) return
    isOver = true
    open -= 1
    if (isServed) port.postMessage('end')
    port.close()
  }
  try {
    wire = await extensionWire({ message, end })
  } catch {
    // Updated in this very moment: the page hears nothing, and says so to who asked.
    open -= 1
    return
  }
  // The page may have given up while this was on its way.
  port.addEventListener('close', () => {
    wire.close?.()
    end()
  })
  port.start()
  wire.post(who)
}

/**
 * We run on all ports of a host, and in pages that are still open after their site was put out. Such a page is not even
 * told that we are here, so the background is asked first; the SDK's own numbers begin after this one.
 */
const who = { id: 0, name: 'connections', input: {} }

function isWelcome(sent: unknown): boolean {
  const { reply } = sent as { reply?: { error?: { reason?: string } } }
  return reply !== undefined && reply.error?.reason !== 'unknown-caller'
}
