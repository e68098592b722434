import { describe, expect, it } from 'vitest'
import { parseSetup } from '../../src/providers/setup'
import { secretsOfSetup, viewOfSetup } from '../../src/providers/setup-view'
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

/** What a setup has where its file says nothing. */
const whole = { organisation: {}, sites: [], rules: {} }

/** A setup with one provider, changed. */
const withProvider = (change: object) => ({ version: 1, providers: [{ id: 'sell', clientId, ...change }] })

function faultsOf(setup: unknown): SetupFault[] {
  const parsed = parseSetup(typeof setup === 'string' ? setup : JSON.stringify(setup))
  return 'faults' in parsed ? parsed.faults : []
}

const pathsOf = (setup: unknown) => faultsOf(setup).map(({ path }) => path)

/** Every key that a setup may have. */
const full = {
  version: 1,
  organisation: { name: 'Acme Sales', supportContact: 'it@acme.example' },
  providers: [
    {
      id: 'sell',
      clientId,
      clientSecret: 'the-sell-secret',
      clientAuth: 'basic',
      flow: 'implicit',
      scopes: ['read', 'profile', 'sync'],
      allowImplicitRefresh: true,
    },
    { id: 'salesos', clientId, audience: 'https://api.play2sell.com' },
    {
      id: 'sellytics',
      keys: [
        { label: 'North', clientId: 'north', clientSecret: 'the-north-secret' },
        { label: 'South', clientId: 'south', clientSecret: 'the-south-secret' },
      ],
    },
    { id: 'sellsn', clientId, clientSecret: 'the-sellsn-secret', flow: 'exchange' },
    {
      id: 'acme',
      name: 'Acme CRM',
      issuer: 'https://id.acme.example',
      clientId,
      clientSecret: 'the-acme-secret',
      clientAuth: 'post',
      scopes: ['openid', 'profile'],
      endpoints: {
        authorization: 'https://id.acme.example/authorize',
        token: 'https://id.acme.example/token',
        revocation: 'https://id.acme.example/revoke',
        tokenInfo: 'https://id.acme.example/info',
        introspection: 'https://id.acme.example/introspect',
        userinfo: 'https://id.acme.example/userinfo',
      },
      api: ['https://api.acme.example/v1/', 'http://127.0.0.1:4105/'],
    },
    {
      id: 'globex',
      name: 'Globex',
      clientId,
      relay: 'https://relay.acme.example',
      endpoints: { authorization: 'https://id.globex.example/', token: 'https://id.globex.example/token' },
      api: ['https://api.globex.example/'],
    },
  ],
  sites: [
    {
      origin: 'https://crm.acme.example',
      provider: 'acme',
      scopes: ['profile'],
      use: 'token',
      access: 'change',
    },
  ],
  rules: {
    flows: ['authorization_code', 'implicit', 'client_credentials', 'exchange', 'personal_token', 'password'],
    maxLeaseMinutes: 60,
    passphrase: 'optional',
    lockAfterMinutes: 60,
    userProviders: true,
    userSites: false,
    privateAddresses: ['http://127.0.0.1:4105'],
    keepReceiptsDays: 0,
    longestPermit: 'hours',
  },
}

/** For each value inside another one, a function that gives a copy with something else in that value's place. */
function everyPlace(value: unknown): ((put: unknown) => unknown)[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const withPut = (put: unknown): unknown =>
      Array.isArray(value)
        ? value.map((one, index) => (String(index) === key ? put : one))
        : { ...value, [key]: put }
    return [withPut, ...everyPlace(inner).map(deeper => (put: unknown) => withPut(deeper(put)))]
  })
}

/** Each object inside a value, itself included, with a key more; and the path of that key. */
function everyObject(value: unknown, path = ''): { path: string; withKey: (key: string) => unknown }[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value)
    ? []
    : [{ path, withKey: (key: string): unknown => ({ ...value, [key]: 1 }) }]
  const inner = Object.entries(value).flatMap(([key, one]) =>
    everyObject(one, Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key).map(
      deeper => ({
        path: deeper.path,
        withKey: (added: string): unknown =>
          Array.isArray(value)
            ? value.map((old, index) => (String(index) === key ? deeper.withKey(added) : old))
            : { ...value, [key]: deeper.withKey(added) },
      }),
    ),
  )
  return [...own, ...inner]
}

describe('parseSetup', () => {
  it('reads every key that there is', () => {
    expect(parseSetup(JSON.stringify(full))).toEqual({ setup: full })
  })

  it.each(everyObject(full).map(({ path, withKey }) => [path || 'the top', path, withKey] as const))(
    'refuses an unknown key in %s',
    (_, path, withKey) => {
      expect(pathsOf(withKey('extra'))).toEqual([path ? `${path}.extra` : 'extra'])
      expect(pathsOf(withKey('constructor'))).toEqual([path ? `${path}.constructor` : 'constructor'])
    },
  )

  it.each(['Sell', '__proto__', 'constructor', '', 'a b', '5x', 'x'.repeat(33), 5, null])(
    'refuses the id %j',
    id => {
      expect(pathsOf(withProvider({ id }))).toContain('providers[0].id')
    },
  )

  it('reads a good file', () => {
    expect(parseSetup(JSON.stringify(good))).toEqual({ setup: { ...whole, ...good } })
  })

  it('reads the least that a file can be', () => {
    const least = { version: 1, providers: [{ id: 'sell', clientId }] }
    expect(parseSetup(JSON.stringify(least))).toEqual({ setup: { ...whole, ...least } })
  })

  it('reads a file that begins with a byte order mark, as Windows writes it', () => {
    expect(parseSetup(`\uFEFF${JSON.stringify(good)}`)).toEqual({ setup: { ...whole, ...good } })
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
    ['an empty client secret', withProvider({ clientSecret: '' }), 'providers[0].clientSecret'],
    ['a client secret with a space', withProvider({ clientSecret: 'a b' }), 'providers[0].clientSecret'],
    ['a client secret that is a list', withProvider({ clientSecret: ['x'] }), 'providers[0].clientSecret'],
    ['a way to authenticate that is none', withProvider({ clientAuth: 'jwt' }), 'providers[0].clientAuth'],
    ['a switch in text', withProvider({ allowImplicitRefresh: 'no' }), 'providers[0].allowImplicitRefresh'],
    ['no client id', { version: 1, providers: [{ id: 'sell' }] }, 'providers[0].clientId'],
    ['an empty client id', withProvider({ clientId: '' }), 'providers[0].clientId'],
    ['a client id with a space', withProvider({ clientId: 'a b' }), 'providers[0].clientId'],
    ['a client id with a line break', withProvider({ clientId: 'ab\n' }), 'providers[0].clientId'],
    ['a client id that is a number', withProvider({ clientId: 5 }), 'providers[0].clientId'],
    ['a client id without end', withProvider({ clientId: 'x'.repeat(513) }), 'providers[0].clientId'],
    ['a flow that is none', withProvider({ flow: 'magic' }), 'providers[0].flow'],
    ['a flow that is not offered', withProvider({ flow: 'client_credentials' }), 'providers[0].flow'],
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
    ['an unknown key', { ...good, site: [] }, 'site'],
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
      sites: [{ origin: 'https://crm.example/', provider: 'acme', use: 'take', also: 'x' }],
      rules: { flows: ['magic'], maxLeaseMinutes: 0, quickly: true },
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
        'providers[0].flow',
        'providers[1].flow',
        'providers[2].name',
        'providers[2].endpoints',
        'providers[2].api',
        'providers[2].flow',
        'providers[3].id',
        'providers[3].flow',
        'providers[3].clientSecret',
        'sites[0].origin',
        'sites[0].scopes',
        'sites[0].use',
        'sites[0].access',
        'sites[0].also',
        'rules.flows[0]',
        'rules.maxLeaseMinutes',
        'rules.quickly',
      ]),
    )
  })

  it('refuses more providers than anybody has', () => {
    const many = { version: 1, providers: Array(65).fill({ id: 'sell', clientId }) }
    expect(pathsOf(many)).toContain('providers')
  })

  it('says which flows there are', () => {
    const [fault] = faultsOf(withProvider({ flow: 'exchange' }))
    expect(fault?.message).toContain('implicit or authorization_code or personal_token or password')
  })

  it('never says back what stood in the file, wherever it stood', () => {
    const secret = 's3cr3t-3f9a5c'
    // Each a value in the place of another one, at any depth.
    const places = everyPlace({ ...full, relay: 'x' }).flatMap(put => [
      put(secret),
      put(` ${secret}`),
      put(`https://user:${secret}@x.example/`),
      put(`http://${secret}.example/`),
      put([secret]),
      put({ [secret]: secret }),
      put({ key: { secret } }),
      put(null),
    ])
    expect(places.length).toBeGreaterThan(400)
    let faulty = 0
    for (const place of places) {
      const faults = faultsOf(place)
      if (faults.length > 0) faulty += 1
      expect(faults.map(({ message }) => message).join(' '), JSON.stringify(place)).not.toContain(secret)
    }
    expect(faulty).toBeGreaterThan(300)
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
      sites: [],
      rules: {},
    })
  })

  it('has no secret of the file, and says which there are', () => {
    const view = viewOfSetup(parsed(full))
    expect(JSON.stringify(view)).not.toMatch(/the-\w+-secret/)
    expect(Object.values(view.providers).map(({ hasSecret }) => hasSecret)).toEqual([
      true,
      undefined,
      undefined,
      true,
      true,
      undefined,
    ])
    expect(view.providers.sellytics?.keys).toEqual([
      { label: 'North', clientId: 'north' },
      { label: 'South', clientId: 'south' },
    ])
  })

  it('says of a secret in the vault that it is there, for that client id alone', () => {
    const isKnown = (provider: string, id: string) => provider === 'sell' && id === clientId
    expect(viewOfSetup(parsed(good), isKnown).providers.sell?.hasSecret).toBe(true)
    expect(viewOfSetup(parsed(good), isKnown).providers.salesos?.hasSecret).toBeUndefined()
    const other = parsed(withProvider({ clientId: 'another' }))
    expect(viewOfSetup(other, isKnown).providers.sell?.hasSecret).toBeUndefined()
  })

  it('makes no permit of a site: it is a proposal', () => {
    expect(viewOfSetup(parsed(full)).sites).toEqual(full.sites)
    expect(viewOfSetup(parsed(full))).not.toHaveProperty('permits')
  })
})

describe('secretsOfSetup', () => {
  it('has each secret with whose it is, and where it may go: to the token and revocation endpoints', () => {
    const sellytics = {
      provider: 'sellytics',
      place: 'https://auth.sellytics.com https://auth.sellytics.com',
    }
    expect(secretsOfSetup(parsed(full))).toEqual([
      {
        provider: 'sell',
        clientId,
        place: 'https://api.getbase.com https://api.getbase.com',
        secret: 'the-sell-secret',
      },
      { ...sellytics, clientId: 'north', secret: 'the-north-secret' },
      { ...sellytics, clientId: 'south', secret: 'the-south-secret' },
      { provider: 'sellsn', clientId, place: 'https://api.sellsn.io', secret: 'the-sellsn-secret' },
      {
        provider: 'acme',
        clientId,
        place: 'https://id.acme.example https://id.acme.example',
        secret: 'the-acme-secret',
      },
    ])
    expect(secretsOfSetup(parsed(good))).toEqual([])
  })
})
