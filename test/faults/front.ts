import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Certificate } from '../sandbox/certificate'
import type { Fault } from './faults'

/** What a server says when nothing is wrong. `date` is its own clock, milliseconds since the epoch. */
export type Answer = { status: number; body: string; headers?: Record<string, string>; date: number }

/** One request that reached a server, as far as it can be told: a connection that was reset in the handshake is none. */
export type Arrival = { at: number; method: string; path: string }

/** One TLS server with a port of its own, which can be broken and mended. */
export type Front = {
  port: number
  arrivals: Arrival[]
  break(fault: Fault): Promise<void>
  mend(): Promise<void>
  stop(): Promise<void>
}

/** The certificate that the browser was told to believe, and one that nobody trusts. */
export type Certificates = { trusted: Certificate; stranger: Certificate }

/** What an answer is made of: `refused` is the server's own no to the credentials that came. */
export type Site = {
  answer(request: IncomingMessage, url: URL, body: string): Answer
  refusal(url: URL): Pick<Answer, 'status' | 'body'>
}

// A connection that is kept is one that can be closed while the next request is on its way, which would be another fault.
const json = { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' }
const tenMegabytes = 10 * 1024 * 1024
/** How long a server asks to be left alone, seconds. */
export const retryAfter = 3

// Below those that systems take for what goes out: a server that refuses connections gives its port up for a while, and has
// to have it again.
const firstPort = 12_000
const lastPort = 32_000

/** Starts a server on 127.0.0.1 on a free port. It has that port until it is stopped, broken or not. */
export async function startFront(site: Site, { trusted, stranger }: Certificates): Promise<Front> {
  let fault: Fault = 'none'
  const arrivals: Arrival[] = []
  const raw = new Map<number | undefined, Socket>()

  const server = createServer({ key: trusted.key, cert: trusted.cert }, (request, response) => {
    receive(request, response).catch(() => request.socket.destroy())
  })
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket
    raw.set(remotePort, socket)
    socket.on('error', () => {})
    socket.once('close', () => raw.delete(remotePort))
  })
  // A browser that does not believe the certificate ends the handshake.
  server.on('tlsClientError', () => {})

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://front.invalid')
    arrivals.push({ at: Date.now(), method: request.method ?? '', path: url.pathname })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const whole = () => site.answer(request, url, Buffer.concat(chunks).toString())
    response.sendDate = false
    const send = (status: number, body: string, headers: Record<string, string> = {}, date = Date.now()) => {
      response.writeHead(status, { ...json, date: new Date(date).toUTCString(), ...headers })
      response.end(body)
    }
    switch (fault) {
      case 'reset':
        raw.get(request.socket.remotePort)?.resetAndDestroy()
        return
      case 'timeout':
        return
      case 'slow body': {
        const { status, body } = whole()
        response.writeHead(status, { ...json, 'content-length': String(body.length) })
        // All of it would come in time; its end never does.
        let at = 0
        const drip = setInterval(() => {
          if (at < body.length - 1) response.write(body[at++])
        }, 250)
        response.once('close', () => clearInterval(drip))
        return
      }
      case '500':
        return send(500, 'Internal Server Error', { 'content-type': 'text/plain' })
      case '502 HTML':
        return send(502, '<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>', {
          'content-type': 'text/html',
        })
      case '503 Retry-After':
        return send(503, '{"error":"temporarily_unavailable"}', { 'retry-after': String(retryAfter) })
      case '429':
        return send(429, '{"error":"slow_down"}', {
          'retry-after': new Date(Date.now() + (retryAfter + 1) * 1000).toUTCString(),
        })
      case '200 with error':
        return send(200, '{"error":"temporarily_unavailable","error_description":"Try again later."}')
      case 'cut off': {
        const { status, body } = whole()
        response.writeHead(status, { ...json, 'content-length': String(body.length + 1) })
        response.write(body.slice(0, body.length / 2), () => request.socket.destroy())
        return
      }
      case 'truncated JSON': {
        const { status, body } = whole()
        return send(status, body.slice(0, body.length / 2))
      }
      case '10 MB body': {
        const { status, body } = whole()
        return send(
          status,
          body.replace(/\}$|^$/, `${body ? ',' : '{'}"padding":"${'x'.repeat(tenMegabytes)}"}`),
        )
      }
      case 'refusal': {
        const { status, body } = site.refusal(url)
        return send(status, body)
      }
      default: {
        const { status, body, headers, date } = whole()
        return send(status, body, headers, date)
      }
    }
  }

  const closeSockets = () => {
    for (const socket of raw.values()) socket.destroy()
  }
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const present = ({ key, cert }: Certificate) => {
    server.setSecureContext({ key, cert })
    // A session of before would be gone on with, and no certificate looked at.
    server.setTicketKeys(randomBytes(48))
  }
  const listenSomewhere = async (): Promise<number> => {
    const port = randomInt(firstPort, lastPort)
    return listen(port).then(
      () => port,
      () => listenSomewhere(),
    )
  }
  const port = await listenSomewhere()
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    closeSockets()
    await closed
  }

  return {
    port,
    arrivals,
    async break(next) {
      fault = next
      if (fault === 'bad TLS') present(stranger)
      if (fault === 'refused') await close()
    },
    async mend() {
      if (fault === 'refused') await listen(port)
      if (fault === 'bad TLS') present(trusted)
      fault = 'none'
    },
    stop: () => (server.listening ? close() : Promise.resolve()),
  }
}
