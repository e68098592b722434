import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { Miniflare } from 'miniflare'
import { build, type Rollup } from 'vite'
import { type Identity, startIdentity } from '../test/relay/identity'
import { createProver, type Prover } from '../test/relay/prover'
import { type Runtime, runtimes, startRelay } from '../test/relay/runtimes'

// npm run relay:bench                    requests per second against two forwards on the same runtime, and memory
// npm run relay:bench -- --rounds 20     more rounds
// npm run relay:bench -- --requests 0    without the fifty thousand requests

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '24' },
    seconds: { type: 'string', default: '1' },
    requests: { type: 'string', default: '50000' },
  },
})
const atOnce = 32
const path = '/api/sellytics/data/v1/summary'

type Server = { address: string; stop(): Promise<void> }

/** Starts one of the small servers, which prints its port; gives its address. */
async function started(file: string, ...args: string[]): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const [port] = await once(lines, 'line')
  // Nobody may wait for a full pipe.
  lines.close()
  child.stdout.resume()
  return {
    address: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill()
      await ended
    },
  }
}

/** Starts the two forwards that the relay is measured against. */
async function startControl(runtime: Runtime, upstream: string): Promise<Server> {
  const token = 'a'.repeat(900)
  if (runtime === 'node') return started('test/relay/bench/control.ts', upstream, token)
  const path = 'control.js'
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path, contents: await bundled('test/relay/bench/control-worker.ts') }],
    compatibilityDate: '2026-04-01',
    bindings: { UPSTREAM: upstream, TOKEN: token },
    handleRuntimeStdio: (...streams: Readable[]) => {
      for (const stream of streams) stream.resume()
    },
    port: 0,
  })
  return { address: (await worker.ready).origin, stop: () => worker.dispose() }
}

/** Keeps so many requests open until `isOver`; gives how many were answered with 200. Any other answer ends the run. */
async function ask(address: string, headersOf: Headers, isOver: (count: number) => boolean) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  let count = 0
  const one = async () => {
    const headers = await headersOf(`${address}${path}`)
    await new Promise<void>((resolve, reject) => {
      request(`${address}${path}`, { agent, headers }, response => {
        response.resume()
        response.once('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`An answer of ${response.statusCode}`)),
        )
      })
        .once('error', reject)
        .end()
    })
  }
  const asker = async () => {
    while (!isOver(count)) {
      await one()
      count += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, asker))
  agent.destroy()
  return count
}

/** The headers of one request, by its address. */
type Headers = (address: string) => Record<string, string> | Promise<Record<string, string>>
type Rate = { perSecond: number; processor: number }

/** Requests per second, and microseconds of processor time for each. */
async function rateOf(address: string, headers: Headers, pid?: number): Promise<Rate> {
  const start = performance.now()
  const before = processorOf(pid)
  const count = await ask(address, headers, () => performance.now() - start > Number(values.seconds) * 1000)
  return {
    perSecond: (count * 1000) / (performance.now() - start),
    processor: ((processorOf(pid) - before) * 1000) / count,
  }
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const turned = <T>(list: readonly T[], by: number) =>
  list.map((_, index) => list[(index + by) % list.length] as T)

/** The geometric mean of the ratios, and between which bounds it is with 95 %, by drawing again (bootstrap). */
function interval(ratios: number[]): { ratio: number; low: number; high: number } {
  const mean = (list: number[]) => Math.exp(list.reduce((sum, one) => sum + Math.log(one), 0) / list.length)
  const drawn = Array.from({ length: 2_000 }, () =>
    mean(ratios.map(() => ratios[Math.floor(Math.random() * ratios.length)] ?? 0)),
  ).toSorted((a, b) => a - b)
  return { ratio: mean(ratios), low: drawn[49] ?? 0, high: drawn[1_949] ?? 0 }
}

/** The processes that this one has started. */
const ownChildren = () => readFileSync('/proc/thread-self/children', 'utf8').trim().split(' ').map(Number)

/** Does something that starts a process; gives what came of it, and the process. */
async function seen<T>(start: () => Promise<T>): Promise<T & { pid: number | undefined }> {
  const before = ownChildren()
  const result = await start()
  return { ...result, pid: ownChildren().find(pid => !before.includes(pid)) }
}

/** Milliseconds of processor time that a process has had; a hundredth of a second is what the system counts in. */
const processorOf = (pid: number | undefined) => {
  if (pid === undefined) return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const kibibytesOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

function configOf(upstream: string, { issuer, jwks, audience }: Identity, { thumbprint }: Prover) {
  const endpoints = { token: `${upstream}/token` }
  const key = { label: 'North', clientId: 'north', clientSecret: { env: 'NORTH' }, users: 'everybody' }
  return {
    version: 1,
    origin: audience,
    listen: { port: 0 },
    operations: { port: 0 },
    users: { issuer: { issuer, audience, jwks }, keys: [thumbprint] },
    perMinute: { calls: 1_000_000 },
    providers: [{ id: 'sellytics', keys: [key], endpoints, api: [`${upstream}/data/v1/`] }],
  }
}

async function measure(runtime: Runtime, upstream: string, identity: Identity): Promise<void> {
  // Whoever asks is measured with what is asked, and must not be busy with keeping logs.
  const options = { isQuiet: true }
  const prover = await createProver(identity.audience)
  const relay = await seen(() =>
    startRelay(runtime, configOf(upstream, identity, prover), { NORTH: 'the-secret-of-north' }, options),
  )
  const control = await seen(() => startControl(runtime, upstream))
  const bearing = { 'dealpass-relay': '1', authorization: `Bearer ${await identity.token({ exp: 4e9 })}` }
  const byToken: Headers = () => bearing
  const byProof: Headers = async url => ({
    'dealpass-relay': '1',
    dpop: await prover.proof({ method: 'GET', url }),
  })
  const asked = {
    relay: { address: relay.address, pid: relay.pid, headers: byToken },
    bare: { address: `${control.address}/bare`, pid: control.pid, headers: byToken },
    duties: { address: `${control.address}/duties`, pid: control.pid, headers: byToken },
  }
  const names = ['relay', 'bare', 'duties'] as const
  for (const name of names) await rateOf(asked[name].address, asked[name].headers)
  const rates = { relay: [] as Rate[], bare: [] as Rate[], duties: [] as Rate[] }
  for (let round = 0; round < Number(values.rounds); round += 1)
    // Each goes first, and behind each other one, as often as the others.
    for (const name of turned(round % 2 ? names.toReversed() : names, round))
      rates[name].push(await rateOf(asked[name].address, asked[name].headers, asked[name].pid))
  for (const name of names) {
    const perSecond = median(rates[name].map(rate => rate.perSecond)).toFixed(0)
    const processor = median(rates[name].map(rate => rate.processor)).toFixed(0)
    const { ratio, low, high } = interval(
      rates.relay.map((rate, round) => rate.perSecond / (rates[name][round]?.perSecond ?? 0)),
    )
    console.log(
      `${runtime}, ${name}: ${perSecond} requests per second, ${processor} µs of processor each` +
        (name === 'relay'
          ? ''
          : `; the relay ${ratio.toFixed(3)} × (${low.toFixed(3)} to ${high.toFixed(3)})`),
    )
  }
  // By themselves: what is remembered of them would weigh on the relay alone.
  const proofs = await rateOf(relay.address, byProof, relay.pid)
  console.log(
    `${runtime}, relay by proofs: ${proofs.perSecond.toFixed(0)} requests per second, ${proofs.processor.toFixed(0)} µs each`,
  )
  const { child } = relay
  if (child?.pid && Number(values.requests) > 0) {
    const tenth = Number(values.requests) / 10
    const sizes: number[] = []
    for (let part = 0; part < 10; part += 1) {
      await ask(relay.address, byToken, count => count >= tenth)
      sizes.push(kibibytesOf(child.pid))
    }
    console.log(
      `memory after each ${tenth} requests, MiB: ${sizes.map(size => (size / 1024).toFixed(0)).join(' ')}`,
    )
  }
  await relay.stop()
  await control.stop()
}

/** A module with all that it imports. */
async function bundled(entry: string): Promise<string> {
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: entry, write: false, target: 'es2022' },
  })) as Rollup.RollupOutput
  return output[0].code
}

const identity = await startIdentity('https://relay.acme.example')
const upstream = await started('test/relay/bench/upstream.ts')
try {
  for (const runtime of runtimes) await measure(runtime, upstream.address, identity)
} finally {
  await upstream.stop()
  await identity.stop()
}
