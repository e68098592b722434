import type { Fault } from '../sandbox/sandbox'
import { type Arena, attack, expect } from './arena'
import { fetching, reader } from './brokered'

/** The page asks an endpoint of the API that shows what it was sent. */
async function echoed(arena: Arena, fault: Omit<Fault, 'path'>): Promise<void> {
  const page = await reader(arena)
  arena.sandbox.set('sell', { fault: { path: '/v2/leads', ...fault } })
  const outcome = await arena.call(page, fetching('sell', '/v2/leads'))
  expect(arena.apiCalls()).toHaveLength(1)
  expect(outcome).toMatchObject({ code: 'provider-rejected', reason: 'token-in-answer' })
  await arena.expectNoSecret(outcome)
}

attack('echo', 'has an API repeat the token in its answer', arena => echoed(arena, { echo: 'body' }))

attack('echo', 'has an API repeat the token in the body of an error', arena =>
  echoed(arena, { echo: 'body', status: 500 }),
)

attack('echo', 'has an API repeat the token in base64', async arena => {
  const page = await reader(arena)
  arena.sandbox.set('sell', { fault: { path: '/v2/leads', echo: 'base64' } })
  const outcome = await arena.call(page, fetching('sell', '/v2/leads'))
  expect(outcome).toMatchObject({ code: 'provider-rejected', reason: 'token-in-answer' })
  expect(outcome).not.toHaveProperty('value')
})

attack('echo', 'has an API repeat the token in a header', arena => echoed(arena, { echo: 'header' }))

attack('echo', 'has an API repeat the token in the words of its status', arena =>
  echoed(arena, { echo: 'status' }),
)
