import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { vi } from 'vitest'
import type { Sandbox } from '../sandbox/sandbox'
import { extensionOrigin, world } from './world'

const withoutBody = new Set([101, 204, 205, 304])

/**
 * A `fetch` as a background of ours has it, whose requests reach the sandbox over TLS under the real names. As in
 * Chromium: cookies go along unless `omit`ted, POST carries the extension's origin, a redirect is opaque where it is
 * not to be followed, and an answer without CORS headers is withheld where the host was not granted.
 */
export function networkTo({ port, hosts }: Pick<Sandbox, 'port' | 'hosts'>): {
  fetch: typeof fetch
  close(): void
} {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })

  async function send(request: Request): Promise<Response> {
    const { life } = world
    const url = new URL(request.url)
    if (!hosts.includes(url.hostname)) {
      world.strays.push(request.url)
      throw new TypeError('Failed to fetch')
    }
    const body = Buffer.from(await request.arrayBuffer())
    const headers: Record<string, string> = {
      ...Object.fromEntries(request.headers),
      host: url.host,
      'user-agent': 'Mozilla/5.0 (a test)',
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') headers.origin = extensionOrigin
    if (request.credentials !== 'omit') headers.cookie = 'browser_session=1'
    const incoming = await exchange(request, url, headers, body)
    // The dead are not answered.
    if (life.isOver) return new Promise(() => undefined)
    const response = await answer(request, url, incoming)
    const isAllowed = world.canReach(request.url) || incoming.headers['access-control-allow-origin'] === '*'
    if (isAllowed) return response
    throw new TypeError('Failed to fetch')
  }

  function exchange(
    { method, signal }: Request,
    { hostname, pathname, search }: URL,
    headers: Record<string, string>,
    body: Buffer,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const path = pathname + search
      const outgoing = httpsRequest(
        { agent, host: '127.0.0.1', port, servername: hostname, method, path, headers, signal },
        resolve,
      )
      outgoing.on('error', () => reject(signal.aborted ? signal.reason : new TypeError('Failed to fetch')))
      outgoing.end(body)
    })
  }

  function answer(request: Request, url: URL, incoming: IncomingMessage): Response | Promise<Response> {
    const status = incoming.statusCode ?? 0
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers))
      if (name !== 'set-cookie') headers.set(name, [value ?? ''].flat().join(', '))
    const location = headers.get('location')
    if (status >= 300 && status < 400 && location) {
      incoming.resume()
      if (request.redirect === 'error') throw new TypeError('Failed to fetch')
      if (request.redirect === 'follow') return send(new Request(new URL(location, url), request))
      return opaqueRedirect()
    }
    const content = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
    return new Response(withoutBody.has(status) ? null : content, {
      status,
      statusText: incoming.statusMessage,
      headers,
    })
  }

  return {
    fetch: (input, init) => send(new Request(input, init)),
    close: () => agent.destroy(),
  }
}

/**
 * Requests that are held on their way out. `reached` resolves when the first one is there; `count` says how many came,
 * `aborted` how many of them left again.
 */
export type Held = { reached: Promise<void>; count(): number; aborted(): number; release(): void }

/** Holds back every request whose address matches, until released; an aborted one leaves. */
export function holdBack(pattern: RegExp): Held {
  const through = globalThis.fetch
  let count = 0
  let aborted = 0
  let arrive = () => {}
  let release = () => {}
  const reached = new Promise<void>(resolve => {
    arrive = resolve
  })
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    if (pattern.test(request.url)) {
      const { life } = world
      count += 1
      arrive()
      await Promise.race([
        released,
        new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => {
            aborted += 1
            reject(request.signal.reason)
          })
        }),
      ])
      if (life.isOver) return new Promise(() => undefined)
    }
    return through(request)
  })
  return { reached, count: () => count, aborted: () => aborted, release }
}

/** Answers every request whose address matches by a function, for what no server would do; the rest goes through. */
export function answerBy(pattern: RegExp, answer: (request: Request) => Response | Promise<Response>): void {
  const through = globalThis.fetch
  vi.stubGlobal('fetch', (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    return pattern.test(request.url) ? Promise.resolve(answer(request)) : through(request)
  })
}

/** What both browsers give for `redirect: 'manual'`: nothing to see. */
export function opaqueRedirect(): Response {
  const response = new Response(null)
  for (const [name, value] of Object.entries({ type: 'opaqueredirect', status: 0, ok: false }))
    Object.defineProperty(response, name, { value })
  return response
}
