import { vi } from 'vitest'

type Listener = (event: MessageEvent) => void

/** A message as it arrives at a window, by the browser's word. */
export type Arrival = {
  isTrusted?: boolean
  source?: unknown
  origin?: string
  data?: unknown
  ports?: readonly MessagePort[]
}

/** The window of a page, as far as scripts on it post messages to it. It stands in the place of the browser's globals. */
export class FakeWindow extends EventTarget {
  readonly listeners = new Set<Listener>()
  readonly #open: MessagePort[] = []

  constructor(readonly origin: string) {
    super()
    vi.stubGlobal('window', this)
    vi.stubGlobal('origin', origin)
    // A `MessageEvent` of Node's cannot be given a source, so messages are delivered by hand.
    vi.stubGlobal('addEventListener', (type: string, listener: Listener, options?: object) => {
      if (type === 'message') this.listeners.add(listener)
      else this.addEventListener(type, listener as EventListener, options)
    })
    vi.stubGlobal(
      'removeEventListener',
      (_: string, listener: Listener) => void this.listeners.delete(listener),
    )
  }

  /** A message arrives: the page's own handshake, unless said otherwise. */
  hear(arrival: Arrival = {}): void {
    const event = {
      isTrusted: true,
      source: this,
      origin: this.origin,
      data: { dealpass: 'connect' },
      ports: [],
      ...arrival,
    }
    for (const listener of [...this.listeners]) listener(event as unknown as MessageEvent)
  }

  /** The page asks for a wire. Gives its end of the channel, and what came through it. */
  handshake(arrival: Arrival = {}): { port: MessagePort; came: unknown[] } {
    const { port1, port2 } = new MessageChannel()
    this.#open.push(port1, port2)
    const came: unknown[] = []
    port1.onmessage = ({ data }) => came.push(data)
    this.hear({ ports: [port2], ...arrival })
    return { port: port1, came }
  }

  /** Lets the test end: an open port would keep it alive. */
  close(): void {
    for (const port of this.#open) port.close()
  }
}
