import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProxy, startProxy } from './proxy'
import { type Sandbox, startSandbox } from './sandbox'

let sandbox: Sandbox
let proxy: SandboxProxy

beforeEach(async () => {
  sandbox = await startSandbox()
  proxy = await startProxy(sandbox.port)
})
afterEach(async () => {
  await proxy.stop()
  await sandbox.stop()
})

/** Asks the proxy for a tunnel to `target`. */
async function tunnel(target: string): Promise<{ status: number | undefined; socket: Socket }> {
  const asked = httpRequest({ host: '127.0.0.1', port: proxy.port, method: 'CONNECT', path: target }).end()
  const [answer, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket]
  return { status: answer.statusCode, socket }
}

describe('startProxy', () => {
  it('leads any host’s port 443 to the sandbox, which sees the real name', async () => {
    const { status, socket } = await tunnel('api.getbase.com:443')
    expect(status).toBe(200)
    const tls = connect({ socket, servername: 'api.getbase.com', rejectUnauthorized: false })
    tls.write(
      'GET /v2/users/self HTTP/1.1\r\nHost: api.getbase.com\r\nUser-Agent: test\r\nConnection: close\r\n\r\n',
    )
    const [first] = (await once(tls, 'data')) as [Buffer]
    expect(first.toString()).toMatch(/^HTTP\/1\.1 401 /)
    tls.destroy()
    expect(sandbox.saw()).toMatchObject([{ host: 'api.getbase.com', path: '/v2/users/self', status: 401 }])
    expect(proxy.refused()).toEqual([])
  })

  it.each(['api.getbase.com:80', 'api.getbase.com:8443', '127.0.0.1:22', '[::1]:443'])(
    'refuses a tunnel to %s and says so',
    async target => {
      const { status, socket } = await tunnel(target)
      socket.destroy()
      expect(status).toBe(403)
      expect(proxy.refused()).toEqual([`CONNECT ${target}`])
      expect(sandbox.saw()).toEqual([])
    },
  )

  it('refuses plain http and says so', async () => {
    const asked = httpRequest({
      host: '127.0.0.1',
      port: proxy.port,
      path: 'http://elsewhere.example/path',
    }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(403)
    expect(proxy.refused()).toEqual(['GET http://elsewhere.example/path'])
  })

  it('stops with tunnels open, and closes them', async () => {
    const { socket } = await tunnel('api.getbase.com:443')
    const closed = once(socket.resume(), 'close')
    await proxy.stop()
    await closed
    expect(socket.destroyed).toBe(true)
  })
})
