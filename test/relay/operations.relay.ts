import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { relayOrigin } from './config'
import { createProver } from './prover'
import { relayFile } from './runtimes'
import { startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }

let folder: string
let world: World | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dealpass-relay-'))
})
afterEach(async () => {
  world?.expectNoSecretOut()
  await world?.stop()
  world = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the built command to its end. */
function relay(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [relayFile('node'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 20_000,
  })
  return { status, stdout, stderr }
}

const key = randomBytes(32).toString('base64')
const least = () => ({
  version: 1,
  origin: relayOrigin,
  users: { keysFile: join(folder, 'admitted.json') },
  sealing: [{ id: 'one', key: { env: 'KEY' } }],
  providers: [
    {
      id: 'sell',
      clientId: clients.sell.id,
      clientSecret: { file: join(folder, 'sell-secret') },
      redirects: ['https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/sell'],
    },
  ],
})

function write(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

it('names every fault of a configuration at once, without a value, and runs nothing', () => {
  const config = write('relay.json', {
    ...least(),
    version: 2,
    origin: 'http://relay.acme.example',
    extra: true,
    providers: [{ id: 'sell', clientId: clients.sell.id, clientSecret: 'written-into-the-file' }],
    perMinute: { tokens: 0 },
  })
  const { status, stdout, stderr } = relay(['--config', config])
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  for (const path of ['version', 'origin', 'extra', 'providers[0].clientSecret', 'perMinute.tokens'])
    expect(stderr).toContain(`  ${path} `)
  expect(stderr).not.toContain('written-into-the-file')
})

it('names what parts do not mean together, and secrets that are not where they should be', () => {
  const config = write('relay.json', {
    ...least(),
    users: {},
    sealing: [
      { id: 'one', key: { env: 'NO_SUCH_KEY' } },
      { id: 'one', key: { env: 'SHORT_KEY' } },
    ],
    providers: [
      ...least().providers,
      { id: 'sell', clientId: 'x' },
      { id: 'unknown', clientId: 'x', clientSecret: { env: 'KEY' } },
      { id: 'sellsn', clientId: 'x', clientSecret: { env: 'KEY' }, grants: ['revocation'] },
      { id: 'salesos', clientId: 'x', clientSecret: { env: 'KEY' } },
    ],
  })
  const { status, stderr } = relay(['check', '--config', config], { KEY: key, SHORT_KEY: 'c2hvcnQ=' })
  expect(status).toBe(1)
  for (const path of [
    'users',
    'sealing[0].key',
    'sealing[1].id',
    'sealing[1].key',
    'providers[0].clientSecret',
    'providers[1].id',
    'providers[1].clientSecret',
    'providers[2].id',
    'providers[3].grants',
    'providers[4].redirects',
  ])
    expect(stderr, path).toContain(`  ${path} `)
  expect(stderr).not.toContain(key)
})

it('takes its configuration from a variable, and says what is missing', () => {
  write('sell-secret', `${clients.sell.secret}\n`)
  const held = relay(['check'], { DEALPASS_RELAY: JSON.stringify(least()), KEY: key })
  expect(held).toEqual({ status: 0, stdout: '', stderr: 'The configuration holds.\n' })
  expect(relay(['check']).stderr).toContain('There is no configuration: --config FILE, or DEALPASS_RELAY.')
  expect(relay(['check', '--config', join(folder, 'none.json')]).status).toBe(1)
  expect(relay(['--nonsense']).status).toBe(2)
  expect(relay(['--help']).status).toBe(0)
})

it('admits keys by their thumbprint, while it runs', async () => {
  const keysFile = join(folder, 'admitted.json')
  world = await startWorld('node', { change: { users: { keysFile } } })
  const { prover } = world
  const asked = () => world?.call(summary, { ...north, prover })
  expect((await asked())?.code).toBe('not-admitted')
  const config = write('relay.json', { ...least(), users: { keysFile } })
  write('sell-secret', clients.sell.secret)
  expect(relay(['admit', 'nonsense', '--config', config], { KEY: key }).stderr).toContain('43 characters')
  expect(existsSync(keysFile)).toBe(false)
  const { status, stderr } = relay(['admit', prover.thumbprint, 'Mia’s', 'laptop', '--config', config], {
    KEY: key,
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: `${prover.thumbprint} may use the relay.\n` })
  expect((await asked())?.status).toBe(200)
  // Whoever runs the relay is not who admits keys, and has to be able to read it.
  expect(statSync(keysFile).mode & 0o777).toBe(0o644)
  chmodSync(keysFile, 0o640)
  const other = await createProver(relayOrigin)
  relay(['admit', other.thumbprint, '--config', config], { KEY: key })
  expect(JSON.parse(readFileSync(keysFile, 'utf8'))).toEqual({
    [prover.thumbprint]: 'Mia’s laptop',
    [other.thumbprint]: '',
  })
  expect(statSync(keysFile).mode & 0o777).toBe(0o640)
  expect((await world.call(summary, { ...north, prover: other })).status).toBe(200)
})

it('admits a key whose thumbprint begins like an option', () => {
  const keysFile = join(folder, 'admitted.json')
  const config = write('relay.json', { ...least(), users: { keysFile } })
  write('sell-secret', clients.sell.secret)
  const thumbprint = `-N${'x'.repeat(41)}`
  for (const args of [
    ['admit', thumbprint, 'Mia’s', '--config', config],
    ['admit', '--config', config, thumbprint, 'Mia’s'],
  ]) {
    rmSync(keysFile, { force: true })
    expect(relay(args, { KEY: key })).toMatchObject({ status: 0 })
    expect(JSON.parse(readFileSync(keysFile, 'utf8'))).toEqual({ [thumbprint]: 'Mia’s' })
  }
})

it('admits one key at a time, and loses none', async () => {
  const keysFile = join(folder, 'admitted.json')
  const config = write('relay.json', { ...least(), users: { keysFile } })
  write('sell-secret', clients.sell.secret)
  const thumbprints = Array.from({ length: 4 }, (_, index) => `${index}${'x'.repeat(42)}`)
  const codes = await Promise.all(
    thumbprints.map(async thumbprint => {
      const args = [relayFile('node'), 'admit', thumbprint, '--config', config]
      const child = spawn(process.execPath, args, { env: { ...process.env, KEY: key }, stdio: 'ignore' })
      const [code] = await once(child, 'exit')
      return code
    }),
  )
  const admitted = thumbprints.filter((_, index) => codes[index] === 0)
  expect(admitted.length).toBeGreaterThan(0)
  const before = readFileSync(keysFile, 'utf8')
  expect(Object.keys(JSON.parse(before)).sort()).toEqual(admitted)

  write('admitted.json.new', '')
  const refused = relay(['admit', `9${'x'.repeat(42)}`, '--config', config], { KEY: key })
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain(`remove ${keysFile}.new`)
  expect(readFileSync(keysFile, 'utf8')).toBe(before)
  rmSync(`${keysFile}.new`)
  write('admitted.json', 'torn')
  expect(relay(['admit', `9${'x'.repeat(42)}`, '--config', config], { KEY: key }).status).toBe(1)
  expect(existsSync(`${keysFile}.new`)).toBe(false)
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

it('stops when nobody reads its log any more', async () => {
  world = await startWorld('node')
  const { child } = world.relay
  const ended = new Promise<number | null>(resolve => child?.once('exit', resolve))
  child?.stdout?.destroy()
  await world.call(summary, north)
  // The first line after that tells it.
  expect(await ended).toBe(1)
})
