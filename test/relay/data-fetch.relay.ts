import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { webDataFetch } from '../../src/relay/data-fetch'
import { nodeDataFetch } from '../../src/relay/node/data-fetch'

let server: Server
let answer: (response: ServerResponse) => void
let closed: Promise<void>

beforeEach(async () => {
  server = createServer((_request, response) => {
    closed = new Promise(resolve => response.once('close', resolve))
    answer(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

describe.each([
  ['undici', nodeDataFetch],
  ['fetch', webDataFetch],
])('data by %s', (_name, fetchData) => {
  const call = (time: number) => fetchData(address(), { method: 'GET', headers: {}, time })

  it('is given up in its time, though each part of the answer comes soon', async () => {
    answer = response => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('a little'), 50)
      response.once('close', () => clearInterval(drip))
    }
    const start = performance.now()
    await expect(call(400)).rejects.toMatchObject({ code: 'provider-unreachable' })
    expect(performance.now() - start).toBeGreaterThan(390)
    // The other side is rid of it, too.
    await closed
  })

  it('is given up in its time where nothing comes at all', async () => {
    answer = () => {}
    await expect(call(100)).rejects.toMatchObject({ code: 'provider-unreachable' })
    await closed
  })
})

it('by undici holds no connection for an answer that is not read', async () => {
  answer = response => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.write('nothing that is packed')
  }
  await expect(nodeDataFetch(address(), { method: 'GET', headers: {}, time: 60_000 })).rejects.toMatchObject({
    code: 'provider-rejected',
  })
  await closed
})
