import { stopWorker } from '../e2e/harness/worker'
import { attack, expect, inPage } from './arena'
import { fetching, reader } from './brokered'
import { openWire } from './raw-wire'

/** Asks that often at once; gives how often each answer came. */
const burst = (times: number, name: string, input: string) => `new Promise(done => {
  const counts = {}
  const before = wire.heard.length
  for (let at = 0; at < ${times}; at++) wire.post({ id: 10_000 + at, name: '${name}', input: ${input} })
  const look = () => {
    if (wire.heard.length - before < ${times}) return setTimeout(look, 10)
    for (const { reply } of wire.heard.slice(before)) {
      const answer = reply.ok ? 'served' : reply.error.code
      counts[answer] = (counts[answer] ?? 0) + 1
    }
    done(counts)
  }
  look()
})`

attack('rate', 'asks ten thousand times at once, while another site works', async arena => {
  const honest = await reader(arena)
  const page = await arena.open('https://partner.acme.example/blank')
  await openWire(page)
  try {
    const counted = inPage(page, burst(10_000, 'connections', '{}')) as Promise<Record<string, number>>
    expect(await arena.call(honest, fetching('sell', '/v2/leads'))).toMatchObject({ value: { status: 200 } })
    const { served = 0, 'rate-limited': limited = 0, ...others } = await counted
    expect(others).toEqual({})
    expect(limited).toBeGreaterThan(7_000)
    expect(served + limited).toBe(10_000)
    expect(arena.apiCalls()).toHaveLength(1)
  } finally {
    // The next attack starts with a full bucket.
    await stopWorker(arena.dealpass)
  }
})

attack('rate', 'has a permit and asks for its token three thousand times at once', async arena => {
  const page = await arena.open('https://crm.acme.example/blank')
  await arena.permit(page, { provider: 'salesos', use: 'token' })
  await openWire(page)
  arena.sandbox.forget()
  try {
    const { served = 0, ...others } = (await inPage(
      page,
      burst(3_000, 'token', "{ provider: 'salesos', scopes: ['leads:read'] }"),
    )) as Record<string, number>
    expect(others).toEqual({ 'rate-limited': 3_000 - served })
    expect(others['rate-limited']).toBeGreaterThan(1_000)
    expect(arena.sandbox.saw({ path: '/oauth/token' }).length).toBeLessThanOrEqual(1)
  } finally {
    await stopWorker(arena.dealpass)
  }
})

attack('again', 'has the login renewed without an end, by a path that always answers 401', async arena => {
  const page = await reader(arena, 'salesos')
  arena.sandbox.set('salesos', { fault: { path: '/v1/leads/9', status: 401, body: {} } })
  for (let time = 0; time < 8; time++) {
    expect(await arena.call(page, fetching('salesos', '/v1/leads/9'))).toMatchObject({
      code: 'provider-rejected',
    })
    // A call that goes well in between makes no difference.
    expect(await arena.call(page, fetching('salesos', '/v1/leads'))).toMatchObject({ value: { status: 200 } })
  }
  expect(arena.sandbox.saw({ path: '/oauth/token' })).toHaveLength(1)
})
