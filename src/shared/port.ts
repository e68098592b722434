import { AppError } from './errors'
import type { RequestMessage, SiteEvent } from './protocol'

/** One end of a connection to the background, whatever it is made of. Messages on it are structured clones. */
export type Wire = { post(message: unknown): void; close?(): void }

/** What a wire tells: a message came, or it is over. After `end` it tells nothing more. */
type WireEvents = { message(message: unknown): void; end(): void }

/** Opens a wire. Throws or rejects with an `AppError` where nobody is at the other end. */
export type OpenWire = (events: WireEvents) => Wire | Promise<Wire>

/** What goes up a wire: a request with its number, or that nobody waits for it any more. */
export type Upward = UpwardRequest | { abort: number }
type UpwardRequest = Pick<RequestMessage, 'name' | 'input'> & { id: number }

/** What comes down: the reply to a request, or news; `drop`: tokens that were handed out may be dead. */
export type Downward = { id: number; reply: unknown } | { news: SiteEvent } | { drop: true }

type Asked = {
  message: UpwardRequest
  resolve(reply: unknown): void
  reject(error: unknown): void
}

/** Who wants to know what the wire brings besides replies. */
export type Ears = {
  news?(event: SiteEvent): void
  /** Whatever was handed out over this wire may be dead. Comes with each end of a wire, too. */
  drop?(): void
  /** There is a wire again after one has ended; what happened in between was not heard. */
  again?(): void
}

export type Transport = {
  /** Carries a request and promises the reply; takes it back when `signal` aborts. */
  send(message: RequestMessage, signal?: AbortSignal): Promise<unknown>
  /** From now on a wire is kept open as long as somebody looks at the page. */
  listen(): void
}

/** Whether a request may be asked twice: all but a call that changes data. */
const isRepeatable = ({ name, input }: UpwardRequest) =>
  name !== 'fetch' || /^(?:get|head)$/i.test((input as { method?: string }).method ?? 'get')

/** A wire that is over as soon as it is there is tried this often. */
const tries = 3
const soon = 1_000

/**
 * The transport of one document: requests share one wire, which is opened when there is something to ask. No state
 * rides on it. When it ends (the worker was stopped), what may be asked twice is asked again over the next one; a
 * change of data is not, and its promise is rejected with `provider-unreachable` (`answer-lost`).
 */
export function portTransport(open: OpenWire, ears: Ears = {}): Transport {
  const asked = new Map<number, Asked>()
  let wire: Promise<Wire> | undefined
  let lastId = 0
  let failures = 0
  let isListening = false
  let isMissed = false

  function connect(): Promise<Wire> {
    if (wire) return wire
    const openedAt = Date.now()
    const opened: Promise<Wire> = Promise.resolve()
      .then(() =>
        open({
          message: message => {
            if (wire !== opened) return
            failures = 0
            hear(message as Downward)
          },
          end: () => {
            if (wire !== opened) return
            wire = undefined
            failures = Date.now() - openedAt < soon ? failures + 1 : 0
            ended()
          },
        }),
      )
      .then(
        ready => {
          if (isMissed) ears.again?.()
          isMissed = false
          return ready
        },
        error => {
          if (wire === opened) wire = undefined
          throw error
        },
      )
    wire = opened
    return opened
  }

  function hear(message: Downward): void {
    if ('id' in message) {
      asked.get(message.id)?.resolve(message.reply)
      asked.delete(message.id)
    } else if ('news' in message) {
      ears.drop?.()
      ears.news?.(message.news)
    } else ears.drop?.()
  }

  function ended(): void {
    isMissed = true
    ears.drop?.()
    for (const [id, { message, reject }] of asked) {
      const isLost = !isRepeatable(message)
      if (!isLost && failures < tries) transmit(id)
      else {
        asked.delete(id)
        reject(isLost ? new AppError('provider-unreachable', 'answer-lost') : new AppError('not-installed'))
      }
    }
    hold()
  }

  function hold(): void {
    // A page that nobody looks at need not keep the background awake.
    if (isListening && failures < tries && document.visibilityState === 'visible')
      connect().catch(() => undefined)
  }

  function transmit(id: number): void {
    const { message, reject } = asked.get(id) ?? {}
    if (!message) return
    const fail = (error: unknown) => {
      if (asked.delete(id)) reject?.(error)
    }
    connect()
      .then(ready => ready.post(message), fail)
      .catch(fail)
  }

  return {
    send({ name, input }, signal) {
      lastId += 1
      const id = lastId
      // Whoever asks later has tries of their own.
      if (!wire) failures = 0
      const takeBack = () => {
        asked.get(id)?.reject(signal?.reason)
        if (asked.delete(id))
          wire?.then(ready => ready.post({ abort: id } satisfies Upward)).catch(() => undefined)
      }
      signal?.addEventListener('abort', takeBack)
      const answered = new Promise((resolve, reject) => {
        asked.set(id, { message: { id, name, input }, resolve, reject })
        transmit(id)
      })
      // A widget may pass one signal to thousands of calls.
      return answered.finally(() => signal?.removeEventListener('abort', takeBack))
    },
    listen: () => {
      if (!isListening) document.addEventListener('visibilitychange', hold)
      isListening = true
      hold()
    },
  }
}
