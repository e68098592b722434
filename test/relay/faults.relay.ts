import { describe, expect, it } from 'vitest'
import { clients } from '../sandbox/setup'
import { runtimes } from './runtimes'
import { type Reply, withWorld } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }
const told = ({ status, code }: Reply) => `${status} ${code}`
const tokenPath = '/oauth2/token'
const html = { body: '<h1>Bad gateway</h1>', contentType: 'text/html' }

describe.each(runtimes)('the relay on %s, in front of an upstream', runtime => {
  const world = withWorld(runtime)

  const refresh = async (token?: string) => {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: token ?? (await world.signIn()).refresh_token ?? '',
    }
    return () => world.call('/oauth/sell/token', { form })
  }

  it.each([
    ['that is down', { path: /.*/, drop: true }, '502 upstream-unreachable'],
    ['that answers 500 with HTML', { path: /.*/, status: 500, ...html }, '500 null'],
    ['that answers 502 without a body', { path: /.*/, status: 502, body: '' }, '502 null'],
    ['that answers 503', { path: /.*/, status: 503, headers: { 'retry-after': '7' }, body: {} }, '503 null'],
    ['that answers 429', { path: /.*/, status: 429, headers: { 'retry-after': '7' }, body: '' }, '429 null'],
    ['that answers 200 with HTML', { path: /.*/, status: 200, ...html }, '502 upstream-nonsense'],
    [
      'that answers with torn JSON',
      { path: /.*/, status: 200, body: '{"access_token":"x', contentType: 'application/json' },
      '502 upstream-nonsense',
    ],
    ['that answers with a list', { path: /.*/, status: 200, body: ['x'] }, '502 upstream-nonsense'],
    [
      'that answers with 10 MB',
      { path: /.*/, status: 200, body: { access_token: 'x'.repeat(10_000_000) } },
      '502 upstream-nonsense',
    ],
    [
      'that redirects',
      { path: /.*/, status: 307, headers: { location: 'https://evil.example/' }, body: '' },
      '502 upstream-nonsense',
    ],
  ] as const)('%s', async (_what, fault, expected) => {
    const ask = await refresh()
    world.sandbox.set('sell', { fault })
    const reply = await ask()
    expect(told(reply)).toBe(expected)
    expect(reply.text).not.toMatch(/<h1>|evil\.example/)
    if ('headers' in fault && 'retry-after' in fault.headers)
      expect(reply.headers.get('retry-after')).toBe('7')
    // Whoever reads it as a client of RFC 6749 takes none of these for a refusal of the login.
    expect(['invalid_grant', 'invalid_client', 'unauthorized_client']).not.toContain(reply.json.error)
    world.sandbox.set('sell', { fault: null })
    expect((await ask()).status).toBe(200)
  })

  it('that repeats secrets in its refusal is quoted without them', async () => {
    const ask = await refresh()
    const [{ value = '' } = {}] = world.sandbox
      .secrets()
      .filter(({ kind }) => kind === 'refresh token')
      .slice(-1)
    for (const secret of [clients.sell.secret, value]) {
      const body = {
        error: 'invalid_grant',
        error_description: `bad: ${secret}`,
        debug: secret,
        success: false,
      }
      world.sandbox.set('sell', { fault: { path: tokenPath, status: 400, body } })
      const reply = await ask()
      expect({ status: reply.status, json: reply.json }).toEqual({
        status: 400,
        json: { error: 'invalid_grant', success: false },
      })
    }
    const body = { access_token: 'x'.repeat(20), token_type: 'bearer', note: clients.sell.secret }
    world.sandbox.set('sell', { fault: { path: tokenPath, body } })
    expect(told(await ask())).toBe('502 token-in-answer')
  })

  it('that hides a refresh token somewhere in its answer: it leaves sealed or not at all', async () => {
    const ask = await refresh()
    const hidden = 'a-refresh-token-that-nobody-seals'
    const body = {
      access_token: 'x'.repeat(20),
      token_type: 'bearer',
      data: { refresh_token: hidden, list: [{ refreshToken: hidden, kept: 1 }] },
    }
    world.sandbox.set('sell', { fault: { path: tokenPath, body } })
    const reply = await ask()
    expect(reply.json).toMatchObject({ access_token: body.access_token, data: { list: [{ kept: 1 }] } })
    expect(reply.text).not.toContain(hidden)
  })

  it('that refuses whatever token there is: it is asked for another one once, and not for each call', async () => {
    const fresh = await world.another()
    world.sandbox.set('sellytics', { fault: { path: '/data/v1/summary', status: 401, body: '' } })
    for (let count = 0; count < 5; count += 1)
      expect(told(await world.call(summary, north, fresh))).toBe('401 null')
    expect(world.sandbox.saw({ server: 'sellytics', path: /\/token$/ })).toHaveLength(2)
    expect(world.sandbox.saw({ path: '/data/v1/summary' })).toHaveLength(6)
  })

  it('that packs its answer unasked: nothing could be found in it', async () => {
    // A platform's own fetch unpacks it, and fails at what is not packed.
    const fault = { path: '/data/v1/summary', body: {}, headers: { 'content-encoding': 'gzip' } }
    world.sandbox.set('sellytics', { fault })
    expect(told(await world.call(summary, north))).toMatch(/^502 upstream-(nonsense|unreachable)$/)
  })

  it('whose data endpoint fails: its answer goes on, what is no answer does not', async () => {
    for (const [fault, expected] of [
      [{ status: 500, body: { error: 'x' } }, '500 null'],
      [{ status: 404, body: '' }, '404 null'],
      [{ drop: true }, '502 upstream-unreachable'],
      [{ status: 302, headers: { location: 'https://evil.example/' }, body: '' }, '502 upstream-nonsense'],
      [{ body: { much: 'x'.repeat(5_000_000) } }, '502 upstream-nonsense'],
    ] as const) {
      world.sandbox.set('sellytics', { fault: { path: '/data/v1/summary', ...fault } })
      const reply = await world.call(summary, north)
      expect(told(reply)).toBe(expected)
      expect(reply.headers.get('location')).toBeNull()
      expect(reply.headers.get('set-cookie')).toBeNull()
    }
  })

  it('that refuses the company’s key: whose fault it is, is said', async () => {
    const wrong = await world.another({}, { NORTH_SECRET: 'not-the-secret-of-this-key' })
    expect(told(await world.call(summary, north, wrong))).toBe('502 upstream-refused-client')
  })

  it('with users whose identity provider is down: nobody is told that a login is bad', async () => {
    const fresh = await world.another()
    world.identity.answerWith(500)
    const token = await world.identity.token()
    expect(told(await world.call(summary, { ...north, token }, fresh))).toBe('503 identity-unreachable')
    world.identity.answerWith(200)
    expect((await world.call(summary, { ...north, token }, fresh)).status).toBe(200)
    const before = world.identity.fetches()
    for (let count = 0; count < 5; count += 1)
      expect((await world.call(summary, north, fresh)).status).toBe(200)
    expect(world.identity.fetches()).toBe(before)
  })

  it('from two instances that share keys and nothing else', async () => {
    const beside = await world.another()
    const { refresh_token = '' } = await world.signIn()
    let token = refresh_token
    for (const at of [beside, world.relay, beside]) {
      const form = { grant_type: 'refresh_token', refresh_token: token }
      const reply = await world.call('/oauth/sell/token', { form }, at)
      expect(reply.status, reply.text).toBe(200)
      token = String(reply.json.refresh_token)
    }
  })

  it('with sealing keys that are replaced: the old opens, the new seals, and one that is gone opens nothing', async () => {
    const { refresh_token = '' } = await world.signIn()
    const [now, before] = world.config.sealing as object[]
    const kidOf = (token: unknown) => JSON.parse(atob(String(token).split('.')[1] ?? '')).kid
    const rotated = await world.another({ sealing: [before, now] })
    const ask = (token: string, at: typeof rotated) =>
      world.call('/oauth/sell/token', { form: { grant_type: 'refresh_token', refresh_token: token } }, at)
    const moved = await ask(refresh_token, rotated)
    expect([kidOf(refresh_token), moved.status, kidOf(moved.json.refresh_token)]).toEqual([
      'now',
      200,
      'before',
    ])
    const gone = await world.another({ sealing: [now] })
    expect(told(await ask(String(moved.json.refresh_token), gone))).toBe('400 bad-sealed-token')
    expect((await ask(String(moved.json.refresh_token), rotated)).status).toBe(200)
  })
})
