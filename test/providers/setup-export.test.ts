import { describe, expect, it } from 'vitest'
import { parseSetup } from '../../src/providers/setup'
import { exportSetup } from '../../src/providers/setup-export'
import { secretsOfSetup, viewOfSetup } from '../../src/providers/setup-view'
import { relayedSetup, sandboxSetup } from '../sandbox/setup'

const whole = {
  ...sandboxSetup({ all: true }),
  sites: [
    { origin: 'https://crm.example', provider: 'sell', scopes: ['read'], use: 'fetch', access: 'read' },
  ],
  rules: { maxLeaseMinutes: 30, flows: ['implicit', 'authorization_code', 'client_credentials', 'exchange'] },
}

function imported(text: string, isKnown?: (provider: string, clientId: string) => boolean) {
  const parsed = parseSetup(text, isKnown)
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.setup
}

const setup = imported(JSON.stringify(whole))
const secrets = secretsOfSetup(setup)
const isKnown = (provider: string, clientId: string) =>
  secrets.some(one => one.provider === provider && one.clientId === clientId)

describe('exportSetup', () => {
  it('gives no secret away', () => {
    const text = exportSetup(viewOfSetup(setup))
    expect(secrets).toHaveLength(3)
    for (const { secret } of secrets) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/clientSecret|hasSecret|isRetired/)
  })

  it('gives a file that the same browser takes again, and that means the same', () => {
    const text = exportSetup(viewOfSetup(setup))
    expect(viewOfSetup(imported(text, isKnown), isKnown)).toEqual(viewOfSetup(setup))
    expect(text.endsWith('\n')).toBe(true)
  })

  it('gives a setup with a relay as it was, which is whole everywhere', () => {
    const { providers } = relayedSetup('https://relay.acme.example')
    const view = viewOfSetup(imported(JSON.stringify({ version: 1, providers })))
    expect(JSON.parse(exportSetup(view)).providers).toEqual(providers)
    expect(viewOfSetup(imported(exportSetup(view)))).toEqual(view)
  })

  it('gives a file to which another browser says which secrets are missing', () => {
    const parsed = parseSetup(exportSetup(viewOfSetup(setup)))
    expect('faults' in parsed && parsed.faults.map(({ path }) => path)).toEqual([
      'providers[2].keys[0].clientSecret',
      'providers[2].keys[1].clientSecret',
      'providers[3].clientSecret',
    ])
  })

  it('leaves out what is not there, and providers that are there for their connections alone', () => {
    const view = viewOfSetup(
      imported(JSON.stringify({ version: 1, providers: [{ id: 'sell', clientId: 'x' }] })),
    )
    const retired = { acme: { name: 'Acme', clientId: 'y', isRetired: true as const } }
    expect(JSON.parse(exportSetup({ ...view, providers: { ...view.providers, ...retired } }))).toEqual({
      version: 1,
      providers: [{ id: 'sell', clientId: 'x' }],
    })
  })
})
