import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'

let world: World
beforeEach(async () => {
  world = await startWorld('node')
})
afterEach(() => world.stop())

it('takes nothing new by a connection on which something is under way', async () => {
  const { sandbox, relay, identity } = world
  const authorization = `Bearer ${await identity.token()}`
  const headers = { 'dealpass-relay': '1', 'dealpass-client': clients.sellyticsNorth.id, authorization }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = () =>
    new Promise<number | undefined>(resolve => {
      const asked = get(`${relay.address}${summary}`, { agent, headers }, answer => {
        answer.resume().once('end', () => resolve(answer.statusCode))
      })
      asked.once('error', () => resolve(undefined))
    })
  expect(await ask()).toBe(200)
  sandbox.forget()
  sandbox.set('sellytics', { fault: { path: '/data/v1/summary', late: true, times: 1 } })
  const underWay = ask()
  await sandbox.waitFor({ path: '/data/v1/summary' })
  const stopped = relay.stop()
  await expect.poll(() => fetch(`${relay.operations}/readyz`).then(({ status }) => status)).toBe(503)
  const next = ask()
  sandbox.release()
  expect([await underWay, await next]).toEqual([200, undefined])
  expect(await stopped).toBe(0)
  agent.destroy()
})

it('stops though somebody has begun a request on the second port and never ends it', async () => {
  const { port, hostname } = new URL(world.relay.operations ?? '')
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  // One whole request, whose answer shows that the connection is taken, and half of another.
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n')
  await once(socket, 'data')
  const start = performance.now()
  expect(await world.relay.stop()).toBe(0)
  expect(performance.now() - start).toBeLessThan(5_000)
})
