import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseSetup } from '../../src/providers/setup'
import { startSandbox } from '../sandbox/sandbox'
import { relay, withFolder } from './command'
import { relaySecrets } from './config'
import { writePracticeRelay } from './practice'

const { pathOf } = withFolder()

it('can be practised with: a configuration and a setup that hold, and no secret in either', async () => {
  const sandbox = await startSandbox({ loopback: true })
  await writePracticeRelay(sandbox, pathOf('practice'))
  await sandbox.stop()
  expect(relay(['check', '--config', pathOf('practice/relay.json')])).toMatchObject({ status: 0 })
  const setup = readFileSync(pathOf('practice/setup.json'), 'utf8')
  expect(parseSetup(setup)).toHaveProperty('setup')
  const both = setup + readFileSync(pathOf('practice/relay.json'), 'utf8')
  for (const secret of Object.values(relaySecrets)) expect(both).not.toContain(secret)
})
