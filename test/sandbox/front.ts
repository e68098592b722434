import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Certificate } from './certificate'
import type { Reception } from './reception'

type Front = { port: number; stop(): Promise<void> }

/**
 * Starts the one TLS server that stands for all hosts, whose names it takes from the `Host` header. It listens on
 * 127.0.0.1 on a port of the system's choice.
 */
export async function startFront({ receive }: Reception, certificate: Certificate): Promise<Front> {
  const tls = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const origin = `https://${request.headers.host ?? 'no-host.invalid'}`
    receive(request, response, new URL(`${origin}${request.url}`), origin)
  })
  // A browser that is stopped leaves half-open handshakes behind.
  tls.on('tlsClientError', () => {})
  const sockets = new Set<Socket>()
  tls.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    tls.once('error', reject)
    tls.listen(0, '127.0.0.1', resolve)
  })

  return {
    port: (tls.address() as AddressInfo).port,
    stop: () =>
      new Promise(resolve => {
        tls.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
