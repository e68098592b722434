/** One request that some server of the sandbox received. */
export type Seen = {
  /** Milliseconds by the server's own clock. */
  at: number
  /** The server's name, or `unknown` for a host that the sandbox does not serve. */
  server: string
  host: string
  method: string
  path: string
  query: Record<string, string>
  /** Names in lower case; a header sent twice is joined by a comma. */
  headers: Record<string, string>
  /** A form or JSON body as fields, any other as text. */
  body: string | Record<string, unknown>
  /** 0 until the answer begins, and for good where none was given. */
  status: number
  /** Whether the client still waits, has had the whole answer sent, or went away before that. */
  answer: 'open' | 'sent' | 'cut'
}

/** Every part given must match; a string `path` is the whole path. */
export type SeenFilter = { server?: string; host?: string; path?: string | RegExp; method?: string }

export type Recording = {
  saw(filter?: SeenFilter): Seen[]
  /** Adds a request in the order of arrival. */
  add(seen: Seen): void
  /** Tells the waiters that this request has its answer, or never will. */
  settle(seen: Seen): void
  /**
   * Resolves with the first answered request since the last `forget` that matches, now or when it comes.
   * Rejects with an `Error` naming what was seen after `timeout` ms (default 10,000).
   */
  waitFor(filter: SeenFilter, options?: { timeout?: number }): Promise<Seen>
  forget(): void
}

function matches(seen: Seen, { server, host, path, method }: SeenFilter): boolean {
  return (
    (server === undefined || seen.server === server) &&
    (host === undefined || seen.host === host) &&
    (method === undefined || seen.method === method) &&
    (path === undefined || (typeof path === 'string' ? seen.path === path : path.test(seen.path)))
  )
}

/** Makes an empty recording of requests. */
export function createRecording(): Recording {
  let all: Seen[] = []
  let settled = new WeakSet<Seen>()
  const waiting = new Set<(seen: Seen) => void>()
  return {
    saw: (filter = {}) => all.filter(seen => matches(seen, filter)),
    add: seen => {
      all.push(seen)
    },
    settle: seen => {
      if (settled.has(seen)) return
      settled.add(seen)
      for (const tell of waiting) tell(seen)
    },
    waitFor: (filter, { timeout = 10_000 } = {}) => {
      const found = all.find(seen => settled.has(seen) && matches(seen, filter))
      if (found) return Promise.resolve(found)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(tell)
          const lines = all.slice(-20).map(seen => `${seen.method} ${seen.host}${seen.path} ${seen.status}`)
          const asked = `${filter.method ?? ''} ${filter.host ?? ''} ${filter.path ?? ''}`.trim()
          reject(new Error(`No request matched "${asked}" in ${timeout} ms. Seen:\n${lines.join('\n')}`))
        }, timeout)
        const tell = (seen: Seen) => {
          if (!matches(seen, filter)) return
          clearTimeout(timer)
          waiting.delete(tell)
          resolve(seen)
        }
        waiting.add(tell)
      })
    },
    forget: () => {
      all = []
      settled = new WeakSet()
    },
  }
}
