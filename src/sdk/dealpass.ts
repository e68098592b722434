import { AppError } from '../shared/errors'
import { pageLimits, renewalMargin } from '../shared/limits'
import { type OpenWire, portTransport } from '../shared/port'
import type { Lease, SiteConnection, SiteEvent } from '../shared/protocol'
import { requester } from '../shared/request'

type CallOptions = { connection?: string; signal?: AbortSignal }

/** What happened: an event, and what the site has permits for since then. */
export type News = { connections: SiteConnection[]; event: SiteEvent }

/** What a widget can do. Every method rejects with an `AppError`, whose `code` is stable and whose `message` is for people. */
export type Dealpass = {
  /** What this site has a permit for. Never prompts. */
  connections(): Promise<SiteConnection[]>
  /**
   * A short-lived access token; `expiresAt` is milliseconds since the epoch. Asks the user where there is no permit
   * yet, right after a click or a key on the page.
   */
  token(provider: string, options?: CallOptions & { scopes?: string[] }): Promise<Lease>
  /**
   * A call that the background makes; the token stays there. `path` is one of the provider's API. Asks the user as
   * `token` does; `scopes` says for what, where the provider itself does not.
   */
  fetch(
    provider: string,
    path: string,
    init?: RequestInit & { connection?: string; scopes?: string[] },
  ): Promise<Response>
  /** Calls `listener` after each change that concerns this site, until `signal` aborts. */
  onChange(listener: (news: News) => void, options?: { signal?: AbortSignal }): void
}

/** Nobody answers, for whatever reason: a page is told none of them. */
export const notHere = () =>
  new AppError('not-installed', undefined, {
    message: 'Dealpass is not here: not installed, off, or not let in on this site.',
  })

/** Makes the SDK over a wire: the function that finds the extension. */
export function dealpassOver(open: OpenWire): () => Promise<Dealpass> {
  const leases = new Map<string, { lease: Lease; until: number }>()
  const listeners = new Set<(event?: SiteEvent) => void>()
  const tell = (event?: SiteEvent) => {
    for (const listener of listeners) listener(event)
  }
  const transport = portTransport(open, { news: tell, again: tell, drop: () => leases.clear() })
  const ask = requester(transport.send)

  const pass: Dealpass = {
    connections: () => ask('connections', {}),

    async token(provider, { scopes, connection, signal } = {}) {
      const key = JSON.stringify([provider, connection, scopes])
      const known = leases.get(key)
      if (known && Date.now() < known.until && !signal?.aborted) return known.lease
      const lease = Object.freeze(await ask('token', { provider, scopes, connection }, { signal }))
      leases.set(key, { lease, until: lease.expiresAt - renewalMargin(lease.expiresAt - Date.now()) })
      return lease
    },

    async fetch(provider, path, { connection, scopes, signal, ...init } = {}) {
      const request = new Request('https://dealpass.invalid', init)
      const body = init.body == null ? undefined : await request.arrayBuffer()
      const headers = Object.fromEntries(request.headers)
      const call = { provider, path, method: request.method, headers, connection, scopes, body }
      const answer = await ask('fetch', call, { signal: signal ?? undefined })
      const empty = [204, 205, 304].includes(answer.status)
      return new Response(empty ? null : answer.body, answer)
    },

    onChange(listener, { signal } = {}) {
      if (signal?.aborted) return
      let before: SiteConnection[] | undefined
      const hear = async (event?: SiteEvent) => {
        const connections = await pass.connections()
        const happened = event ?? (before && changeOf(before, connections))
        before = connections
        if (happened && !signal?.aborted) listener({ connections, event: happened })
      }
      // What cannot be heard now is heard with the next wire.
      const listen = (event?: SiteEvent) => void hear(event).catch(() => undefined)
      listeners.add(listen)
      signal?.addEventListener('abort', () => listeners.delete(listen))
      transport.listen()
      listen()
    },
  }

  return async () => {
    const late = AbortSignal.timeout(pageLimits.installed)
    await ask('connections', {}, { signal: late }).catch((error: unknown) => {
      if (late.aborted) throw notHere()
      throw error
    })
    return pass
  }
}

/** What happened while nobody listened, as far as it shows. */
function changeOf(before: SiteConnection[], now: SiteConnection[]): SiteEvent | undefined {
  if (JSON.stringify(before) === JSON.stringify(now)) return undefined
  if (now.length !== before.length) return now.length < before.length ? 'ended' : 'connected'
  return now.every(({ status }) => status === 'connected') ? 'recovered' : 'needs-attention'
}
