import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }

let world: World | undefined
afterEach(async () => {
  world?.expectNoSecretOut()
  await world?.stop()
  world = undefined
})

it('says on a port of its own how it is, and counts', async () => {
  world = await startWorld('node')
  const { operations, address } = world.relay
  const get = async (path: string, at = operations) => {
    const response = await fetch(`${at}${path}`)
    return { status: response.status, text: await response.text() }
  }
  expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' })
  expect(await get('/readyz')).toEqual({ status: 200, text: 'ready\n' })
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await get(path, address)).status, path).toBe(400)
  expect((await world.call(summary, north)).status).toBe(200)
  expect((await world.call(summary, { ...north, token: 'x' })).status).toBe(401)
  const { text } = await get('/metrics')
  expect(text).toContain(
    'dealpass_relay_requests_total{route="api",provider="sellytics",status="200",code=""} 1\n',
  )
  expect(text).toMatch(/requests_total\{route="none",provider="",status="401",code="bad-credentials"\} 1\n/)
  expect(text).toContain('dealpass_relay_in_flight 0\n')
  expect(text).toContain('dealpass_relay_request_seconds_count{route="api"} 1\n')
})

it('stops when it is told to: what is under way ends well, nothing new begins, and the exit code is 0', async () => {
  world = await startWorld('node')
  const { sandbox, relay: running } = world
  expect((await world.call(summary, north)).status).toBe(200)
  sandbox.forget()
  sandbox.set('sellytics', { fault: { path: '/data/v1/summary', late: true, times: 1 } })
  const underWay = world.call(summary, north)
  await sandbox.waitFor({ path: '/data/v1/summary' })
  const stopped = running.stop()
  await expect
    .poll(() =>
      fetch(`${running.operations}/readyz`).then(
        ({ status }) => status,
        () => 503,
      ),
    )
    .toBe(503)
  await expect
    .poll(() =>
      world?.call(summary, north).then(
        ({ status }) => status,
        () => 'refused',
      ),
    )
    .toBe('refused')
  sandbox.release()
  expect((await underWay).status).toBe(200)
  expect(await stopped).toBe(0)
  expect(running.output()).toContain('"event":"stop"')
})

it('refuses smuggled and malformed requests without looking further', async () => {
  world = await startWorld('node')
  const port = Number(new URL(world.relay.address).port)
  const token = await world.identity.token()
  const head = `POST /oauth/sell/token HTTP/1.1\r\nHost: x\r\nDealpass-Relay: 1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/x-www-form-urlencoded\r\n`
  const inner = `GET ${summary} HTTP/1.1\r\nHost: x\r\nDealpass-Relay: 1\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(text))
      let answer = ''
      socket.setEncoding('latin1').on('data', (part: string) => {
        answer += part
      })
      socket.on('error', reject).on('close', () => resolve(answer))
    })
  world.sandbox.forget()
  for (const text of [
    `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
    `${head}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc${inner}`,
    `${head}Content-Length: +3\r\n\r\nabc${inner}`,
    `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
    `${head}X: a\rY: b\r\nContent-Length: 0\r\n\r\n`,
    `${head}X : a\r\nContent-Length: 0\r\n\r\n`,
    `GET ${summary}\r\n\r\n`,
  ]) {
    const answer = await raw(text)
    expect(answer.slice(0, 20), text.slice(head.length, head.length + 60)).toMatch(/^HTTP\/1\.1 400|^$/)
    expect(answer).not.toContain('HTTP/1.1 200')
  }
  const doubled = await raw(
    inner
      .replace('Authorization', `Authorization: Bearer x\r\nAuthorization`)
      .replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  )
  expect(doubled).not.toContain('HTTP/1.1 200')
  expect(world.sandbox.saw()).toEqual([])
})
