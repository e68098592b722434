import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSetup } from '../../src/providers/setup'
import { holds } from './form'

/** A setup with something of everything. */
const whole = {
  version: 1,
  organisation: { name: 'Example', supportContact: 'it@example.com' },
  providers: [
    {
      id: 'sell',
      clientId: 'a',
      clientSecret: 's',
      flow: 'implicit',
      scopes: ['read'],
      allowImplicitRefresh: true,
    },
    { id: 'salesos', clientId: 'd', keys: [{ label: 'Reports', clientId: 'k', clientSecret: 's' }] },
    {
      id: 'acme',
      name: 'Acme',
      clientId: 'b',
      clientSecret: 'c',
      clientAuth: 'post',
      flow: 'authorization_code',
      scopes: ['read', 'openid'],
      audience: 'https://api.acme.example',
      issuer: 'https://auth.acme.example',
      endpoints: {
        authorization: 'https://auth.acme.example/authorize',
        token: 'https://auth.acme.example/token',
        revocation: 'https://auth.acme.example/revoke',
      },
      api: ['https://api.acme.example/'],
    },
  ],
  sites: [
    { origin: 'https://crm.example', provider: 'acme', scopes: ['read'], use: 'fetch', access: 'read' },
  ],
  rules: {
    maxLeaseMinutes: 30,
    userSites: true,
    privateAddresses: ['https://10.0.0.1'],
  },
}

/** Every place of a value, as the keys that lead there. */
function placesIn(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))]
}

function changed(value: unknown, [key, ...rest]: string[], to: unknown): unknown {
  if (key === undefined) return to
  const copy = Array.isArray(value) ? [...value] : { ...Object(value) }
  const inner = changed(Object(value)[key], rest, to)
  if (inner === undefined && !Array.isArray(copy)) delete copy[key]
  else
    Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true })
  return copy
}

const mark = 'zq7'
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string().map(text => mark + text),
  fc.webUrl().map(url => `${url}/${mark}`),
  fc.constantFrom(
    'http://127.0.0.1/',
    'https://[::1]/',
    'https://a.example',
    'javascript:0',
    '__proto__',
    0,
    -1,
    1e99,
  ),
  fc.constantFrom('sell', 'acme', 'constructor', 'client_credentials', 'exchange', 'password', undefined),
  fc.dictionary(
    fc.constantFrom('id', 'clientId', '__proto__', 'constructor', 'flow', 'endpoints'),
    fc.jsonValue({ maxDepth: 2 }),
  ),
)
const mutated = fc
  .array(fc.tuple(fc.constantFrom(...placesIn(whole)), odd), { minLength: 1, maxLength: 4 })
  .map(
    changes =>
      JSON.stringify(changes.reduce<unknown>((setup, [at, to]) => changed(setup, at, to), whole)) ?? '',
  )

describe('parseSetup', () => {
  it('reads anything, and says the same of it twice', async () => {
    expect(parseSetup(JSON.stringify(whole))).not.toHaveProperty('faults')
    const text = fc.oneof({ weight: 8, arbitrary: mutated }, fc.json({ maxDepth: 4 }), fc.string())
    await holds(
      'setups',
      text,
      content => {
        const first = parseSetup(content)
        expect(parseSetup(content)).toEqual(first)
        if ('setup' in first) return
        expect(first.faults.length).toBeGreaterThan(0)
        for (const { path, message } of first.faults) {
          expect(typeof path).toBe('string')
          expect(message).not.toContain(mark)
        }
      },
      { long: 25_000, short: 250 },
    )
  })
})
