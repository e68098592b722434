import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Miniflare } from 'miniflare'

/** Where a relay runs. */
export type Runtime = 'node' | 'workerd'

/** Those to test on; `DEALPASS_RUNTIMES` names fewer. */
export const runtimes = (process.env.DEALPASS_RUNTIMES?.split(' ') ?? ['node', 'workerd']) as Runtime[]

/** A relay that runs, as it is built. */
export type Running = {
  /** Where it is reached. */
  address: string
  /** Where its operations are; none on a serverless platform. */
  operations: string | undefined
  /** Everything that it has written to its outputs. */
  output(): string
  /** The folder with its configuration and secrets. */
  folder: string
  /** The process, where there is one of its own. */
  child: ChildProcess | undefined
  stop(): Promise<number | null>
}

const folderOfRelay = process.env.DEALPASS_RELAY_FOLDER ?? 'dist/relay'
/** The built relay. */
export const relayFile = (runtime: Runtime) =>
  join(folderOfRelay, runtime === 'node' ? 'relay.js' : 'worker.js')

/** Starts the built relay with a configuration and the secrets that it names by `env`. `isQuiet` keeps none of its output. */
export function startRelay(
  runtime: Runtime,
  config: object,
  secrets: Record<string, string>,
  { isQuiet = false } = {},
): Promise<Running> {
  if (!existsSync(relayFile(runtime)))
    throw new Error('There is no relay in dist/relay: build it first with `npm run build`.')
  return runtime === 'node' ? startOnNode(config, secrets, isQuiet) : startOnWorkerd(config, secrets, isQuiet)
}

async function startOnNode(
  config: object,
  secrets: Record<string, string>,
  isQuiet: boolean,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'dealpass-relay-'))
  const path = join(folder, 'relay.json')
  writeFileSync(path, JSON.stringify(config))
  const child = spawn(process.execPath, [relayFile('node'), '--config', path], {
    env: { ...process.env, ...secrets },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let isStarted = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const started = new Promise<number>((resolve, reject) => {
    child.once('exit', code => reject(new Error(`The relay ended with ${code}:\n${output}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!isStarted || !isQuiet) output += text
      const [, port] = (!isStarted && /"event":"start".*?"port":(\d+)/.exec(output)) || []
      if (port === undefined) return
      isStarted = true
      resolve(Number(port))
    })
  })
  const port = await started
  const { operations } = config as { operations: { port: number } }
  return {
    address: `http://127.0.0.1:${port}`,
    operations: `http://127.0.0.1:${operations.port}`,
    output: () => output,
    folder,
    child,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
      return child.exitCode
    },
  }
}

async function startOnWorkerd(
  config: object,
  secrets: Record<string, string>,
  isQuiet: boolean,
): Promise<Running> {
  let output = ''
  const folder = mkdtempSync(join(tmpdir(), 'dealpass-relay-'))
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: readFileSync(relayFile('workerd'), 'utf8') }],
    compatibilityDate: '2026-04-01',
    host: '127.0.0.1',
    port: 0,
    bindings: { DEALPASS_RELAY: JSON.stringify(config), ...secrets },
    handleRuntimeStdio: (out: Readable, err: Readable) => {
      for (const stream of [out, err])
        stream.setEncoding('utf8').on('data', (text: string) => {
          if (!isQuiet) output += text
        })
    },
  })
  const { port } = await miniflare.ready
  return {
    address: `http://127.0.0.1:${port}`,
    operations: undefined,
    output: () => output,
    folder,
    child: undefined,
    stop: async () => {
      await miniflare.dispose()
      rmSync(folder, { recursive: true, force: true })
      return 0
    },
  }
}
