import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { key, relay, withFolder } from './command'
import { relayOrigin } from './config'
import { createProver } from './prover'
import { relayFile } from './runtimes'
import { startWorld, type World } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }

let world: World | undefined
afterEach(async () => {
  world?.expectNoSecretOut()
  await world?.stop()
  world = undefined
})
const { least, pathOf, write } = withFolder()

it('admits keys by their thumbprint, while it runs', async () => {
  const keysFile = pathOf('admitted.json')
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
  const keysFile = pathOf('admitted.json')
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
  const keysFile = pathOf('admitted.json')
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

it('lists keys and takes them back, where none of the secrets is', async () => {
  const config = write('relay.json', least())
  const keysFile = pathOf('admitted.json')
  const [one, two] = ['1', '2'].map(digit => digit + 'x'.repeat(42)) as [string, string]
  for (const thumbprint of [one, two])
    expect(relay(['admit', thumbprint, 'Mia', '--config', config]).status).toBe(0)
  expect(relay(['list', '--config', config]).stdout).toBe(`${one} Mia\n${two} Mia\n`)
  expect(relay(['dismiss', one, '--config', config]).stderr).toBe(`${one} may not use the relay any more.\n`)
  expect(JSON.parse(readFileSync(keysFile, 'utf8'))).toEqual({ [two]: 'Mia' })
  expect(relay(['dismiss', one, '--config', config])).toMatchObject({ status: 1 })
  const elsewhere = write('relay.json', { ...least(), users: { keysFile: pathOf('none/x.json') } })
  expect(relay(['admit', one, '--config', elsewhere]).stderr).toContain('Its folder has to be there')
})

it('lets nobody in by a list that was, while the list is none', async () => {
  const keysFile = pathOf('admitted.json')
  world = await startWorld('node', { change: { users: { keysFile } } })
  const { prover, call } = world
  write('admitted.json', { [prover.thumbprint]: 'Mia' })
  expect((await call(summary, { ...north, prover })).status).toBe(200)
  write('admitted.json', `{"${prover.thumbprint}": "Mia", torn`)
  expect(await call(summary, { ...north, prover })).toMatchObject({ status: 503, code: 'keys-unreadable' })
  write('admitted.json', { [prover.thumbprint]: 'Mia, again' })
  expect((await call(summary, { ...north, prover })).status).toBe(200)
  write('admitted.json', {})
  expect((await call(summary, { ...north, prover })).code).toBe('not-admitted')
})
