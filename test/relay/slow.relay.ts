import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { runtimes } from './runtimes'
import { type Reply, withWorld } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }
const told = ({ status, code }: Reply) => `${status} ${code}`
const tokenPath = '/oauth2/token'

describe.each(runtimes)('the relay on %s, in front of an upstream', runtime => {
  const world = withWorld(runtime)

  it('that says nothing is given up after fifteen seconds', async () => {
    const { refresh_token = '' } = await world.signIn()
    const form = { grant_type: 'refresh_token', refresh_token }
    const ask = () => world.call('/oauth/sell/token', { form })
    world.sandbox.set('sell', { fault: { path: tokenPath, hang: true } })
    // Two tries have the time of one.
    const path = '/data/v1/summary'
    const fault = [
      { path, status: 401, times: 1 },
      { path, hang: true },
    ]
    world.sandbox.set('sellytics', { fault })
    const start = performance.now()
    expect((await Promise.all([ask(), world.call(summary, north)])).map(told)).toEqual(
      Array(2).fill('502 upstream-unreachable'),
    )
    expect(performance.now() - start).toBeGreaterThan(14_000)
    expect(performance.now() - start).toBeLessThan(25_000)
    world.sandbox.set('sell', { fault: null })
    expect((await ask()).status).toBe(200)
  })
})

describe('the relay on node', () => {
  const world = withWorld('node')

  it('closes a connection on which half a request has come', async () => {
    const { hostname, port } = new URL(world.relay.address)
    const start = performance.now()
    const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nhost: re'))
    await once(socket.resume(), 'close')
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  it('ends where its log is not taken any more', async () => {
    const other = await world.another()
    const ended = new Promise<number | null>(resolve => other.child?.once('exit', resolve))
    other.child?.stdout?.pause()
    const token = await world.identity.token()
    const call = { ...north, token }
    let isOver = false
    ended.then(() => {
      isOver = true
    })
    for (let count = 0; count < 3_000 && !isOver; count += 1)
      await world.call(`/api/sellytics/data/v1/${'x'.repeat(6_000)}`, call, other).catch(() => undefined)
    expect(await ended).toBe(1)
    other.child?.stdout?.resume()
  })

  it('closes a connection whose answer nobody reads', { timeout: 150_000 }, async () => {
    world.sandbox.set('sellytics', { fault: { path: '/data/v1/summary', body: 'x'.repeat(4_000_000) } })
    const { hostname, port } = new URL(world.relay.address)
    const token = await world.identity.token()
    const lines = [
      `GET ${summary} HTTP/1.1`,
      'host: relay',
      'dealpass-relay: 1',
      `dealpass-client: ${clients.sellyticsNorth.id}`,
      `authorization: Bearer ${token}`,
    ]
    // More than all that lies between the two can hold.
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${lines.join('\r\n')}\r\n\r\n`.repeat(5)),
    )
    socket.on('error', () => {})
    socket.pause()
    await once(socket, 'connect')
    // How the relay's end of it is, by the system's own table; 01 is open.
    const hexOf = (number = 0) => number.toString(16).toUpperCase().padStart(4, '0')
    const ends = `:${hexOf(Number(port))} 0100007F:${hexOf(socket.localPort)} `
    const isOpen = () => readFileSync('/proc/net/tcp', 'utf8').includes(`${ends}01`)
    expect(isOpen()).toBe(true)
    await world.sandbox.waitFor({ path: '/data/v1/summary' })
    await expect.poll(isOpen, { timeout: 120_000, interval: 500 }).toBe(false)
    socket.destroy()
  })
})
