import { personalTokens } from '../sandbox/setup'
import { type Arena, attack, expect } from './arena'

type Provider = 'sell' | 'salesos'

/** Reconnects a provider, whose page redirects at once since the user is signed in there. Gives how it ended. */
async function reconnect(arena: Arena, provider: Provider): Promise<{ code: string } | undefined> {
  const connection = (await arena.view()).connections.find(known => known.provider === provider)?.id
  await arena.asScreen('connect', { provider, connection })
  const attempt = async () => (await arena.view()).attempts.find(known => known.provider === provider)
  await expect.poll(async () => (await attempt())?.status, { intervals: [20] }).not.toBe('running')
  return (await attempt())?.fault
}

/** What must not change by an attack: whom we are connected as, and with what. */
async function untouched(arena: Arena, provider: Provider): Promise<() => Promise<void>> {
  const known = async () => ({
    connections: (await arena.view()).connections,
    secrets: await arena.secrets(),
  })
  const before = await known()
  return async () => {
    expect(await known()).toEqual(before)
    // And the login is ended by no attempt of somebody else's: it can be renewed as before.
    arena.sandbox.set(provider, { fault: null, redirectFault: 'none' })
    expect(await reconnect(arena, provider)).toBeUndefined()
  }
}

for (const provider of ['sell', 'salesos'] as const)
  attack(
    'answer',
    `answers a sign-in of ${provider} with a foreign state, with none, and at another path`,
    async arena => {
      const check = await untouched(arena, provider)
      arena.sandbox.forget()
      for (const [redirectFault, code] of [
        ['no-state', 'bad-state'],
        ['wrong-state', 'bad-state'],
        ['wrong-path', 'wrong-redirect'],
        ['wrong-iss', 'wrong-issuer'],
      ] as const) {
        arena.sandbox.set(provider, { redirectFault })
        expect(await reconnect(arena, provider), redirectFault).toEqual({ code })
      }
      // No code was redeemed, and no token of these answers was used.
      expect(arena.sandbox.saw({ path: /oauth2?\/token|users\/self|userinfo/ })).toEqual([])
      await check()
    },
  )

/** Where the browser sends answers for a provider. */
const redirectOf = (arena: Arena, provider: string) =>
  `https://${arena.dealpass.extensionId}.chromiumapp.org/${provider}`

/** Has the page of a sign-in redirect to an answer of the attacker's own. */
function inject(arena: Arena, provider: Provider, location: string): void {
  const path = provider === 'sell' ? '/oauth2/authorize' : '/authorize'
  arena.sandbox.set(provider, { fault: { path, status: 302, body: '', headers: { location } } })
}

attack(
  'answer',
  'injects a token of the attacker’s own account, and the state of an earlier sign-in',
  async arena => {
    expect(await reconnect(arena, 'sell')).toBeUndefined()
    const [earlier] = arena.sandbox.saw({ path: '/oauth2/authorize' })
    const state = earlier?.query.state ?? ''
    expect(state.length).toBeGreaterThan(20)
    const check = await untouched(arena, 'sell')
    const { token } = personalTokens.colleague
    arena.sandbox.forget()
    const answer = `access_token=${token}&token_type=bearer&expires_in=3600`
    for (const [tail, code] of [
      [`#${answer}`, 'bad-state'],
      [`#${answer}&state=`, 'bad-state'],
      [`#${answer}&state=${state}`, 'bad-state'],
      [`#${answer}&state=${state}&state=${state}`, /./],
      [`?${answer}&state=${state}`, 'bad-state'],
      [`?state=${state}#${answer}`, 'bad-state'],
      [`/#${answer}&state=${state}`, 'wrong-redirect'],
      [`/../salesos#${answer}&state=${state}`, 'wrong-redirect'],
      [`%2f#${answer}&state=${state}`, 'wrong-redirect'],
      [`#error=access_denied&error_description=${token}`, 'bad-state'],
    ] as const) {
      inject(arena, 'sell', redirectOf(arena, 'sell') + tail)
      const fault = await reconnect(arena, 'sell')
      expect(fault?.code, tail.replace(token, '…')).toMatch(code)
    }
    // Nobody was asked about the token, and it was not used.
    expect(JSON.stringify(arena.sandbox.saw())).not.toContain(token)
    expect(JSON.stringify(await arena.view())).not.toContain(token)
    await check()
  },
)

attack('answer', 'mixes two providers up: the answer of one comes while the other is asked', async arena => {
  expect(await reconnect(arena, 'salesos')).toBeUndefined()
  const state = arena.sandbox.saw({ path: '/authorize' })[0]?.query.state ?? ''
  const check = await untouched(arena, 'salesos')
  arena.sandbox.forget()
  const code = 'code-of-the-attacker-0123456789'
  for (const [provider, tail, refusal] of [
    ['sell', `?code=${code}&state=${state}`, 'wrong-redirect'],
    ['evil', `?code=${code}&state=${state}`, 'wrong-redirect'],
    ['salesos', `?code=${code}&state=${state}`, 'bad-state'],
    ['salesos', `?code=${code}`, 'bad-state'],
    ['salesos', `#code=${code}&state=${state}`, 'bad-state'],
    ['salesos', `?code=${code}&state=${state}&iss=https%3A%2F%2Fapi.getbase.com`, 'wrong-issuer'],
    ['salesos', `?access_token=${code}&token_type=bearer&state=${state}`, 'bad-state'],
  ] as const) {
    inject(arena, 'salesos', redirectOf(arena, provider) + tail)
    expect((await reconnect(arena, 'salesos'))?.code, tail).toBe(refusal)
  }
  expect(arena.sandbox.saw({ path: /token|userinfo/ })).toEqual([])
  await check()
})

attack('audience', 'slips in a token that was made for another app', async arena => {
  const check = await untouched(arena, 'sell')
  arena.sandbox.forget()
  arena.sandbox.set('sell', { foreignToken: true })
  expect(await reconnect(arena, 'sell')).toEqual({ code: 'foreign-token' })
  // Whose it is was asked, and it was used for nothing.
  expect(arena.sandbox.saw({ path: '/oauth2/token/info' })).toHaveLength(1)
  expect(arena.apiCalls()).toEqual([])
  arena.sandbox.set('sell', { foreignToken: false })
  await check()
})
