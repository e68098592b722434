import { attack, expect } from './arena'
import { fetching, reader } from './brokered'

attack('permit', 'finds out what is connected, by asking for what it may not have', async arena => {
  const page = await arena.open('https://crm.acme.example/blank')
  const { connections } = await arena.view()
  const answers = async (source: (provider: string) => string, providers: string[]) => {
    const outcomes = []
    for (const provider of providers) outcomes.push(await arena.call(page, source(provider)))
    await arena.expectNoSecret(outcomes)
    return outcomes.map(({ code, reason }) => `${code} ${reason}`)
  }
  // Sell and SalesOS are connected, the others are not.
  const token = (provider: string) => `return pass.token('${provider}')`
  const [first, ...others] = await answers(token, ['sell', 'salesos', 'sellytics', 'sellsn'])
  expect(first).toBe('not-permitted needs-gesture')
  expect(new Set(others)).toEqual(new Set([first]))

  const paths: Record<string, string> = {
    sell: '/v2/leads',
    salesos: '/v1/leads',
    sellytics: '/data/v1/',
    sellsn: '/user',
  }
  const call = (provider: string) => fetching(provider, paths[provider] ?? '/')
  expect(new Set(await answers(call, Object.keys(paths)))).toEqual(new Set([first]))

  // Nor by the ids of connections, real and invented.
  const ids = [...connections.map(({ id }) => id), crypto.randomUUID(), '__proto__', 'x'.repeat(64)]
  const byId = (id: string) => `return pass.token('sell', { connection: '${id}' })`
  expect(new Set(await answers(byId, ids))).toEqual(new Set([first]))

  // What nobody knows is refused with as little.
  for (const answer of await answers(token, [
    'nobody',
    '__proto__',
    'constructor',
    'toString',
    'Sell',
    'sell ',
  ]))
    expect(answer).toMatch(/^not-permitted /)
  expect(await arena.call(page, 'return pass.connections()')).toEqual({ value: [] })
  expect(arena.apiCalls()).toEqual([])
})

attack('permit', 'asks for a token with a permit for calls alone', async arena => {
  const page = await reader(arena)
  for (const options of ['', ", { scopes: ['read'] }", ", { scopes: ['read', 'profile'] }"]) {
    const outcome = await arena.call(page, `return pass.token('sell'${options})`)
    expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'needs-gesture' })
    await arena.expectNoSecret(outcome)
  }
  expect(arena.sandbox.saw().filter(({ server }) => server !== 'sites')).toEqual([])
})

attack(
  'permit',
  'asks for a token with more scopes than it was permitted, however they are written',
  async arena => {
    const clicked = await arena.open('https://crm.acme.example/blank')
    await arena.permit(clicked, { provider: 'salesos', use: 'token', scopes: ['leads:read'] })
    const page = await arena.open('https://crm.acme.example/blank')
    arena.sandbox.forget()
    for (const scopes of [
      ['leads:read', 'email'],
      ['email'],
      ['users:read'],
      ['leads:write'],
      ['offline_access'],
      ['leads:read offline_access'],
      ['leads:read email'],
      [' leads:read'],
      ['leads:read '],
      ['leads:read\temail'],
      ['leads:read,email'],
      ['LEADS:READ'],
      ['leads:*'],
      ['*'],
      ['__proto__'],
    ]) {
      const outcome = await arena.call(
        page,
        `return pass.token('salesos', { scopes: ${JSON.stringify(scopes)} })`,
      )
      expect(outcome, JSON.stringify(scopes)).toMatchObject({
        code: 'not-permitted',
        reason: 'needs-gesture',
      })
      await arena.expectNoSecret(outcome)
    }
    expect(arena.sandbox.saw()).toEqual([])
    const honest = await arena.call(
      page,
      "return (await pass.token('salesos', { scopes: ['leads:read'] })).scopes",
    )
    expect(honest).toEqual({ value: ['leads:read'] })
  },
)

attack('permit', 'reads by brokered calls what needs another scope than it was permitted', async arena => {
  const page = await reader(arena)
  for (const path of [
    '/v2/users/self',
    '/v2/accounts/self',
    '/v2/leads/../users/self',
    '/v2/USERS/self',
    '/v2/users?x=/v2/leads',
  ])
    expect(await arena.call(page, fetching('sell', path, { scopes: ['read'] })), path).toMatchObject({
      code: 'not-permitted',
      reason: 'needs-gesture',
    })
  expect(arena.apiCalls()).toEqual([])
  expect(await arena.call(page, fetching('sell', '/v2/leads/1'))).toMatchObject({ value: { status: 200 } })
})

attack('permit', 'names the connection of another provider, and one that is nobody’s', async arena => {
  const page = await reader(arena)
  const { connections } = await arena.view()
  const other = connections.find(({ provider }) => provider === 'salesos')?.id ?? ''
  for (const connection of [other, crypto.randomUUID(), '__proto__', 'constructor']) {
    const outcome = await arena.call(page, fetching('sell', '/v2/leads', { connection }))
    expect(outcome, connection).toMatchObject({ code: 'not-permitted', reason: 'needs-gesture' })
  }
  expect(await arena.call(page, fetching('salesos', '/v1/leads'))).toMatchObject({ code: 'not-permitted' })
  expect(arena.apiCalls()).toEqual([])
})
