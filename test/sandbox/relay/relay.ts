import { type ClientRequest, request } from 'node:http'
import type { Clock } from '../clock'
import { type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'

/** The host of the company's relay. */
export const RELAY_HOST = 'relay.acme.example'

/** What of the way to the relay can be switched. */
export type RelaySwitches = CommonSwitches & {
  /** The port on 127.0.0.1 at which a relay runs; without one there is nothing at any path. */
  port: number | null
}

/** Makes what stands before a company's relay, as a proxy with its certificate does: each request goes on to a port of this machine. */
export function createRelayGate(
  clock: Clock,
  options: { switches?: Partial<RelaySwitches> },
): SandboxServer<RelaySwitches> {
  const switches = createSwitches<RelaySwitches>({
    fault: null,
    dead: false,
    port: null,
    ...options.switches,
  })
  return {
    name: 'relay',
    hosts: [RELAY_HOST],
    clock,
    switches,
    isApi: () => false,
    // It has to do with other servers’ logins. What it has itself, and what it hides, is not sent there by anybody.
    mayReceive: ['authorization code', 'code verifier', 'access token'],
    answer: ({ method, url, headers, body, node }, response) =>
      new Promise(resolve => {
        // Either end goes away: so does the other.
        const cut = () => {
          node.socket.destroy()
          resolve()
        }
        const { port } = switches.now
        if (port === null) {
          response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
          response.end('No relay runs here.\n')
          return resolve()
        }
        const path = url.pathname + url.search
        const outgoing: ClientRequest = request({ host: '127.0.0.1', port, method, path, headers })
        outgoing.on('error', cut)
        outgoing.on('response', answer => {
          const { date: _, connection: __, ...rest } = answer.headers
          response.writeHead(answer.statusCode ?? 502, { ...rest, date: new Date().toUTCString() })
          answer.on('error', cut)
          answer.pipe(response).on('finish', resolve)
        })
        outgoing.end(body)
      }),
    signOut: () => {},
    withdraw: () => {},
    reset: () => {},
  }
}
