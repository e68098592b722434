import type { IncomingMessage, ServerResponse } from 'node:http'
import { fillEcho } from './echo'
import {
  beforeEnd,
  beforeHead,
  type Fault,
  formOf,
  type Inbound,
  type SandboxServer,
  takeFault,
} from './exchange'
import type { Recording, Seen } from './record'
import type { Watch } from './watch'

const LARGEST_BODY = 8 * 1024 * 1024

/** What every request comes through, whichever way it reached the sandbox. */
export type Reception = {
  /** Answers a request to `url`, which the client reached at `origin`. Never throws. */
  receive(request: IncomingMessage, response: ServerResponse, url: URL, origin: string): void
  /** Sends the answers that a `late` fault keeps back, and closes the sockets that a `hang` fault keeps waiting. */
  release(): void
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > LARGEST_BODY) throw new Error('The body is too large for the sandbox')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function seenBody(inbound: Inbound): Seen['body'] {
  const type = inbound.headers['content-type'] ?? ''
  if (type.includes('x-www-form-urlencoded')) return Object.fromEntries(formOf(inbound))
  const text = inbound.body.toString('utf8')
  if (!type.includes('json')) return text
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed && typeof parsed === 'object' ? { ...parsed } : text
  } catch {
    return text
  }
}

function sendFault(response: ServerResponse, fault: Fault, { headers: sent }: Inbound): void {
  const { status, body, contentType, headers, reason } = fillEcho(fault, sent.authorization)
  const isText = typeof body === 'string'
  response.statusCode = status ?? (body === undefined ? 500 : 200)
  if (reason !== undefined) response.statusMessage = reason
  response.setHeader(
    'content-type',
    contentType ?? (isText ? 'text/html; charset=utf-8' : 'application/json'),
  )
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value)
  response.end(body === undefined ? '' : isText ? body : JSON.stringify(body))
}

/**
 * Makes the reception of these servers. It picks the server by the address's host, records and inspects each request,
 * and answers 421 for a host nobody serves.
 */
export function createReception(servers: SandboxServer[], recording: Recording, watch: Watch): Reception {
  const byHost = new Map(servers.flatMap(server => server.hosts.map(host => [host, server] as const)))
  const hanging = new Set<IncomingMessage>()
  const late = new Set<() => void>()

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL, origin: string) {
    const server = byHost.get(url.hostname)
    const inbound: Inbound = {
      method: request.method ?? 'GET',
      url,
      origin,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
      ),
      body: await readBody(request),
      node: request,
    }
    const seen: Seen = {
      at: server?.clock.now() ?? Date.now(),
      server: server?.name ?? 'unknown',
      host: url.hostname,
      method: inbound.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: inbound.headers,
      body: seenBody(inbound),
      status: 0,
      answer: 'open',
    }
    recording.add(seen)
    watch.inspect(inbound, server)

    // The status is taken down before a byte of the answer leaves, so that whoever has the answer finds it here.
    beforeHead(response, status => {
      seen.status = status
      recording.settle(seen)
    })
    response.once('close', () => {
      seen.answer = response.writableFinished ? 'sent' : 'cut'
      recording.settle(seen)
    })

    if (!server) {
      response.statusCode = 421
      response.setHeader('content-type', 'text/plain; charset=utf-8')
      response.end(`The sandbox does not serve ${url.hostname}.\n`)
      return
    }
    const { now: switches } = server.switches
    if (switches.dead === true || switches.dead === url.hostname) {
      request.socket.destroy()
      return
    }
    await server.clock.run(async () => {
      response.sendDate = false
      response.setHeader('date', new Date().toUTCString())
      const fault = takeFault(switches, inbound.method, url)
      if (fault?.hang) {
        hanging.add(request)
        request.socket.once('close', () => hanging.delete(request))
        recording.settle(seen)
      } else if (fault?.drop) {
        request.socket.destroy()
      } else if (fault && !fault.late) {
        sendFault(response, fault, inbound)
      } else {
        if (fault?.late)
          beforeEnd(response, end => {
            seen.status = response.statusCode
            late.add(end)
            recording.settle(seen)
          })
        await server.answer(inbound, response)
      }
    })
  }

  return {
    receive: (request, response, url, origin) => {
      answer(request, response, url, origin).catch((error: unknown) => {
        // A client that went away is no fault of ours.
        if (!request.socket.destroyed) console.error('sandbox:', error)
        request.socket.destroy()
      })
    },
    release: () => {
      for (const end of late) end()
      late.clear()
      for (const request of hanging) request.socket.destroy()
    },
  }
}
