import { describe, expect, it } from 'vitest'
import { parseSetup, viewOfSetup } from '../../src/providers/setup'
import { reviewOfSetup } from '../../src/providers/setup-review'
import type { SetupFault } from '../../src/shared/setup-fault'

const clientId = 'a1b2c3d4e5f6'
const good = {
  version: 1,
  organisation: { name: 'Acme Sales', supportContact: 'it@acme.example' },
  providers: [
    { id: 'sell', clientId, flow: 'implicit', scopes: ['read', 'profile'] },
    { id: 'salesos', clientId, audience: 'https://api.play2sell.com' },
  ],
}

/** A setup with one provider, changed. */
const withProvider = (change: object) => ({ version: 1, providers: [{ id: 'sell', clientId, ...change }] })

function faultsOf(setup: unknown): SetupFault[] {
  const parsed = parseSetup(typeof setup === 'string' ? setup : JSON.stringify(setup))
  return 'faults' in parsed ? parsed.faults : []
}

const pathsOf = (setup: unknown) => faultsOf(setup).map(({ path }) => path)

describe('parseSetup', () => {
  it('reads a good file', () => {
    expect(parseSetup(JSON.stringify(good))).toEqual({ setup: good })
  })

  it('reads the least that a file can be', () => {
    const least = { version: 1, providers: [{ id: 'sell', clientId }] }
    expect(parseSetup(JSON.stringify(least))).toEqual({ setup: { ...least, organisation: {} } })
  })

  it('reads a file that begins with a byte order mark, as Windows writes it', () => {
    expect(parseSetup(`\uFEFF${JSON.stringify(good)}`)).toEqual({ setup: good })
  })

  it('trims what people read', () => {
    const parsed = parseSetup(JSON.stringify({ ...good, organisation: { name: '  Acme \n' } }))
    expect(parsed).toMatchObject({ setup: { organisation: { name: 'Acme' } } })
  })

  it.each(['', '   ', '{', '{"version":1,}', '<html>', 'undefined', '{"version":1}{"version":1}'])(
    'says of %j that it is no JSON',
    content => {
      expect(faultsOf(content)).toEqual([{ path: '', message: 'This is not a JSON file.' }])
    },
  )

  it.each(['null', '5', '"text"', 'true', '[]', '{}'])('refuses %s', content => {
    expect(faultsOf(content).length).toBeGreaterThan(0)
  })

  it.each<[title: string, setup: unknown, path: string]>([
    ['another version', { ...good, version: 2 }, 'version'],
    ['a version in text', { ...good, version: '1' }, 'version'],
    ['no version', { providers: good.providers }, 'version'],
    ['no providers', { version: 1 }, 'providers'],
    ['an empty list of providers', { version: 1, providers: [] }, 'providers'],
    ['providers that are no list', { version: 1, providers: { sell: { clientId } } }, 'providers'],
    ['a provider that is none', { version: 1, providers: [5] }, 'providers[0]'],
    ['no id', { version: 1, providers: [{ clientId }] }, 'providers[0].id'],
    ['an id in capitals', withProvider({ id: 'Sell' }), 'providers[0].id'],
    ['an id of every object', withProvider({ id: '__proto__' }), 'providers[0].id'],
    ['an unknown provider', withProvider({ id: 'acme' }), 'providers[0].id'],
    [
      'an unknown provider with a name of every object',
      withProvider({ id: 'constructor' }),
      'providers[0].id',
    ],
    ['no client id', { version: 1, providers: [{ id: 'sell' }] }, 'providers[0].clientId'],
    ['an empty client id', withProvider({ clientId: '' }), 'providers[0].clientId'],
    ['a client id with a space', withProvider({ clientId: 'a b' }), 'providers[0].clientId'],
    ['a client id with a line break', withProvider({ clientId: 'ab\n' }), 'providers[0].clientId'],
    ['a client id that is a number', withProvider({ clientId: 5 }), 'providers[0].clientId'],
    ['a client id without end', withProvider({ clientId: 'x'.repeat(513) }), 'providers[0].clientId'],
    ['a flow that is none', withProvider({ flow: 'magic' }), 'providers[0].flow'],
    ['a flow that is not offered', withProvider({ flow: 'authorization_code' }), 'providers[0].flow'],
    ['no scope', withProvider({ scopes: [] }), 'providers[0].scopes'],
    ['scopes in one text', withProvider({ scopes: 'read profile' }), 'providers[0].scopes'],
    ['two scopes in one', withProvider({ scopes: ['read profile'] }), 'providers[0].scopes[0]'],
    ['a scope with a quote', withProvider({ scopes: ['read', 'pro"file'] }), 'providers[0].scopes[1]'],
    ['an empty scope', withProvider({ scopes: ['read', ''] }), 'providers[0].scopes[1]'],
    [
      'an audience that the provider does not ask for',
      withProvider({ audience: 'https://a.example' }),
      'providers[0].audience',
    ],
    [
      'an audience by http',
      withProvider({ id: 'salesos', audience: 'http://api.play2sell.com' }),
      'providers[0].audience',
    ],
    [
      'an audience that is no address',
      withProvider({ id: 'salesos', audience: 'api' }),
      'providers[0].audience',
    ],
    [
      'an audience with a password',
      withProvider({ id: 'salesos', audience: 'https://user:pass@api.play2sell.com' }),
      'providers[0].audience',
    ],
    ['an unknown key', { ...good, sites: [] }, 'sites'],
    ['an unknown key of a provider', withProvider({ secret: 'x' }), 'providers[0].secret'],
    ['an unknown key of the organisation', { ...good, organisation: { url: 'x' } }, 'organisation.url'],
    ['an organisation that is none', { ...good, organisation: 'Acme' }, 'organisation'],
    ['an empty name', { ...good, organisation: { name: ' ' } }, 'organisation.name'],
    ['a name without end', { ...good, organisation: { name: 'x'.repeat(121) } }, 'organisation.name'],
    [
      'a contact that is a list',
      { ...good, organisation: { supportContact: [] } },
      'organisation.supportContact',
    ],
    [
      'the same provider twice',
      { version: 1, providers: [...good.providers, { id: 'sell', clientId }] },
      'providers[2].id',
    ],
  ])('names the place of %s', (_, setup, path) => {
    expect(new Set(pathsOf(setup))).toEqual(new Set([path]))
    for (const { message } of faultsOf(setup)) expect(message).toMatch(/^[^"]{4,}\.$/)
  })

  it.each(['constructor', 'toString', '__proto__'])(
    'refuses a key by the name of something every object has: %s',
    key => {
      const text = JSON.stringify(good)
      expect(pathsOf(`{"${key}": 1, ${text.slice(1)}`)).toEqual([key])
      expect(pathsOf(text.replace('{"id":"sell"', `{"${key}": 1, "id":"sell"`))).toEqual([
        `providers[0].${key}`,
      ])
    },
  )

  it('names every fault in one go', () => {
    const wrong = {
      version: 2,
      organisation: { name: '', phone: '1', fax: '2' },
      providers: [
        { id: 'sell', clientId: 'a b', flow: 'implicit', secret: 'x', key: 'y' },
        { id: 'salesos', audience: 'http://api.play2sell.com' },
        { id: 'acme', clientId },
        { id: 'sell', clientId, flow: 'password' },
      ],
      sites: [],
      rules: {},
    }
    expect(new Set(pathsOf(wrong))).toEqual(
      new Set([
        'version',
        'organisation.name',
        'organisation.phone',
        'organisation.fax',
        'providers[0].clientId',
        'providers[0].secret',
        'providers[0].key',
        'providers[1].clientId',
        'providers[1].audience',
        'providers[2].id',
        'providers[3].id',
        'providers[3].flow',
        'sites',
        'rules',
      ]),
    )
  })

  it('refuses more providers than anybody has', () => {
    const many = { version: 1, providers: Array(65).fill({ id: 'sell', clientId }) }
    expect(pathsOf(many)).toContain('providers')
  })

  it('says which flows there are', () => {
    expect(faultsOf(withProvider({ flow: 'password' }))[0]?.message).toContain('implicit')
  })

  it('never says back what stood in the file', () => {
    const secret = 's3cr3t-3f9a5c'
    const places = [
      { ...good, version: secret },
      { ...good, key: secret },
      { ...good, organisation: secret },
      { ...good, organisation: { name: { secret } } },
      { ...good, providers: secret },
      { ...good, providers: [secret] },
      withProvider({ id: `x ${secret}` }),
      withProvider({ id: secret }),
      withProvider({ clientId: ` ${secret}` }),
      withProvider({ clientId: [secret] }),
      withProvider({ clientSecret: secret }),
      withProvider({ flow: secret }),
      withProvider({ scopes: secret }),
      withProvider({ scopes: [`${secret} `] }),
      withProvider({ scopes: [{ secret }] }),
      withProvider({ audience: secret }),
      withProvider({ id: 'salesos', audience: `http://${secret}.example` }),
      withProvider({ id: 'salesos', audience: `https://user:${secret}@api.example` }),
    ]
    for (const place of places) {
      const faults = faultsOf(place)
      expect(faults.length, JSON.stringify(place)).toBeGreaterThan(0)
      expect(faults.map(({ message }) => message).join(' ')).not.toContain(secret)
      expect(faults.map(({ path }) => path).join(' ')).not.toContain(secret)
    }
    expect(JSON.stringify(faultsOf(`{ "version": 1, "x": ${secret}`))).not.toContain(secret)
  })

  it('copes with a file that is huge or deep', () => {
    expect(faultsOf({ version: 1, providers: Array(5_000).fill({}) }).length).toBeGreaterThan(0)
    expect(faultsOf(`${'['.repeat(5_000)}${']'.repeat(5_000)}`).length).toBeGreaterThan(0)
  })
})

function parsed(setup: unknown) {
  const result = parseSetup(JSON.stringify(setup))
  if ('faults' in result) throw new Error(JSON.stringify(result.faults))
  return result.setup
}

describe('viewOfSetup', () => {
  it('has each provider by its id', () => {
    expect(viewOfSetup(parsed(good))).toEqual({
      organisation: good.organisation,
      providers: {
        sell: { clientId, flow: 'implicit', scopes: ['read', 'profile'] },
        salesos: { clientId, audience: 'https://api.play2sell.com' },
      },
    })
  })
})

describe('reviewOfSetup', () => {
  it('names every host with what it receives', () => {
    expect(reviewOfSetup(parsed(good), null)).toEqual({
      organisation: good.organisation,
      providers: [
        {
          id: 'sell',
          clientId,
          scopes: ['read', 'profile'],
          hosts: [{ host: 'api.getbase.com', receives: ['sign-ins', 'tokens', 'data'] }],
        },
        {
          id: 'salesos',
          clientId,
          scopes: ['openid', 'profile', 'email', 'offline_access', 'leads:read'],
          audience: 'https://api.play2sell.com',
          hosts: [
            { host: 'auth.play2sell.com', receives: ['sign-ins', 'tokens'] },
            { host: 'api.play2sell.com', receives: ['data'] },
          ],
        },
      ],
      removes: [],
    })
  })

  it('says what a new client id replaces, and what is no longer there', () => {
    const current = viewOfSetup(parsed(good))
    const next = parsed({ version: 1, providers: [{ id: 'sell', clientId: 'another' }] })
    expect(reviewOfSetup(next, current)).toMatchObject({
      providers: [{ replaces: clientId }],
      removes: ['salesos'],
    })
    expect(reviewOfSetup(parsed(good), current).providers.map(({ replaces }) => replaces)).toEqual([
      undefined,
      undefined,
    ])
    expect(reviewOfSetup(parsed(good), current).removes).toEqual([])
  })
})
