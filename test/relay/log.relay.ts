import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { relayOrigin } from './config'
import { createProver } from './prover'
import { startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }

let world: World | undefined
afterEach(async () => {
  world?.expectNoSecretOut()
  await world?.stop()
  world = undefined
})

it('logs a line for each request, with the id that the answer has, and nothing that is secret', async () => {
  world = await startWorld('node')
  const { headers } = await world.call(`${summary}?q=of-the-query`, { ...north })
  await world.call('/oauth/sell/token', {
    form: { grant_type: 'refresh_token', refresh_token: 'of-the-body-1234' },
  })
  // Lines are written together, a few hundredths of a second late.
  await expect.poll(() => world?.relay.output()).toContain('bad-sealed-token')
  const lines = world.relay
    .output()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(
    lines.find(({ event, request }) => event === 'audit' && request === headers.get('x-request-id')),
  ).toEqual({
    time: expect.stringMatching(/^\d{4}-/),
    level: 'info',
    event: 'audit',
    path: '/data/v1/summary',
    request: expect.any(String),
    method: 'GET',
    status: 200,
    milliseconds: expect.any(Number),
    route: 'api',
    provider: 'sellytics',
    user: 'user:mia',
    key: 'North',
  })
  expect(lines.at(-1)).toMatchObject({
    route: 'token',
    provider: 'sell',
    status: 400,
    code: 'bad-sealed-token',
  })
  expect(world.relay.output()).not.toMatch(/of-the-query|of-the-body|eyJ/)
})

it('stops when nobody reads its log any more', async () => {
  world = await startWorld('node')
  const { child } = world.relay
  const ended = new Promise<number | null>(resolve => child?.once('exit', resolve))
  child?.stdout?.destroy()
  await world.call(summary, north)
  // The first line after that tells it.
  expect(await ended).toBe(1)
})

it('says in its log why somebody is refused, and what the provider said of the relay itself', async () => {
  world = await startWorld('node')
  const { call, identity, prover, relay } = world
  const linesOf = async (id: string | null) => {
    await expect.poll(() => relay.output()).toContain(String(id))
    return relay
      .output()
      .split('\n')
      .flatMap(line => (line.includes(String(id)) ? [JSON.parse(line)] : []))
  }
  const said = async ({ headers }: { headers: Headers }) => (await linesOf(headers.get('x-request-id')))[0]
  for (const [claims, reason] of [
    [{ aud: 'https://other.example' }, 'aud'],
    [{ iss: 'https://other.example' }, 'iss'],
    [{ cnf: { jkt: prover.thumbprint } }, 'cnf'],
    [{ nonce: 'x' }, 'nonce'],
  ] as const) {
    const reply = await call(summary, { ...north, token: await identity.token(claims) })
    expect(await said(reply)).toMatchObject({ status: 401, code: 'bad-credentials', reason })
    expect(reply.text).not.toContain(`"${reason}"`)
  }
  const elsewhere = await createProver('https://another-relay.example')
  const stranger = await createProver(relayOrigin)
  expect(await said(await call(summary, { ...north, prover: stranger }))).toMatchObject({
    code: 'not-admitted',
    user: `key:${stranger.thumbprint}`,
  })
  const other = await world.another({ users: { keys: [elsewhere.thumbprint] } })
  const { code } = await call(summary, { ...north, prover: elsewhere }, other)
  expect(code).toBe('bad-credentials')
  await expect.poll(() => other.output()).toContain('"reason":"htu"')

  const wrong = await world.another({}, { SELL_SECRET: 'not-the-secret-of-this-app' })
  const { refresh_token = '' } = await world.signIn()
  await call('/oauth/sell/token', { form: { grant_type: 'refresh_token', refresh_token } }, wrong)
  await expect
    .poll(() => wrong.output())
    .toMatch(/"level":"error","event":"request".*"status":401.*"upstream":"invalid_client"/)
})

it('tells where it listens', async () => {
  world = await startWorld('node')
  const [line = ''] = world.relay.output().split('\n')
  const port = (address = '') => Number(new URL(address).port)
  expect(JSON.parse(line)).toMatchObject({
    event: 'start',
    host: '127.0.0.1',
    port: port(world.relay.address),
    operationsPort: port(world.relay.operations),
  })
})

it('waits with its end for whoever reads its log slowly, and loses no line', async () => {
  world = await startWorld('node')
  const { child } = world.relay
  const { stdout } = child ?? {}
  let text = ''
  stdout?.on('data', part => {
    text += part
  })
  stdout?.pause()
  // More than a pipe holds.
  const long = 'x'.repeat(6_000)
  for (let count = 0; count < 100; count += 1) await world.call(`/api/sellytics/data/v1/${long}`, north)
  const ended = new Promise<number | null>(resolve => child?.once('exit', resolve))
  const closed = new Promise(resolve => stdout?.once('close', resolve))
  child?.kill('SIGTERM')
  // One that does not wait is gone a second after its last request.
  expect(await Promise.race([ended, delay(2_000, 'it waits')])).toBe('it waits')
  stdout?.resume()
  expect(await ended).toBe(0)
  await closed
  const lines = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.filter(({ event }) => event === 'audit')).toHaveLength(100)
  expect(lines.at(-1)).toMatchObject({ event: 'stop' })
})
