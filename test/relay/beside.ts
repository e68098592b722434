import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '../sandbox/sandbox'
import { clients } from '../sandbox/setup'
import { freePort, relayConfig, relaySecrets } from './config'
import { type Running, startRelay } from './runtimes'

/** A company's relay between a browser and the sandbox, run by its command. */
export type RelayBeside = {
  /** The file with the keys that it admits is written by its own command. Throws what that says. */
  admit(thumbprint: string): void
  /** All that it has written to its outputs. */
  output(): string
  stop(): Promise<void>
  /** Starts it again after `stop`, as it was; what is given changes its configuration. */
  start(change?: object): Promise<void>
  /** Stops it for good. */
  end(): Promise<void>
}

/** What no extension may have where a company has a relay. */
export const companySecrets = [
  clients.sell,
  clients.sellsn,
  clients.sellyticsNorth,
  clients.sellyticsSouth,
].map(({ secret }) => ({ kind: 'client secret', owner: 'the company', value: secret }))

/** The pinned id, by which its redirect addresses are known. */
const extension = 'oafpccagbpfogdomgmaejahnckbcofcl'
export const redirectInChromium = (provider: string) => `https://${extension}.chromiumapp.org/${provider}`

/**
 * Starts the built relay for the sandbox, which needs `loopback`, and leads the relay's host to it. It knows people by
 * their keys, and so far none; of extensions in Chromium it lets the pinned one call. `redirectUri` is where people are
 * sent back to.
 */
export async function startRelayBeside(
  sandbox: Sandbox,
  redirectUri = redirectInChromium,
): Promise<RelayBeside> {
  const back = { sell: redirectUri('sell'), salesos: redirectUri('salesos') }
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'dealpass-admitted-'))
  const users = { keysFile: join(folder, 'admitted.json') }
  const outputs: string[] = []
  let relay: Running | undefined
  const start: RelayBeside['start'] = async (change = {}) => {
    const usual = relayConfig(sandbox, { users, southUsers: 'everybody', back })
    const operations = { port: await freePort() }
    const config = { ...usual, extensions: [extension], listen: { port }, operations, ...change }
    relay = await startRelay('node', config, relaySecrets)
    sandbox.set('relay', { port })
  }
  const stop = async () => {
    if (!relay) return
    await relay.stop()
    outputs.push(relay.output())
    relay = undefined
  }
  await start()
  return {
    admit: thumbprint => relay && admit(relay, thumbprint),
    output: () => [...outputs, relay?.output() ?? ''].join('\n'),
    start,
    stop,
    end: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function admit({ folder }: Running, thumbprint: string): void {
  const args = ['dist/relay/relay.js', 'admit', thumbprint, 'a test', '--config', join(folder, 'relay.json')]
  const env = { ...process.env, ...relaySecrets }
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  if (status !== 0) throw new Error(stderr)
}
