import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Certificate } from './certificate'
import type { Reception } from './reception'

type Front = { port: number; stop(): Promise<void> }

/**
 * Starts one server that stands for all hosts of the reception, whose names it takes from the `Host` header: over TLS
 * with the certificate, by plain http without one. It listens on 127.0.0.1 on a port of the system's choice.
 */
export async function startFront({ receive }: Reception, certificate?: Certificate): Promise<Front> {
  const listener: RequestListener = (request, response) => {
    const origin = `${certificate ? 'https' : 'http'}://${request.headers.host ?? 'no-host.invalid'}`
    receive(request, response, new URL(`${origin}${request.url}`), origin)
  }
  const server = certificate
    ? createTlsServer({ key: certificate.key, cert: certificate.cert }, listener)
    : createServer(listener)
  // A browser that is stopped leaves half-open handshakes behind.
  server.on('tlsClientError', () => {})
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
