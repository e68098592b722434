import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Reception } from './reception'

/** The address that stands for each host, `http://127.0.0.1:PORT`. Empty where there is none. */
export type LoopbackOrigins = Record<string, string>

type Loopback = { origins: LoopbackOrigins; stop(): Promise<void> }

const LAST_PORT = 65_535

/** Listens on the port, or on the next one that is free. Port 0 is any. */
async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || port === LAST_PORT) throw error
    return listen(server, port + 1)
  }
  return (server.address() as AddressInfo).port
}

/**
 * Opens a plain HTTP server on 127.0.0.1 for each host, for a browser that is not led to the sandbox by its host names.
 * A request counts as one to the host, so it is recorded and inspected as such. With `firstPort` the ports are the
 * first free ones from there on. Rejects where no port can be opened.
 */
export async function startLoopback(
  hosts: string[],
  { receive }: Reception,
  firstPort = 0,
): Promise<Loopback> {
  const servers: Server[] = []
  const origins: LoopbackOrigins = {}
  const stop = async () => {
    await Promise.all(
      servers.map(server => {
        const closed = new Promise<void>(resolve => server.close(() => resolve()))
        server.closeAllConnections()
        return closed
      }),
    )
  }

  for (const host of hosts) {
    const server = createServer((request, response) => {
      const origin = origins[host] ?? ''
      // A page of another name that resolves to this address must not find a provider here.
      if (`http://${request.headers.host}` !== origin) {
        response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8' })
        response.end(`The sandbox's ${host} is at ${origin}.\n`)
        return
      }
      receive(request, response, new URL(`https://${host}${request.url}`), origin)
    })
    const opened = await listen(server, firstPort).catch(async (error: unknown) => {
      await stop()
      throw error
    })
    servers.push(server)
    origins[host] = `http://127.0.0.1:${opened}`
  }
  return { origins, stop }
}
