import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { mistakes } from '../test/relay/mistakes'
import { relayFolder } from './relay-build'

// npm run relay:prove               the relay with a mistake each, on Node: fails where its test does not find one
// npm run relay:prove -- redirect   mistakes whose words fit

const root = resolve(import.meta.dirname, '..')
const built = readFileSync(join(root, relayFolder, 'relay.js'), 'utf8')
const wanted = process.argv.slice(2).join(' ')

function isFound(name: string, folder: string): boolean {
  const { from, to, found } = mistakes[name] ?? { from: '', to: '', found: ['', ''] }
  if (built.split(from).length !== 2) {
    console.log(`${name}: its place is there ${built.split(from).length - 1} times`)
    return false
  }
  writeFileSync(
    join(folder, 'relay.js'),
    built.replace(from, () => to),
  )
  const [file, test] = found
  const { status, stdout } = spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--config', 'vitest.relay.config.ts', file, '-t', test, '--reporter=json'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, DEALPASS_RELAY_FOLDER: folder, DEALPASS_RUNTIMES: 'node' },
    },
  )
  const { numFailedTests = 0, numPassedTests = 0 } = JSON.parse(/^\{.*\}$/ms.exec(stdout)?.[0] ?? '{}')
  const isRed = status !== 0 && numFailedTests > 0
  console.log(`${name}: ${isRed ? 'red' : 'NOT FOUND'} (${numFailedTests} failed, ${numPassedTests} passed)`)
  return isRed
}

const folder = mkdtempSync(join(tmpdir(), 'dealpass-relay-'))
const names = Object.keys(mistakes).filter(name => name.includes(wanted))
const results = names.map(name => isFound(name, folder))
rmSync(folder, { recursive: true, force: true })
console.log(`${results.filter(Boolean).length} of ${names.length} mistakes found`)
process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1
