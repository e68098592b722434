import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A loopback proxy that leads every https host to the sandbox. */
export type SandboxProxy = {
  port: number
  /** What was asked for and refused, in the order of arrival: `CONNECT host:80`, `GET http://host/path`. */
  refused(): string[]
  stop(): Promise<void>
}

/**
 * Starts a proxy on 127.0.0.1 for browsers that cannot map host names: a CONNECT to any host's port 443 ends at the
 * sandbox's TLS front on `sandboxPort`. Whatever else is asked for answers 403, so that nothing leaves the machine.
 */
export async function startProxy(sandboxPort: number): Promise<SandboxProxy> {
  const refused: string[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A browser that is stopped resets its connections; the other end is closed below.
    socket.on('error', () => socket.destroy())
  }

  const server = createServer((request, response) => {
    refused.push(`${request.method} ${request.url}`)
    response.writeHead(403).end()
  })
  server.on('connection', keep)
  server.on('connect', ({ url = '' }, client: Socket, head: Buffer) => {
    if (!/^[^:/]+:443$/.test(url)) {
      refused.push(`CONNECT ${url}`)
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const front = connect(sandboxPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      front.write(head)
      client.pipe(front).pipe(client)
    })
    keep(front)
    front.once('close', () => client.destroy())
    client.once('close', () => front.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    refused: () => [...refused],
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
