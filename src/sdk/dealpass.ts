import { AppError } from '../shared/errors'
import { pageLimits } from '../shared/limits'
import type { Lease, NewsMessage, SiteConnection, SiteEvent } from '../shared/protocol'
import { ask } from './ask'
import { extensionRuntime } from './extension'

type CallOptions = { connection?: string; signal?: AbortSignal }

/** What a widget can do. Every method rejects with an `AppError`, whose `code` is stable and whose `message` is for people. */
export type Dealpass = {
  /** What this site has a permit for. Never prompts. */
  connections(): Promise<SiteConnection[]>
  /** A short-lived access token; `expiresAt` is milliseconds since the epoch. */
  token(provider: string, options?: CallOptions & { scopes?: string[] }): Promise<Lease>
  /** A call that the background makes; the token stays there. */
  fetch(provider: string, path: string, init?: RequestInit & { connection?: string }): Promise<Response>
  /** Calls `listener` after each change that concerns this site, until `signal` aborts. */
  onChange(
    listener: (news: { connections: SiteConnection[]; event: SiteEvent }) => void,
    options?: { signal?: AbortSignal },
  ): void
}

/** Finds the extension. Rejects with `not-installed` when it has not answered after 1.5 s. */
export async function dealpass(): Promise<Dealpass> {
  const late = AbortSignal.timeout(pageLimits.installed)
  await ask('connections', {}, { signal: late }).catch((error: unknown) => {
    if (late.aborted) throw new AppError('not-installed')
    throw error
  })
  return pass
}

const pass: Dealpass = {
  connections: () => ask('connections', {}),

  token: (provider, { scopes, connection, signal } = {}) =>
    ask('token', { provider, scopes, connection }, { signal }),

  async fetch(provider, path, { connection, signal, ...init } = {}) {
    const request = new Request('https://dealpass.invalid', init)
    const body = init.body == null ? undefined : await request.arrayBuffer()
    const headers = Object.fromEntries(request.headers)
    const call = { provider, path, method: request.method, headers, connection, body }
    const answer = await ask('fetch', call, { signal: signal ?? undefined })
    const empty = [204, 205, 304].includes(answer.status)
    return new Response(empty ? null : answer.body, answer)
  },

  onChange(listener, { signal } = {}) {
    const runtime = extensionRuntime()
    if (!runtime || signal?.aborted) return
    const hear = (message: unknown) => {
      const { dealpass: kind, event } = Object(message) as Partial<NewsMessage>
      if (kind === 'news' && event)
        void pass.connections().then(
          connections => signal?.aborted || listener({ connections, event }),
          () => undefined,
        )
    }
    runtime.onMessage.addListener(hear)
    signal?.addEventListener('abort', () => runtime.onMessage.removeListener(hear))
  },
}
