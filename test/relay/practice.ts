import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { practiceSetup, relayedSetup, type Sandbox } from '../sandbox/sandbox'
import { redirectInChromium } from './beside'
import { relayConfig, relaySecrets } from './config'

const origin = 'http://127.0.0.1:8787'

/**
 * Writes what practice with a relay by hand needs into a folder: `relay.json`, a file for each secret beside it, and `setup.json`,
 * which leads three of the providers through it. The sandbox has to be open on loopback.
 */
export async function writePracticeRelay(sandbox: Sandbox, folder: string): Promise<void> {
  const whole = resolve(folder)
  await mkdir(join(whole, 'secrets'), { recursive: true })
  const back = { sell: redirectInChromium('sell'), salesos: redirectInChromium('salesos') }
  const users = { keysFile: join(whole, 'admitted.json') }
  const usual = relayConfig(sandbox, { users, southUsers: 'everybody', back })
  const { listen: _, ...config } = { ...usual, origin, perMinute: undefined }
  // Where the tests' relay is given variables, a person has files.
  const placed = JSON.stringify(config, null, 2).replace(
    /"env": "(\w+)"/g,
    (_match, name: string) => `"file": ${JSON.stringify(join(whole, 'secrets', name))}`,
  )
  await writeFile(join(whole, 'relay.json'), `${placed}\n`)
  for (const [name, value] of Object.entries(relaySecrets))
    await writeFile(join(whole, 'secrets', name), `${value}\n`, { mode: 0o600 })
  const { providers: moved, ...setup } = practiceSetup(sandbox)
  const places = moved as unknown as Record<string, unknown>[]
  const providers = relayedSetup(origin).providers.map(entry => {
    const { issuer, endpoints, api } = places.find(({ id }) => id === entry.id) ?? {}
    return { ...entry, issuer, endpoints, api }
  })
  await writeFile(join(whole, 'setup.json'), `${JSON.stringify({ ...setup, providers }, null, 2)}\n`)
}
