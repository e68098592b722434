import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Miniflare } from 'miniflare'
import { build, type Rollup } from 'vite'
import { type Identity, startIdentity } from '../test/relay/identity'
import { type Runtime, runtimes, startRelay } from '../test/relay/runtimes'

// npm run relay:bench                    requests per second against a bare forward on the same runtime, and memory
// npm run relay:bench -- --rounds 20     more rounds
// npm run relay:bench -- --requests 0    without the fifty thousand requests

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '1.5' },
    requests: { type: 'string', default: '50000' },
  },
})
const atOnce = 32
const path = '/api/sellytics/data/v1/summary'
const children: ChildProcess[] = []

/** Starts one of the small servers; gives its address, which it prints. */
async function started(file: string, ...args: string[]): Promise<{ address: string; pid?: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  return { address: `http://127.0.0.1:${line}`, pid: child.pid }
}

/** Keeps so many requests open until `isOver`; gives how many were answered with 200. Any other answer ends the run. */
async function ask(address: string, headers: Record<string, string>, isOver: (count: number) => boolean) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  let count = 0
  const one = () =>
    new Promise<void>((resolve, reject) => {
      request(`${address}${path}`, { agent, headers }, response => {
        response.resume()
        response.once('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`An answer of ${response.statusCode}`)),
        )
      })
        .once('error', reject)
        .end()
    })
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

type Rate = { perSecond: number; processor: number }

/** Requests per second, and microseconds of processor time for each, where there is a process of its own. */
async function rateOf(address: string, headers: Record<string, string>, pid?: number): Promise<Rate> {
  const start = performance.now()
  const before = processorOf(pid)
  const count = await ask(address, headers, () => performance.now() - start > Number(values.seconds) * 1000)
  return {
    perSecond: (count * 1000) / (performance.now() - start),
    processor: ((processorOf(pid) - before) * 1000) / count,
  }
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** The middle of the ratios, and between which bounds it is with 95 %, by drawing again (bootstrap). */
function interval(ratios: number[]): { ratio: number; low: number; high: number } {
  const drawn = Array.from({ length: 2_000 }, () =>
    median(ratios.map(() => ratios[Math.floor(Math.random() * ratios.length)] ?? 0)),
  ).toSorted((a, b) => a - b)
  return { ratio: median(ratios), low: drawn[49] ?? 0, high: drawn[1_949] ?? 0 }
}

/** Milliseconds of processor time that a process has had; a hundredth of a second is what the system counts in. */
const processorOf = (pid: number | undefined) => {
  if (pid === undefined) return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const kibibytesOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

function configOf(upstream: string, { issuer, jwks, audience }: Identity) {
  const endpoints = { token: `${upstream}/token` }
  const key = { label: 'North', clientId: 'north', clientSecret: { env: 'NORTH' }, users: 'everybody' }
  return {
    version: 1,
    origin: audience,
    listen: { port: 0 },
    operations: { port: 0 },
    users: { issuer: { issuer, audience, jwks } },
    perMinute: { calls: 1_000_000 },
    providers: [{ id: 'sellytics', keys: [key], endpoints, api: [`${upstream}/data/v1/`] }],
  }
}

async function measure(runtime: Runtime, upstream: string, identity: Identity): Promise<void> {
  const relay = await startRelay(
    runtime,
    configOf(upstream, identity),
    { NORTH: 'the-secret-of-north' },
    {
      // Whoever asks is measured with what is asked, and must not be busy with reading logs.
      isQuiet: true,
    },
  )
  const worker = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'control.js', contents: await bundled('test/relay/bench/control-worker.ts') },
    ],
    compatibilityDate: '2026-04-01',
    bindings: { UPSTREAM: upstream, TOKEN: 'a'.repeat(900) },
    port: 0,
  })
  const control =
    runtime === 'node'
      ? await started('test/relay/bench/control.ts', upstream, 'a'.repeat(900))
      : { address: (await worker.ready).origin }
  const headers = { 'dealpass-relay': '1', authorization: `Bearer ${await identity.token({ exp: 4e9 })}` }
  const relayed = { address: relay.address, pid: relay.child?.pid }
  await Promise.all([rateOf(control.address, headers), rateOf(relayed.address, headers)])
  const rates: { control: Rate; relay: Rate }[] = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const rate = { control: { perSecond: 0, processor: 0 }, relay: { perSecond: 0, processor: 0 } }
    const order = [
      ['control', control],
      ['relay', relayed],
    ] as const
    // Each goes first as often as the other.
    for (const [name, { address, pid }] of round % 2 ? order.toReversed() : order)
      rate[name] = await rateOf(address, headers, pid)
    rates.push(rate)
  }
  const { ratio, low, high } = interval(rates.map(one => one.relay.perSecond / one.control.perSecond))
  const middle = (name: 'control' | 'relay', what: keyof Rate) =>
    median(rates.map(rate => rate[name][what])).toFixed(0)
  console.log(
    `${runtime}: relay ${middle('relay', 'perSecond')}, bare forward ${middle('control', 'perSecond')} requests per second; ` +
      `${ratio.toFixed(3)} × (${low.toFixed(3)} to ${high.toFixed(3)})` +
      (runtime === 'node'
        ? `; processor ${middle('relay', 'processor')} and ${middle('control', 'processor')} µs each`
        : ''),
  )
  const { child } = relay
  if (child?.pid && Number(values.requests) > 0) {
    const tenth = Number(values.requests) / 10
    const sizes: number[] = []
    for (let part = 0; part < 10; part += 1) {
      await ask(relay.address, headers, count => count >= tenth)
      sizes.push(kibibytesOf(child.pid))
    }
    console.log(
      `memory after each ${tenth} requests, MiB: ${sizes.map(size => (size / 1024).toFixed(0)).join(' ')}`,
    )
  }
  await relay.stop()
  await worker.dispose()
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
try {
  const { address } = await started('test/relay/bench/upstream.ts')
  for (const runtime of runtimes) await measure(runtime, address, identity)
} finally {
  for (const child of children) child.kill()
  await identity.stop()
}
