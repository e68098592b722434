import { describe, expect, it } from 'vitest'
import { isLoopback, isPrivate } from '../../src/providers/addresses'
import { providerOf } from '../../src/providers/configured'
import { parseSetup } from '../../src/providers/setup'
import type { KnownSecret } from '../../src/providers/setup-faults'
import { viewOfSetup } from '../../src/providers/setup-view'
import { practiceSetup } from '../sandbox/setup'

type Fields = Record<string, unknown>

/** Where a sandbox would be, if it were open on loopback. */
const loopback = Object.fromEntries(
  [
    'api.getbase.com',
    'auth.play2sell.com',
    'api.play2sell.com',
    'auth.sellytics.com',
    'api.sellytics.com',
    'dash.sellsn.io',
    'api.sellsn.io',
  ].map((host, index) => [host, `http://127.0.0.1:${4101 + index}`]),
)

const acme: Fields = {
  id: 'acme',
  name: 'Acme CRM',
  clientId: 'ours',
  endpoints: { authorization: 'https://id.acme.example/authorize', token: 'https://id.acme.example/token' },
  api: ['https://api.acme.example/v1/'],
}

/** The paths of the faults of a setup with these providers. */
function pathsOf(providers: Fields[], more: Fields = {}, isKnown?: KnownSecret): string[] {
  const parsed = parseSetup(JSON.stringify({ version: 1, providers, ...more }), isKnown)
  return 'faults' in parsed ? [...new Set(parsed.faults.map(({ path }) => path))].sort() : []
}

/** Acme with its fields changed; `undefined` takes one away. */
const acmeWith = (change: Fields) => [{ ...acme, ...change }]
const at = (...names: string[]) => names.map(name => `providers[0].${name}`).sort()

const relay = 'https://relay.example'

describe('a provider of the catalogue', () => {
  it.each<[title: string, entry: Fields, paths: string[]]>([
    ['the least', { id: 'sell', clientId: 'x' }, []],
    ['no client id', { id: 'sell' }, at('clientId')],
    ['no client id for personal tokens', { id: 'sell', flow: 'personal_token' }, []],
    [
      'a code without its secret',
      { id: 'sell', clientId: 'x', flow: 'authorization_code' },
      at('clientSecret'),
    ],
    [
      'a code with its secret',
      { id: 'sell', clientId: 'x', clientSecret: 's', flow: 'authorization_code' },
      [],
    ],
    ['a password without the secret', { id: 'sell', clientId: 'x', flow: 'password' }, at('clientSecret')],
    ['a flow of others', { id: 'sell', clientId: 'x', flow: 'exchange' }, at('flow')],
    ['another name', { id: 'sell', clientId: 'x', name: 'Sell 2' }, at('name')],
    [
      'an audience that it does not know',
      { id: 'sell', clientId: 'x', audience: 'https://a.example' },
      at('audience'),
    ],
    [
      'keys that it does not know',
      { id: 'sell', clientId: 'x', keys: [{ label: 'a', clientId: 'b', clientSecret: 'c' }] },
      at('keys'),
    ],
    [
      'a secret that belongs to nothing',
      { id: 'sell', flow: 'personal_token', clientSecret: 's' },
      at('clientSecret'),
    ],
    [
      'a secret that would not be sent',
      { id: 'sell', clientId: 'x', clientSecret: 's', clientAuth: 'none' },
      at('clientAuth'),
    ],
    ['a public client', { id: 'salesos', clientId: 'x', clientAuth: 'none' }, []],
    ['machines without a secret', { id: 'salesos', clientId: 'x', flow: 'client_credentials' }, []],
    [
      'implicit refresh without the secret that Sell wants for it',
      { id: 'sell', clientId: 'x', allowImplicitRefresh: true },
      at('clientSecret'),
    ],
    [
      'implicit refresh without implicit',
      { id: 'salesos', clientId: 'x', allowImplicitRefresh: true },
      at('allowImplicitRefresh'),
    ],
    [
      'implicit refresh switched off where there is none',
      { id: 'salesos', clientId: 'x', allowImplicitRefresh: false },
      [],
    ],
    ['keys alone', { id: 'sellytics', keys: [{ label: 'North', clientId: 'n', clientSecret: 's' }] }, []],
    ['nothing, where the user enters a key', { id: 'sellytics' }, []],
    ['an exchange without its secret', { id: 'sellsn', clientId: 'x' }, at('clientSecret')],
    ['a relay', { id: 'sellsn', clientId: 'x', relay }, []],
    ['a relay on this machine', { id: 'sellsn', clientId: 'x', relay: 'http://127.0.0.1:8787' }, []],
    ['a relay and no app', { id: 'sellsn', relay }, at('clientId')],
    ['a relay for keys', { id: 'sellytics', relay }, []],
    ['a relay and the names of keys', { id: 'sellytics', relay, keys: [{ label: 'N', clientId: 'n' }] }, []],
    [
      'a relay and the secret of a key',
      { id: 'sellytics', relay, keys: [{ label: 'N', clientId: 'n', clientSecret: 's' }] },
      at('keys[0].clientSecret'),
    ],
    ['a relay and a secret', { id: 'sellsn', clientId: 'x', clientSecret: 's', relay }, at('clientSecret')],
    [
      'a relay and a flow without a secret',
      { id: 'sell', clientId: 'x', flow: 'implicit', relay },
      at('flow'),
    ],
    ['a relay and passwords', { id: 'sell', clientId: 'x', flow: 'password', relay }, at('flow')],
    ['a relay for personal tokens', { id: 'sell', flow: 'personal_token', relay }, at('relay')],
    [
      'a relay and implicit refresh',
      { id: 'sell', clientId: 'x', relay, allowImplicitRefresh: true },
      at('allowImplicitRefresh'),
    ],
    [
      'a relay and a way to send secrets',
      { id: 'sellsn', clientId: 'x', clientAuth: 'post', relay },
      at('clientAuth'),
    ],
    ['a relay with a path', { id: 'sellsn', clientId: 'x', relay: 'https://r.example/r' }, at('relay')],
    ['a relay with a slash', { id: 'sellsn', clientId: 'x', relay: `${relay}/` }, at('relay')],
  ])('with %s', (_, entry, paths) => {
    expect(pathsOf([entry])).toEqual(paths)
  })

  it('needs no secret in the file that is in the vault, for that client id', () => {
    const isKnown: KnownSecret = (provider, clientId) => provider === 'sellsn' && clientId === 'known'
    expect(pathsOf([{ id: 'sellsn', clientId: 'known' }], {}, isKnown)).toEqual([])
    expect(pathsOf([{ id: 'sellsn', clientId: 'another' }], {}, isKnown)).toEqual(at('clientSecret'))
    const keys = [{ label: 'North', clientId: 'known' }]
    expect(pathsOf([{ id: 'sellytics', keys }], {}, isKnown)).toEqual(at('keys[0].clientSecret'))
  })
})

describe('a secret in the vault', () => {
  const place = 'https://id.acme.example'
  const isKnown: KnownSecret = (provider, clientId, at_) =>
    provider === 'acme' && clientId === 'ours' && at_ === place
  const machine = { flow: 'client_credentials', endpoints: { token: `${place}/token` } }

  it('is known for the place that it was given for, and for no other', () => {
    expect(pathsOf(acmeWith(machine), {}, isKnown)).toEqual([])
    for (const token of [
      'https://id.evil.example/token',
      `${place}:8443/token`,
      'https://acme.example/token',
    ])
      expect(pathsOf(acmeWith({ ...machine, endpoints: { token } }), {}, isKnown), token).toEqual(
        at('clientSecret'),
      )
    const revocation = 'https://evil.example/revoke'
    const endpoints = { ...machine.endpoints, revocation }
    expect(pathsOf(acmeWith({ ...machine, endpoints }), {}, isKnown)).toEqual(at('clientSecret'))
  })

  it('is known whatever else is wrong with the file, and nothing breaks over addresses that are none', () => {
    for (const token of [5, null, '', 'x', {}, []])
      expect(pathsOf(acmeWith({ ...machine, endpoints: { token } }), {}, isKnown)).toContain(
        'providers[0].endpoints.token',
      )
    expect(pathsOf(acmeWith({ ...machine, endpoints: 'x' }), {}, isKnown)).toContain('providers[0].endpoints')
  })
})

describe('keys', () => {
  const key = (label: unknown, clientId: unknown, clientSecret: unknown = 's') => ({
    label,
    clientId,
    clientSecret,
  })

  it.each<[title: string, keys: unknown, paths: string[]]>([
    ['none', [], at('keys')],
    ['a label twice', [key('a', '1'), key('a', '2')], at('keys[1].label')],
    ['a client id twice', [key('a', '1'), key('b', '1')], at('keys[1].clientId')],
    [
      'all of it thrice',
      [key('a', '1'), key('a', '1'), key('a', '1')],
      at('keys[1].clientId', 'keys[1].label', 'keys[2].clientId', 'keys[2].label'),
    ],
    ['no secret', [{ label: 'a', clientId: '1' }], at('keys[0].clientSecret')],
    ['an empty label', [key(' ', '1')], at('keys[0].label')],
    ['a label that cannot be seen', [key('a\u202eb', '1')], at('keys[0].label')],
    ['no client id', [{ label: 'a', clientSecret: 's' }], at('keys[0].clientId')],
    ['something else', [5], at('keys[0]', 'keys[0].clientSecret')],
    ['no list', { a: key('a', '1') }, at('keys')],
  ])('with %s', (_, keys, paths) => {
    expect(pathsOf([{ id: 'sellytics', keys }])).toEqual(paths)
  })
})

describe('a provider of the catalogue that is moved', () => {
  const [sell] = practiceSetup({ loopback }).providers
  const { rules } = practiceSetup({ loopback })
  const whole = sell as unknown as { endpoints: Record<string, string>; api: string[] } & Fields

  it('is taken whole on loopback, and is practice then', () => {
    const practice = practiceSetup({ loopback })
    const parsed = parseSetup(JSON.stringify(practice))
    if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
    const view = viewOfSetup(parsed.setup)
    for (const { id, endpoints, api } of practice.providers) {
      const provider = providerOf(view, id)
      expect(provider).toMatchObject({ id, isPractice: true, endpoints, api })
      expect(provider?.host).toBeUndefined()
      expect(provider?.dashboard).toBeUndefined()
      for (const address of [
        provider?.issuer,
        ...Object.values(provider?.endpoints ?? {}),
        ...(provider?.api ?? []),
      ])
        expect(isLoopback(String(address)), String(address)).toBe(true)
    }
    expect(providerOf(null, 'sell')?.isPractice).toBeUndefined()
  })

  it.each(['authorization', 'token', 'revocation', 'tokenInfo'])(
    'has to move its %s endpoint as well',
    name => {
      const { [name]: _, ...endpoints } = whole.endpoints
      expect(pathsOf([{ ...whole, endpoints }], { rules })).toEqual(at(`endpoints.${name}`))
    },
  )

  const addresses: [title: string, address: string][] = [
    ['another server', 'https://evil.example/oauth2/token'],
    ['its own server', 'https://api.getbase.com/oauth2/token'],
    ['a server whose name begins like loopback', 'https://127.0.0.1.evil.example/oauth2/token'],
    ['a server with loopback for a user', 'https://127.0.0.1@evil.example/oauth2/token'],
    ['another machine of the network', 'https://192.168.1.5/oauth2/token'],
    ['a machine called localhost', 'https://localhost.evil.example/oauth2/token'],
  ]
  it.each(addresses)('may not be moved to %s', (_, address) => {
    for (const name of Object.keys(whole.endpoints)) {
      const endpoints = { ...whole.endpoints, [name]: address }
      expect(pathsOf([{ ...whole, endpoints }], { rules })).toEqual(at(`endpoints.${name}`))
    }
    expect(pathsOf([{ ...whole, issuer: address }], { rules })).toEqual(at('issuer'))
    const api = [new URL('/v2/', address).href]
    expect(pathsOf([{ ...whole, api }], { rules: { privateAddresses: ['https://192.168.1.5'] } })).toContain(
      'providers[0].api[0]',
    )
  })

  it.each<[title: string, change: Fields, paths: string[]]>([
    ['no API', { api: undefined }, at('api')],
    ['two APIs', { api: [...whole.api, ...whole.api] }, at('api')],
    ['an API of another path', { api: ['http://127.0.0.1:4101/v3/'] }, at('api[0]')],
    [
      'the API alone',
      { endpoints: undefined },
      at('endpoints.authorization', 'endpoints.revocation', 'endpoints.token', 'endpoints.tokenInfo'),
    ],
    [
      'an issuer alone',
      { endpoints: undefined, api: undefined, issuer: 'http://127.0.0.1:4101' },
      at('api', 'endpoints.authorization', 'endpoints.revocation', 'endpoints.token', 'endpoints.tokenInfo'),
    ],
    [
      'empty endpoints',
      { endpoints: {}, api: undefined },
      at('api', 'endpoints.authorization', 'endpoints.revocation', 'endpoints.token', 'endpoints.tokenInfo'),
    ],
  ])('may not be moved with %s', (_, change, paths) => {
    expect(pathsOf([{ ...whole, ...change }], { rules })).toEqual(paths)
  })

  it('wants its API among the private addresses that the rules name', () => {
    expect(pathsOf([whole])).toEqual(at('api[0]'))
    expect(pathsOf([whole], { rules: { privateAddresses: ['http://127.0.0.1:4199'] } })).toEqual(at('api[0]'))
    expect(pathsOf([whole], { rules: { privateAddresses: ['http://127.0.0.1:4101'] } })).toEqual([])
  })
})

describe('a provider of the setup’s own', () => {
  const endpoints = acme.endpoints as Record<string, string>

  it.each<[title: string, change: Fields, paths: string[]]>([
    ['the least', {}, []],
    ['no name', { name: undefined }, at('name')],
    ['no client id', { clientId: undefined }, at('clientId')],
    ['no API', { api: undefined }, at('api')],
    ['an empty list of APIs', { api: [] }, at('api')],
    ['no endpoints', { endpoints: undefined }, at('endpoints')],
    [
      'an issuer instead of endpoints',
      { endpoints: undefined, issuer: 'https://id.acme.example' },
      at('endpoints'),
    ],
    ['no token endpoint', { endpoints: { authorization: endpoints.authorization } }, at('endpoints.token')],
    ['no sign-in page', { endpoints: { token: endpoints.token } }, at('endpoints.authorization')],
    [
      'an endpoint that is none',
      { endpoints: { ...endpoints, login: 'https://x.example' } },
      at('endpoints.login'),
    ],
    ['a path for an endpoint', { endpoints: { ...endpoints, token: '/token' } }, at('endpoints.token')],
    ['openid without an issuer', { scopes: ['openid'] }, at('issuer')],
    ['openid with an issuer', { scopes: ['openid'], issuer: 'https://id.acme.example' }, []],
    ['an exchange, which is a hook', { flow: 'exchange' }, at('flow')],
    ['personal tokens, which need a hook', { flow: 'personal_token' }, at('flow')],
    [
      'a key without a secret',
      { flow: 'client_credentials', endpoints: { token: endpoints.token } },
      at('clientSecret'),
    ],
    [
      'a page to which nobody is sent',
      { flow: 'client_credentials', clientSecret: 's' },
      at('endpoints.authorization'),
    ],
    ['a name of letters that cannot be seen', { name: 'Ac\u3164me' }, at('name')],
    ['a name of two alphabets', { name: 'S\u0435ll' }, at('name')],
    ['a name like a row’s', { name: 'Acme – rep@acme.example' }, at('name')],
    ['a name that a digit makes look like another', { name: 'Sa1es 0S' }, at('name')],
    ['a name that a capital makes look like another', { name: 'SeIl' }, at('name')],
    ['a name with marks on the letters of another', { name: 'S\u00e9ll' }, at('name')],
    ['a name that is another in Cyrillic', { name: '\u0405\u0435\u04cf\u04cf' }, at('name')],
    ['a name of two alphabets, one of them rare', { name: '\u13dael\u006c' }, at('name')],
    ['an address of other letters', { api: ['https://\u0430pi.acme.example/'] }, at('api[0]')],
    ['an address of any host', { api: ['https://*.acme.example/'] }, at('api[0]')],
    [
      'a key, which needs no page',
      { flow: 'client_credentials', clientSecret: 's', endpoints: { token: endpoints.token } },
      [],
    ],
    [
      'several keys',
      {
        flow: 'client_credentials',
        clientId: undefined,
        endpoints: { token: endpoints.token },
        keys: [{ label: 'a', clientId: 'b', clientSecret: 's' }],
      },
      [],
    ],
    ['implicit refresh', { flow: 'implicit', allowImplicitRefresh: true }, at('allowImplicitRefresh')],
    ['a relay', { relay }, []],
    [
      'a relay for keys',
      { flow: 'client_credentials', clientId: undefined, endpoints: { token: endpoints.token }, relay },
      [],
    ],
    ['a relay and a flow without a secret', { flow: 'implicit', relay }, at('flow')],
    ['the name of another script', { name: 'Acme\u200b' }, at('name')],
    ['an API without a slash at its end', { api: ['https://api.acme.example/v1'] }, at('api[0]')],
    ['an API with a query', { api: ['https://api.acme.example/?x=/'] }, at('api[0]')],
  ])('with %s', (_, change, paths) => {
    expect(pathsOf(acmeWith(change))).toEqual(paths)
  })

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://id.acme.example/1',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop/x',
    'ftp://id.acme.example/',
    'http://id.acme.example/',
    'http://127.0.0.2/',
    'http://[::1]/',
    'http://localhost.acme.example/',
    'http://127.0.0.1@acme.example/',
    'https://user@id.acme.example/',
    'https://user:pass@id.acme.example/',
    'https://:pass@id.acme.example/',
    'https://id.acme.example/#part',
    'https://',
    'https:///',
    '//id.acme.example/',
    'id.acme.example',
    '',
    ' ',
    `https://id.acme.example/${'x'.repeat(600)}`,
  ])('may not have %j for any of its addresses', address => {
    for (const name of ['authorization', 'token', 'revocation', 'tokenInfo', 'introspection', 'userinfo'])
      expect(pathsOf(acmeWith({ endpoints: { ...endpoints, [name]: address } }))).toEqual(
        at(`endpoints.${name}`),
      )
    expect(pathsOf(acmeWith({ issuer: address }))).toEqual(at('issuer'))
    expect(pathsOf(acmeWith({ audience: address }))).toEqual(at('audience'))
    expect(pathsOf(acmeWith({ relay: address }))).toEqual(at('relay'))
    expect(pathsOf(acmeWith({ api: [address] }))).toEqual(at('api[0]'))
    const site = { origin: address, provider: 'acme', scopes: ['x'], use: 'fetch', access: 'read' }
    expect(pathsOf([acme], { sites: [site] })).toEqual(['sites[0].origin'])
    expect(pathsOf([acme], { rules: { privateAddresses: [address] } })).toEqual(['rules.privateAddresses[0]'])
  })

  it.each([
    'https://crm.example/',
    'https://crm.example/x',
    'https://CRM.example',
    'https://crm.example:443',
    '*',
  ])('takes no site that is not quite an origin: %s', origin => {
    const site = { origin, provider: 'acme', scopes: ['x'], use: 'fetch', access: 'read' }
    expect(pathsOf([acme], { sites: [site] })).toEqual(['sites[0].origin'])
  })

  it('takes a site of a provider that it has, or that the catalogue has, and of no other', () => {
    const site = (provider: string) => ({
      origin: 'https://crm.example',
      provider,
      scopes: ['x'],
      use: 'fetch',
      access: 'read',
    })
    expect(pathsOf([acme], { sites: [site('acme'), site('sell'), site('nobody')] })).toEqual([
      'sites[2].provider',
    ])
  })
})

describe('an ID token in the access token’s place', () => {
  const corp = {
    ...acme,
    issuer: 'https://id.acme.example',
    scopes: ['openid'],
    api: [`${relay}/`],
    idToken: true,
  }
  const behind = { id: 'sellytics', relay }

  it.each([
    ['is for a relay of the setup', {}, []],
    ['is for none that is not in it', { api: ['https://other-relay.example/'] }, at('api')],
    ['is for no other API besides', { api: [`${relay}/`, 'https://api.acme.example/'] }, at('api')],
    ['comes with the scope openid alone', { scopes: ['profile'] }, at('idToken')],
    ['comes where scopes are named', { scopes: undefined }, at('idToken')],
    ['comes with the code flow alone', { flow: 'implicit' }, at('idToken')],
  ])('%s', (_, change, paths) => {
    expect(pathsOf([{ ...corp, ...change }, behind])).toEqual(paths)
  })

  it('is none of a provider that Dealpass knows, and nothing where it is not wanted', () => {
    expect(pathsOf([{ id: 'salesos', clientId: 'x', idToken: true }, behind])).toEqual(at('idToken'))
    expect(pathsOf([{ id: 'salesos', clientId: 'x', idToken: false }, behind])).toEqual([])
  })
})

describe('private addresses', () => {
  const inside = [
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.0.1:8443/',
    'https://169.254.169.254/',
    'https://100.64.0.1/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0.0.0.0/',
    'https://0x0a000001/',
    'https://167772161/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://intranet/',
    'https://intranet./',
    'https://crm.internal/',
    'https://crm.local/',
    'https://crm.lan./',
    'https://localhost/',
    'https://x.localhost/',
    'https://nas.home.arpa/',
    'http://localhost:4105/',
  ]
  const outside = [
    'https://api.acme.example/',
    'https://11.0.0.1/',
    'https://172.32.0.1/',
    'https://192.169.0.1/',
    'https://100.128.0.1/',
    'https://10.example.com/',
    'https://[2001:db8::1]/',
    'https://internal.example/',
    'https://my.local.example/',
  ]

  it.each(inside)('are what %s is', address => {
    expect(isPrivate(address)).toBe(true)
    expect(pathsOf(acmeWith({ api: [address] }))).toEqual(at('api[0]'))
    const rules = { privateAddresses: [new URL(address).origin] }
    expect(pathsOf(acmeWith({ api: [address] }), { rules })).toEqual([])
  })

  it.each(outside)('are not what %s is', address => {
    expect(isPrivate(address)).toBe(false)
    expect(pathsOf(acmeWith({ api: [address] }))).toEqual([])
  })

  it('are named by their whole origin', () => {
    const api = ['https://10.1.2.3:8443/']
    for (const origin of ['https://10.1.2.3', 'https://10.1.2.4:8443', 'http://localhost:8443'])
      expect(pathsOf(acmeWith({ api }), { rules: { privateAddresses: [origin] } })).toEqual(at('api[0]'))
  })
})

describe('a flow that there is none of behind a relay', () => {
  const messages = (entry: Fields) => {
    const read = parseSetup(JSON.stringify({ version: 1, providers: [entry] }))
    return 'faults' in read ? read.faults.map(({ message }) => message) : []
  }

  it('is answered with nothing that is a fault, too', () => {
    expect(messages({ id: 'sell', clientId: 'x', flow: 'implicit', relay })).toEqual([
      'is not offered here; use authorization_code.',
    ])
    expect(messages({ id: 'sell', clientId: 'x', flow: 'exchange' })).toEqual([
      'is not offered here; use implicit or authorization_code or personal_token or password.',
    ])
  })

  it('is not said to be none of the provider’s', () => {
    const entry = { clientId: 'x', allowImplicitRefresh: true }
    expect(messages({ id: 'sell', ...entry, relay })).toEqual([
      'means nothing here: behind a relay there is no implicit flow.',
    ])
    expect(messages({ id: 'salesos', ...entry })).toEqual([
      'means nothing here: this provider has no implicit flow.',
    ])
  })
})

describe('rules', () => {
  it('hold each provider to the flows that they name', () => {
    const providers = [
      { id: 'sell', clientId: 'x' },
      acme,
      { id: 'salesos', clientId: 'x', flow: 'client_credentials' },
    ]
    const flows = (...names: string[]) => pathsOf(providers, { rules: { flows: names } })
    expect(flows('implicit', 'authorization_code', 'client_credentials')).toEqual([])
    expect(flows('implicit')).toEqual(['providers[1].flow', 'providers[2].flow'])
    expect(flows()).toEqual(['providers[0].flow', 'providers[1].flow', 'providers[2].flow'])
  })

  it.each<[rule: string, values: unknown[]]>([
    ['maxLeaseMinutes', [0, -1, 1.5, 1441, '60', null]],
    ['lockAfterMinutes', [0, 10_081, '1']],
    ['keepReceiptsDays', [-1, 3651, 0.5]],
    ['longestPermit', ['never', 'Once', 8, '', null]],
    ['passphrase', ['maybe', 'Required', true, null]],
    ['userProviders', ['yes', 1, null]],
    ['userSites', ['no', 0]],
    ['flows', ['implicit', {}]],
    ['privateAddresses', ['https://10.0.0.1']],
  ])('do not take just anything for %s', (rule, values) => {
    for (const value of values)
      expect(pathsOf([acme], { rules: { [rule]: value } }), JSON.stringify(value)).toEqual([`rules.${rule}`])
  })
})
