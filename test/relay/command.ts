import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { clients } from '../sandbox/setup'
import { relayOrigin } from './config'
import { relayFile } from './runtimes'

/** A key to seal with. */
export const key = randomBytes(32).toString('base64')

/** Runs the built command to its end. */
export function relay(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [relayFile('node'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 20_000,
  })
  return { status, stdout, stderr }
}

/** A folder for each test, and what a configuration in it has at least. */
export function withFolder() {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dealpass-relay-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const pathOf = (name: string) => join(folder, name)
  return {
    pathOf,
    write(name: string, content: unknown): string {
      writeFileSync(pathOf(name), typeof content === 'string' ? content : JSON.stringify(content))
      return pathOf(name)
    },
    least: () => ({
      version: 1,
      origin: relayOrigin,
      users: { keysFile: pathOf('admitted.json') },
      sealing: [{ id: 'one', key: { env: 'KEY' } }],
      providers: [
        {
          id: 'sell',
          clientId: clients.sell.id,
          clientSecret: { file: pathOf('sell-secret') },
          redirects: ['https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/sell'],
        },
      ],
    }),
  }
}
