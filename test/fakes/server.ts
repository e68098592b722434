import { vi } from 'vitest'

/** One request as a server got it, its body read. */
export type Received = { url: URL; method: string; headers: Headers; body: string; request: Request }

/**
 * Puts a server of one function in the place of the network, and gives the list of what it received. For answers
 * that no provider would give.
 */
export function serve(answer: (received: Received) => Response | Promise<Response>): Received[] {
  const all: Received[] = []
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    const body = await request.clone().text()
    const received = {
      url: new URL(request.url),
      method: request.method,
      headers: request.headers,
      body,
      request,
    }
    all.push(received)
    return answer(received)
  })
  return all
}

/** A JSON answer. */
export function json(body: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(body), { ...init, headers })
}

/** A network that is down, as `fetch` says it. */
export function isDown(): never {
  throw new TypeError('Failed to fetch')
}
