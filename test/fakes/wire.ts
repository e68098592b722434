import type { Downward, OpenWire } from '../../src/shared/port'

/** How a background in a test's hands answers a request. What it throws, and what never comes, is no answer. */
export type Answer = (request: { name: string; input: unknown }) => unknown

type Posted = { id?: number; name?: string; input?: unknown; abort?: number }

/** A wire that was opened: what was posted on it, and what the test lets come down. */
export class FakeWire {
  readonly posted: Posted[] = []
  isOver = false

  constructor(
    readonly events: Parameters<OpenWire>[0],
    readonly answer?: Answer,
  ) {}

  post(message: unknown): void {
    if (this.isOver) throw new Error('Attempting to use a disconnected port object')
    const posted = structuredClone(message) as Posted
    this.posted.push(posted)
    const { id, name } = posted
    if (id === undefined || name === undefined || !this.answer) return
    void Promise.resolve({ name, input: posted.input })
      .then(this.answer)
      .then(
        value => this.reply(id, value),
        () => undefined,
      )
  }

  /** Replies as `serve` does where all went well; a reply that is one already goes as it is. */
  reply(id: number | undefined, value: unknown): void {
    const isReply = typeof value === 'object' && value !== null && 'ok' in value
    this.tell({ id, reply: isReply ? value : { ok: true, value } } as Downward)
  }

  tell(message: Downward): void {
    if (!this.isOver) this.events.message(structuredClone(message))
  }

  end(): void {
    if (this.isOver) return
    this.isOver = true
    this.events.end()
  }

  /** The requests that were posted, in order. */
  get requests(): Posted[] {
    return this.posted.filter(({ name }) => name !== undefined)
  }
}

/** Every wire that one document opens, in order. */
export class FakeWires {
  readonly all: FakeWire[] = []
  /** What opening one comes to instead, if anything. */
  instead: (() => never | Promise<never>) | undefined
  /** Each is over in the turn after it was opened. */
  isDying = false
  readonly #answer: Answer | undefined

  constructor(answer?: Answer) {
    this.#answer = answer
  }

  readonly open: OpenWire = events => {
    if (this.instead) return this.instead()
    const wire = new FakeWire(events, this.#answer)
    this.all.push(wire)
    if (this.isDying) setImmediate(() => wire.end())
    return wire
  }

  get last(): FakeWire {
    const wire = this.all.at(-1)
    if (!wire) throw new Error('No wire was opened')
    return wire
  }

  /** The requests that were posted on any of them. */
  get requests(): Posted[] {
    return this.all.flatMap(({ requests }) => requests)
  }
}
