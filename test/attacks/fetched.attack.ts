import { attack, expect } from './arena'
import { fetching, reader } from './brokered'

attack(
  'fetched',
  'has the token endpoint send a renewal, refresh token and all, on to another host',
  async arena => {
    const clicked = await arena.open('https://crm.acme.example/blank')
    await arena.permit(clicked, { provider: 'salesos', use: 'token' })
    arena.sandbox.forget()
    // Each set of scopes is a renewal of its own.
    const sets = [['email'], ['profile'], ['email', 'profile']]
    for (const [at, status] of [302, 307, 308].entries()) {
      const headers = { location: 'https://evil.example/steal' }
      arena.sandbox.set('salesos', { fault: { path: '/oauth/token', status, body: '', headers } })
      const scopes = JSON.stringify(sets[at])
      const outcome = await arena.call(clicked, `return pass.token('salesos', { scopes: ${scopes} })`)
      expect(outcome, String(status)).toMatchObject({ code: expect.stringMatching(/^provider-/) })
      await arena.expectNoSecret(outcome)
    }
    expect(arena.sandbox.saw({ path: '/oauth/token' })).toHaveLength(3)
    expect(arena.sandbox.saw({ host: 'evil.example' })).toEqual([])
    // The login is as good as before.
    arena.sandbox.set('salesos', { fault: null })
    expect((await arena.view()).connections.map(({ status }) => status)).toEqual(['connected', 'connected'])
  },
)

attack('fetched', 'has an API answer with more than a page is given', async arena => {
  const page = await reader(arena)
  arena.sandbox.set('sell', { fault: { path: '/v2/leads', body: 'x'.repeat(4 * 1024 * 1024 + 1) } })
  const outcome = await arena.call(
    page,
    `return (await (await pass.fetch('sell', '/v2/leads')).text()).length`,
  )
  expect(outcome).toMatchObject({ code: 'provider-rejected', reason: 'too-large' })
  arena.sandbox.set('sell', { fault: null })
  expect(await arena.call(page, fetching('sell', '/v2/leads'))).toMatchObject({ value: { status: 200 } })
})
