import { attack, expect } from './arena'
import { fetching, reader } from './brokered'
import { askRaw, openWire } from './raw-wire'

/** Expressions for what is no `fetch`: wrong types, too much, and what only a structured clone can carry. */
const noFetch = [
  'null',
  'undefined',
  '7',
  "'/v2/leads'",
  '[]',
  "new Map([['provider', 'sell'], ['path', '/v2/leads']])",
  "Object.assign(() => 0, {}) && new Set(['sell'])",
  "(() => { const round = { provider: 'sell' }; round.path = round; return round })()",
  ...[
    'path: 7',
    "path: ['/v2/leads']",
    "path: new String('/v2/leads')",
    'path: null',
    "path: '/v2/leads', method: ['GET']",
    "path: '/v2/leads', method: null",
    "path: '/v2/leads', headers: [['accept', 'a']]",
    "path: '/v2/leads', headers: 'accept: a'",
    "path: '/v2/leads', headers: { accept: 7 }",
    "path: '/v2/leads', headers: { accept: ['a', 'b'] }",
    "path: '/v2/leads', headers: { accept: null }",
    "path: '/v2/leads', body: {}",
    "path: '/v2/leads', body: null",
    "path: '/v2/leads', body: 7n",
    "path: '/v2/leads', body: new Date()",
    "path: '/v2/leads', body: new Blob(['x'])",
    "path: '/v2/leads', body: new Uint8Array(8)",
    "path: '/v2/leads', scopes: []",
    "path: '/v2/leads', scopes: ['']",
    "path: '/v2/leads', scopes: 'read'",
    "path: '/v2/leads', scopes: [['read']]",
    "path: '/v2/leads', scopes: { 0: 'read', length: 1 }",
    "path: '/v2/leads', scopes: Array(65).fill('read')",
    "path: '/v2/leads', connection: null",
    "path: '/v2/leads', connection: ''",
    "path: '/v2/leads', connection: { toString: 1 }",
    "path: '/v2/leads', access: 'change'",
    "path: '/v2/leads', use: 'token'",
    "path: '/v2/leads', site: 'https://app.futuresimple.com'",
    "path: '/v2/leads', token: 'x'",
    "path: '/v2/leads', redirect: 'follow'",
    "path: '/v2/leads', credentials: 'include'",
  ].map(rest => `{ provider: 'sell', ${rest} }`),
  "{ provider: ['sell'], path: '/v2/leads' }",
  "{ provider: new String('sell'), path: '/v2/leads' }",
  "{ path: '/v2/leads' }",
]

attack(
  'input',
  'sends calls with a field wrong, missing or too many, and values that are no JSON',
  async arena => {
    const page = await reader(arena)
    await openWire(page)
    for (const input of noFetch) {
      const reply = await askRaw(page, 'fetch', input)
      expect(reply, input).not.toHaveProperty('value')
      expect(reply, input).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    }
    expect(arena.sandbox.saw()).toEqual([])
    expect(await askRaw(page, 'fetch', "{ provider: 'sell', path: '/v2/leads' }")).toMatchObject({ ok: true })
  },
)

attack('input', 'asks for tokens with empty, endless and odd lists of scopes', async arena => {
  const clicked = await arena.open('https://crm.acme.example/blank')
  await arena.permit(clicked, { provider: 'salesos', use: 'token', scopes: ['leads:read'] })
  const page = await arena.open('https://crm.acme.example/blank')
  await openWire(page)
  arena.sandbox.forget()
  for (const more of [
    'scopes: []',
    "scopes: ['']",
    "scopes: 'leads:read'",
    'scopes: null',
    "scopes: new Set(['leads:read'])",
    "scopes: ['leads:read', ['users:read']]",
    "scopes: Array(65).fill('leads:read')",
    "scopes: ['leads:read'.padEnd(129, ' ')]",
    'connection: {}',
    "access: 'change'",
    'until: 1e15',
  ]) {
    const reply = await askRaw(page, 'token', `{ provider: 'salesos', ${more} }`)
    expect(reply, more).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    await arena.expectNoSecret(reply)
  }
  expect(arena.sandbox.saw()).toEqual([])
  const honest = await arena.call(
    page,
    "return (await pass.token('salesos', { scopes: ['leads:read'] })).scopes",
  )
  expect(honest).toEqual({ value: ['leads:read'] })
})

attack(
  'input',
  'sends more than anybody needs: addresses, headers and bodies without an end',
  async arena => {
    const page = await reader(arena)
    await openWire(page)
    for (const more of [
      "path: '/v2/leads?' + 'x'.repeat(8192)",
      "path: '/v2/leads', headers: { accept: 'x'.repeat(8193) }",
      "path: '/v2/leads', headers: { ['x'.repeat(129)]: 'x' }",
      "path: '/v2/leads', method: 'GET'.padEnd(17)",
      "path: '/v2/leads', body: new ArrayBuffer(4 * 1024 * 1024 + 1)",
      "path: '/v2/leads', body: 'x'.repeat(4 * 1024 * 1024 + 1)",
      // Two bytes for each character.
      "path: '/v2/leads', body: 'é'.repeat(2 * 1024 * 1024 + 1)",
    ])
      expect(await askRaw(page, 'fetch', `{ provider: 'sell', ${more} }`), more).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      })
    expect(arena.sandbox.saw()).toEqual([])
  },
)

attack('input', 'sends messages of many megabytes, while another site works', async arena => {
  const honest = await reader(arena)
  const page = await arena.open('https://partner.acme.example/blank')
  await openWire(page)
  const huge = askRaw(
    page,
    'fetch',
    `{ provider: 'sell', path: '/v2/leads',
      headers: Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => ['x-' + at, 'x'.repeat(500)])),
      body: new ArrayBuffer(8 * 1024 * 1024) }`,
  )
  const served = await arena.call(honest, fetching('sell', '/v2/leads'))
  expect(served).toMatchObject({ value: { status: 200 } })
  expect(await huge).not.toHaveProperty('value')
  expect(arena.apiCalls()).toHaveLength(1)
})
