import { elsewhere, FakeEvent, type Life } from './event'

/**
 * One end of a port of `runtime.connect`. Messages cross as structured clones, in the order in which they were posted and
 * no sooner than the next turn; an end that is closed takes none, and the end that closes is not told so itself.
 */
export class FakePort {
  isOpen = true
  name = ''
  readonly #message = new FakeEvent<[unknown, FakePort]>()
  readonly #disconnect = new FakeEvent<[FakePort]>()
  readonly onMessage
  readonly onDisconnect

  constructor(
    readonly channel: Channel,
    readonly life: Life,
    readonly sender?: object,
  ) {
    this.onMessage = this.#message.of(life)
    this.onDisconnect = this.#disconnect.of(life)
  }

  postMessage(message: unknown): void {
    if (this.life.isOver) return
    if (!this.isOpen) throw new Error('Attempting to use a disconnected port object')
    const copy = structuredClone(message)
    this.channel.carry(() => {
      const other = this.channel.other(this)
      if (other.isOpen) other.#message.fire(copy, other)
    })
  }

  disconnect(): void {
    if (this.life.isOver || !this.isOpen) return
    this.isOpen = false
    this.channel.carry(() => this.channel.other(this).#hearEnd())
  }

  #hearEnd(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#disconnect.fire(this)
  }

  /** The process of this end is gone. */
  die(): void {
    this.isOpen = false
    this.channel.carry(() => this.channel.other(this).#hearEnd())
  }
}

/** What two ends of a port have between them. It waits until the background is there. */
export class Channel {
  /** The document's. */
  readonly page: FakePort
  #background: FakePort | undefined
  #begin = () => {}
  #way = new Promise<void>(resolve => {
    this.#begin = resolve
  })

  constructor(readonly sender: object) {
    this.page = new FakePort(this, elsewhere)
  }

  /** The background hears of it. */
  arrive(life: Life, hear: (port: FakePort) => void): void {
    this.#background = new FakePort(this, life, structuredClone(this.sender))
    hear(this.#background)
    this.#begin()
  }

  get background(): FakePort | undefined {
    return this.#background
  }

  other(end: FakePort): FakePort {
    if (end !== this.page) return this.page
    if (!this.#background) throw new Error('The background has not been started yet')
    return this.#background
  }

  carry(job: () => void): void {
    this.#way = this.#way.then(job)
  }
}
