import { sandboxSetup } from '../sandbox/sandbox'
import { type Arena, attack, expect } from './arena'

type Faults = { faults?: { path: string; message: string }[] }

/** A setup file is imported: it is refused for each of these places, and nothing changes. */
async function refused(arena: Arena, setup: unknown, ...paths: string[]): Promise<void> {
  const text = typeof setup === 'string' ? setup : JSON.stringify(setup)
  const before = await arena.view()
  const { faults = [] } = (await arena.asScreen('reviewSetup', { text })) as Faults
  expect(
    faults.map(({ path }) => path),
    text.slice(0, 400),
  ).toEqual(expect.arrayContaining(paths))
  await expect(arena.asScreen('useSetup', { text })).rejects.toThrow('setup-wrong')
  expect(await arena.view()).toEqual(before)
  expect(arena.sandbox.saw()).toEqual([])
  await arena.expectNoSecret(faults)
}

const whole = sandboxSetup({ all: true })

/** The honest setup with one provider's entry changed. */
const changed = (id: string, change: object) => ({
  ...whole,
  providers: whole.providers.map(entry => (entry.id === id ? { ...entry, ...change } : entry)),
})

const indexOf = (id: string) => whole.providers.findIndex(entry => entry.id === id)

const endpointsAt = (origin: string) => ({
  authorization: `${origin}/authorize`,
  token: `${origin}/token`,
  revocation: `${origin}/revoke`,
  tokenInfo: `${origin}/token/info`,
})

attack('setup', 'moves Sell to another server by a setup file, wholly and by half', async arena => {
  const at = `providers[${indexOf('sell')}]`
  for (const origin of [
    'https://evil.example',
    'https://127.0.0.1.evil.example',
    'https://localhost.evil.example',
    'https://api.getbase.com.evil.example',
    'https://10.0.0.1',
  ])
    await refused(
      arena,
      changed('sell', { endpoints: endpointsAt(origin), api: [`${origin}/v2/`] }),
      `${at}.endpoints.token`,
      `${at}.endpoints.revocation`,
      `${at}.api[0]`,
    )
  await refused(arena, changed('sell', { api: ['https://evil.example/v2/'] }), `${at}.api[0]`)
  await refused(
    arena,
    changed('sell', { endpoints: { tokenInfo: 'https://evil.example/' } }),
    `${at}.endpoints.tokenInfo`,
  )
  const { tokenInfo: _, ...rest } = endpointsAt('http://127.0.0.1:9')
  await refused(
    arena,
    {
      ...changed('sell', { endpoints: rest, api: ['http://127.0.0.1:9/'] }),
      rules: { privateAddresses: ['http://127.0.0.1:9'] },
    },
    `${at}.endpoints.tokenInfo`,
    `${at}.api[0]`,
  )
})

attack(
  'setup',
  'has a client secret that is known sent to another server, without naming it',
  async arena => {
    const sellytics = whole.providers[indexOf('sellytics')]
    const keys = (sellytics && 'keys' in sellytics ? (sellytics.keys ?? []) : []).map(
      ({ label, clientId }) => ({
        label,
        clientId,
      }),
    )
    expect(keys).toHaveLength(2)
    const origin = 'http://127.0.0.1:9'
    const elsewhere = {
      keys,
      endpoints: { token: `${origin}/token`, revocation: `${origin}/revoke` },
      api: [`${origin}/data/v1/`],
    }
    const at = `providers[${indexOf('sellytics')}]`
    await refused(
      arena,
      { ...changed('sellytics', elsewhere), rules: { privateAddresses: [origin] } },
      `${at}.keys[0].clientSecret`,
      `${at}.keys[1].clientSecret`,
    )
    // Where the secrets are known for, the same file holds: so an export without secrets can be imported again.
    const again = await arena.asScreen('reviewSetup', {
      text: JSON.stringify(changed('sellytics', { keys })),
    })
    expect(again).toHaveProperty('setup')
    await arena.expectNoSecret(again)
  },
)

/** A provider of the attacker's own. */
const own = (change: object) => ({
  version: 1,
  providers: [
    ...whole.providers,
    {
      id: 'mine',
      name: 'Mine',
      clientId: 'of-the-attacker',
      endpoints: { authorization: 'https://evil.example/authorize', token: 'https://evil.example/token' },
      api: ['https://evil.example/v1/'],
      ...change,
    },
  ],
})
const mine = `providers[${whole.providers.length}]`

attack(
  'setup',
  'has calls made to servers inside the company, by every way to write their addresses',
  async arena => {
    const hosts = [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.0.0.1.',
      '[::1]',
      '[::ffff:10.0.0.1]',
      '[64:ff9b::a00:1]',
      '[fd12::1]',
      '[fe80::1]',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      'localhost',
      'LOCALHOST.',
      'intranet',
      'crm.corp',
      'printer.local.',
      'metadata.google.internal',
    ]
    const api = hosts.slice(0, 16).map(host => `https://${host}/v1/`)
    await refused(arena, own({ api }), ...api.map((_, index) => `${mine}.api[${index}]`))
    const more = hosts.slice(16).map(host => `https://${host}/v1/`)
    await refused(arena, own({ api: more }), ...more.map((_, index) => `${mine}.api[${index}]`))
  },
)

attack('setup', 'names a provider of its own like a known one', async arena => {
  for (const name of [
    'Sell',
    'SELL',
    ' S e l l ',
    'Sell.',
    'Se11',
    'SeIl',
    'Se|l',
    'S\u00e9ll',
    'Ｓｅｌｌ',
    '\u{1d412}\u{1d41e}\u{1d425}\u{1d425}',
    '\u0405\u0435\u04cf\u04cf',
    'Sales0S',
    'Sale5OS',
    'SeII SN',
    'sellуtics',
    '\u13dael\u006c',
    'Sell\u200b',
    'Sell\u202e',
    'Se\u00adll',
    'Sell – mia.lindqvist@acme.example',
    'Mine · Connected',
  ])
    await refused(arena, own({ name }), `${mine}.name`)
  // By the same id it is not its own.
  await refused(
    arena,
    { version: 1, providers: [{ ...own({}).providers.at(-1), id: 'sell' }] },
    'providers[0].name',
  )
  await refused(arena, own({ id: 'sell' }), `${mine}.id`)
})

attack(
  'setup',
  'puts into a setup what no setup has: permits, prototypes, addresses of other kinds',
  async arena => {
    const text = JSON.stringify(own({})).slice(0, -1)
    const permit = '{"site":"https://evil.example","use":"token"}'
    await refused(arena, `${text},"permits":[${permit}]}`, 'permits')
    await refused(arena, `${text},"__proto__":{"rules":{"userSites":true}}}`, '__proto__')
    await refused(arena, `${text},"constructor":{"prototype":{"stopped":false}}}`, 'constructor')
    await refused(arena, `${text},"rules":{"__proto__":{"maxLeaseMinutes":1440}}}`, 'rules.__proto__')
    await refused(arena, own({ id: '__proto__' }), `${mine}.id`)
    await refused(arena, own({ id: 'constructor' }), `${mine}.id`)
    for (const token of [
      'http://evil.example/token',
      'javascript:alert(1)',
      'data:application/json,{}',
      'file:///etc/passwd',
      `chrome-extension://${arena.dealpass.extensionId}/src/screens/popup/index.html`,
      'https://api.getbase.com@evil.example/token',
      'https://user:password@evil.example/token',
      'https://evil.example/token#x',
      'https://\u0435vil.example/token',
      'https://ev*il.example/token',
      '//evil.example/token',
      'token',
    ])
      await refused(
        arena,
        own({ endpoints: { ...endpointsAt('https://evil.example'), token } }),
        `${mine}.endpoints.token`,
      )
  },
)

attack('setup', 'proposes a site with a permit, and gets none', async arena => {
  const site = {
    origin: 'https://evil.example',
    provider: 'sell',
    scopes: ['read'],
    use: 'token',
    access: 'change',
  }
  const before = await arena.view()
  try {
    await arena.asScreen('useSetup', { text: JSON.stringify({ ...whole, sites: [site] }) })
    const { permits, sites, setup } = await arena.view()
    expect(setup?.sites).toEqual([site])
    expect(permits).toEqual([])
    expect(sites).toEqual(before.sites)
  } finally {
    await arena.asScreen('useSetup', { text: JSON.stringify(whole) })
  }
  for (const wrong of [
    { origin: 'https://evil.example/path' },
    { origin: 'https://*.example' },
    { origin: 'null' },
  ])
    await refused(arena, { ...whole, sites: [{ ...site, ...wrong }] }, 'sites[0].origin')
  await refused(arena, { ...whole, sites: [{ ...site, provider: 'nobody' }] }, 'sites[0].provider')
})
