import { attack, expect } from './arena'
import { expectNothing, fetching, reader } from './brokered'
import { askRaw, openWire } from './raw-wire'

const lead = JSON.stringify({ data: { last_name: 'Planted' } })

attack('access', 'changes data with a permit to read', async arena => {
  const page = await reader(arena, 'salesos')
  await openWire(page)
  const outcomes: Record<string, unknown> = {}
  const json = `headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(lead)}`
  for (const method of ['DELETE', 'POST', 'post', 'Put', 'PATCH', 'patch', 'delete'])
    for (const more of ['', json])
      outcomes[`${method} ${more}`] = await askRaw(
        page,
        'fetch',
        `{ provider: 'salesos', path: '/v1/leads/1', method: '${method}', ${more} }`,
      )
  for (const [method, outcome] of Object.entries(outcomes))
    expect(outcome, method).toMatchObject({
      ok: false,
      error: { code: 'not-permitted', reason: 'needs-gesture' },
    })
  expect(arena.sandbox.saw()).toEqual([])
  // The honest ways of the same page go on.
  for (const method of ['GET', 'HEAD', 'get'])
    expect(await arena.call(page, fetching('salesos', '/v1/leads', { method }))).toMatchObject({
      value: { status: 200 },
    })
  expect(arena.sandbox.saw().map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET'])
})

attack('access', 'hides a change in a GET, or in a method that nobody knows', async arena => {
  const page = await reader(arena, 'salesos')
  await openWire(page)
  const asked = (method: string, more = '') =>
    askRaw(
      page,
      'fetch',
      `{ provider: 'salesos', path: '/v1/leads', method: ${JSON.stringify(method)} ${more} }`,
    )
  const outcomes: Record<string, Awaited<ReturnType<typeof asked>>> = {}
  for (const method of [
    'PROPFIND',
    'CONNECT',
    'TRACE',
    'TRACK',
    'OPTIONS',
    'MERGE',
    'QUERY',
    '',
    ' GET',
    'GET ',
    'GET\r\nX: 1',
    'GETPOST',
    'constructor',
  ])
    outcomes[method] = await asked(method)
  for (const method of ['GET', 'HEAD', 'get']) {
    outcomes[`${method} with a text`] = await asked(method, `, body: ${JSON.stringify(lead)}`)
    outcomes[`${method} with bytes`] = await asked(method, `, body: new TextEncoder().encode('x').buffer`)
    outcomes[`${method} with nothing`] = await asked(method, `, body: ''`)
  }
  for (const [method, outcome] of Object.entries(outcomes))
    expect(outcome, method).toMatchObject({ ok: false, error: { code: 'bad-request' } })
  expect(arena.sandbox.saw()).toEqual([])
})

attack('access', 'writes at a permit’s API by the SDK, over a page that may read', async arena => {
  const page = await reader(arena)
  const post = { method: 'POST', body: lead, headers: { 'content-type': 'application/json' } }
  await expectNothing(
    arena,
    { post: await arena.call(page, fetching('sell', '/v2/leads', post)) },
    {
      code: 'not-permitted',
      reason: 'needs-gesture',
    },
  )
})
