import type { Page } from '@playwright/test'
import { type Arena, attack, expect } from './arena'
import { fetching } from './brokered'

/** A page that may have SalesOS' tokens, for all that our login can do there. */
async function leaser(arena: Arena): Promise<Page> {
  const clicked = await arena.open('https://crm.acme.example/blank')
  await arena.permit(clicked, { provider: 'salesos', use: 'token' })
  const page = await arena.open('https://crm.acme.example/blank')
  await clicked.close()
  arena.sandbox.forget()
  return page
}

// Each set of scopes is a renewal of its own, and no other attack takes these.
const token = (...scopes: string[]) => `return pass.token('salesos', { scopes: ${JSON.stringify(scopes)} })`

attack('lease', 'gets a token that lives for a day', async arena => {
  const page = await leaser(arena)
  arena.sandbox.set('salesos', { accessTokenSeconds: 86_400 })
  const outcome = await arena.call(page, token('email', 'leads:read'))
  expect(arena.sandbox.saw({ path: '/oauth/token' })).toMatchObject([{ status: 200 }])
  expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'long-lived-token' })
  await arena.expectNoSecret(outcome)
})

const answer = (fields: object) => ({
  fault: {
    path: '/oauth/token',
    body: { access_token: 'opaque-token-of-the-server', token_type: 'Bearer', ...fields },
  },
})

attack('lease', 'gets a token whose end nobody knows', async arena => {
  const page = await leaser(arena)
  arena.sandbox.set('salesos', answer({ scope: 'email profile' }))
  const outcome = await arena.call(page, token('email', 'profile'))
  expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'long-lived-token' })
  expect(JSON.stringify(outcome)).not.toContain('opaque-token')
})

attack('lease', 'gets a wider token than was allowed, from a server that narrows nothing', async arena => {
  const page = await leaser(arena)
  arena.sandbox.set(
    'salesos',
    answer({ expires_in: 600, scope: 'profile leads:read leads:write users:write' }),
  )
  const outcome = await arena.call(page, token('profile', 'leads:read'))
  expect(arena.sandbox.saw({ path: '/oauth/token' })).toMatchObject([{ status: 200 }])
  expect(outcome).toMatchObject({ code: 'not-permitted', reason: 'wide-token' })
  expect(JSON.stringify(outcome)).not.toContain('opaque-token')
  // Nor by the call that Dealpass makes itself, for what the permit does not say.
  for (const path of ['/v1/users', '/v1/deals'])
    expect(await arena.call(page, fetching('salesos', path))).not.toHaveProperty('value')
  expect(arena.apiCalls()).toEqual([])
})
