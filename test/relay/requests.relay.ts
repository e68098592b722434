import { afterEach, describe, expect, it } from 'vitest'
import { redirects } from '../sandbox/flows'
import { clients } from '../sandbox/setup'
import { relayOrigin } from './config'
import { runtimes } from './runtimes'
import { withWorld } from './world'

const basic = ({ id, secret }: { id: string; secret: string }) => `Basic ${btoa(`${id}:${secret}`)}`

describe.each(runtimes)('the relay on %s', runtime => {
  const world = withWorld(runtime)
  afterEach(() => {
    expect(world.sandbox.violations()).toEqual([])
  })

  const refresh = (token: string, more: Record<string, string> = {}) => ({
    grant_type: 'refresh_token',
    refresh_token: token,
    ...more,
  })
  const tokenCalls = () => world.sandbox.saw({ path: '/oauth2/token' })

  it('exchanges a code with the company’s secret, and seals the refresh token', async () => {
    const { access_token, refresh_token, token_type, expires_in, scope } = await world.signIn()
    expect({ token_type, expires_in, scope }).toEqual({
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'read profile',
    })
    expect(access_token).toMatch(/^[0-9a-f]{64}$/)
    expect(refresh_token).toMatch(/^dpr1\.[\w-]+\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/)
    expect(JSON.parse(atob(refresh_token?.split('.')[1] ?? ''))).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'now',
    })
    expect(tokenCalls()).toMatchObject([
      {
        status: 200,
        headers: { authorization: basic(clients.sell) },
        body: { grant_type: 'authorization_code', redirect_uri: redirects.sell },
      },
    ])
    expect(tokenCalls()[0]?.headers).not.toHaveProperty('dpop')
    expect(tokenCalls()[0]?.headers).not.toHaveProperty('cookie')
  })

  it('refreshes by the sealed token, narrows scopes, and seals the rotated one', async () => {
    const first = await world.signIn()
    world.sandbox.forget()
    const second = await world.call('/oauth/sell/token', { form: refresh(first.refresh_token ?? '') })
    expect(second.status, second.text).toBe(200)
    expect(second.json.refresh_token).toMatch(/^dpr1\./)
    expect(second.json.refresh_token).not.toBe(first.refresh_token)
    const third = await world.call('/oauth/sell/token', {
      form: refresh(String(second.json.refresh_token), { scope: 'read' }),
    })
    expect(third.status, third.text).toBe(200)
    expect(tokenCalls().map(({ body }) => Object(body).scope)).toEqual([undefined, 'read'])
    for (const { body } of tokenCalls()) expect(Object(body).refresh_token).toMatch(/^[0-9a-f]{64}$/)
  })

  it('passes a refusal of the provider on, and its clock', async () => {
    const { refresh_token = '' } = await world.signIn()
    world.sandbox.withdraw('sell')
    world.sandbox.advance('sell', 24 * 60 * 60_000)
    const { status, json, code, headers } = await world.call('/oauth/sell/token', {
      form: refresh(refresh_token),
    })
    expect({ status, code, error: json.error }).toEqual({ status: 400, code: null, error: 'invalid_grant' })
    const ahead = Date.parse(headers.get('date') ?? '') - Date.now()
    expect(ahead / 3_600_000).toBeCloseTo(24, 1)
  })

  it('revokes refresh tokens that it has sealed, and access tokens as they are', async () => {
    const { refresh_token = '', access_token = '' } = await world.signIn()
    world.sandbox.forget()
    for (const [token, token_type_hint] of [
      [refresh_token, 'refresh_token'],
      [access_token, 'access_token'],
    ] as const) {
      const { status, json } = await world.call('/oauth/sell/revoke', { form: { token, token_type_hint } })
      expect({ status, json }).toEqual({ status: 200, json: {} })
    }
    const calls = world.sandbox.saw({ path: '/oauth2/revoke' })
    expect(calls.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(basic(clients.sell)))
    const after = await world.call('/oauth/sell/token', { form: refresh(refresh_token) })
    expect(after.json.error).toBe('invalid_grant')
  })

  it('exchanges SellSN’s code by its hooks, whichever of the two requests SellSN takes', async () => {
    const { status, json, text } = await world.call('/oauth/sellsn/exchange', {
      form: { code: await world.code('sellsn') },
    })
    expect(status, text).toBe(200)
    expect(json).toMatchObject({ success: true, data: expect.stringMatching(/^eyJ/) })
    const [seen] = world.sandbox.saw({ path: /exchange/ })
    expect(seen?.headers['xoauth2-client-secret']).toBe(clients.sellsn.secret)
  })

  it('is there for a key that proves its possession as it is for a user of the company', async () => {
    const { prover } = world
    const { refresh_token = '' } = await world.signIn({ prover })
    const again = await world.call('/oauth/sell/token', { form: refresh(refresh_token), prover })
    expect(again.status, again.text).toBe(200)
    const stolen = await world.call('/oauth/sell/token', { form: refresh(String(again.json.refresh_token)) })
    expect(stolen.code).toBe('bad-sealed-token')
  })

  describe('data of sellytics', () => {
    const figures = '/api/sellytics/data/v1/summary'
    const tokenPath = /realms.*token$/
    const north = { headers: { 'dealpass-client': clients.sellyticsNorth.id } }
    const south = { headers: { 'dealpass-client': clients.sellyticsSouth.id } }

    it('comes with a token that stays here, one for many calls', async () => {
      const before = world.sandbox.saw({ path: tokenPath }).length
      const replies = await Promise.all(Array.from({ length: 20 }, () => world.call(figures, north)))
      expect(replies.map(({ status, text }) => [status, text.slice(0, 80)])).toEqual(
        Array(20).fill([200, replies[0]?.text.slice(0, 80)]),
      )
      const fetched = world.sandbox.saw({ path: tokenPath }).length - before
      // A platform that isolates requests may fetch one for each of those that begin at once.
      if (runtime === 'node') expect(fetched).toBeLessThanOrEqual(1)
      const calls = world.sandbox.saw({ path: '/data/v1/summary' })
      expect(calls).toHaveLength(20)
      for (const { headers } of calls) {
        expect(headers.authorization).toMatch(/^Bearer eyJ/)
        for (const name of ['cookie', 'dpop', 'dealpass-relay', 'dealpass-client'])
          expect(headers).not.toHaveProperty(name)
      }
      expect((await world.call(figures, north)).status).toBe(200)
      const audits = world.relay
        .output()
        .split('\n')
        .filter(line => line.includes('"event":"audit"'))
      expect(JSON.parse(audits.at(-1) ?? '{}')).toMatchObject({
        user: 'user:mia',
        provider: 'sellytics',
        key: 'North',
        method: 'GET',
        path: '/data/v1/summary',
        status: 200,
      })
    })

    it('is for those whom the key’s list names', async () => {
      const { status, code } = await world.call(figures, south)
      expect({ status, code }).toEqual({ status: 403, code: 'not-allowed' })
      const token = await world.identity.token({ sub: 'tom' })
      expect((await world.call(figures, { ...south, token })).status).toBe(200)
      expect((await world.call(figures, { ...south, prover: world.prover })).status).toBe(200)
    })

    it('is listed by the keys that somebody may use', async () => {
      const listed = async (call: object) => (await world.call('/oauth/sellytics/keys', call)).json.keys
      const keyOf = ({ name, id }: { name: string; id: string }) => ({ label: name, client_id: id })
      expect(await listed({})).toEqual([keyOf(clients.sellyticsNorth)])
      expect(await listed({ prover: world.prover })).toEqual([
        keyOf(clients.sellyticsNorth),
        keyOf(clients.sellyticsSouth),
      ])
      expect((await world.call('/oauth/sell/keys')).code).toBe('not-found')
      expect((await world.call('/oauth/sellytics/keys', { token: null })).code).toBe('no-credentials')
    })

    it('is fetched with a new token where the API refuses the one that is held', async () => {
      // One that has not had to do so within the last minute.
      const fresh = await world.another()
      expect((await world.call(figures, north, fresh)).status).toBe(200)
      world.sandbox.withdraw('sellytics')
      world.sandbox.forget()
      expect((await world.call(figures, north, fresh)).status).toBe(200)
      expect(world.sandbox.saw({ path: '/data/v1/summary' }).map(({ status }) => status)).toEqual([401, 200])
      expect(world.sandbox.saw({ path: tokenPath })).toHaveLength(1)
    })

    it.each([
      ['no key where there are several', 400, 'bad-request', figures, {}],
      ['a key that is not there', 400, 'bad-request', figures, { headers: { 'dealpass-client': 'x' } }],
      [
        'a method that is not configured',
        405,
        'method-not-allowed',
        figures,
        { ...north, method: 'POST', body: '{}' },
      ],
      ['another path', 403, 'path-not-allowed', '/api/sellytics/admin/users', north],
      ['a path that climbs', 403, 'path-not-allowed', '/api/sellytics/data/v1/%2e%2e%2fadmin', north],
      [
        'a path that climbs after decoding twice',
        403,
        'path-not-allowed',
        '/api/sellytics/data/v1/..%252fadmin',
        north,
      ],
      ['another host', 403, 'path-not-allowed', '/api/sellytics//evil.example/data/v1/', north],
      ['a host behind an @', 403, 'path-not-allowed', '/api/sellytics/@evil.example/data/v1/', north],
      [
        'the token endpoint',
        403,
        'path-not-allowed',
        '/api/sellytics/realms/sellytics/protocol/openid-connect/token',
        north,
      ],
      ['a provider without keys', 404, 'not-found', '/api/sell/v2/leads', {}],
      ['a provider that is not there', 404, 'not-found', '/api/acme/x', {}],
    ] as const)('is refused: %s', async (_what, status, code, path, call) => {
      const before = world.sandbox.saw().length
      const reply = await world.call(path, call)
      expect({ status: reply.status, code: reply.code }).toEqual({ status, code })
      expect(
        world.sandbox
          .saw()
          .slice(before)
          .filter(({ path }) => !tokenPath.test(path)),
      ).toEqual([])
    })

    it('that gives the token back is not passed on', async () => {
      for (const echo of ['body', 'base64', 'header'] as const) {
        world.sandbox.set('sellytics', { fault: { path: '/data/v1/summary', echo, times: 1 } })
        expect(await world.call(figures, north)).toMatchObject({ status: 502, code: 'token-in-answer' })
      }
    })
  })

  it('says how to ask for access, to anybody', async () => {
    const { status, json } = await world.call('/.well-known/oauth-protected-resource', {
      token: null,
      headers: { 'dealpass-relay': '' },
    })
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        resource: relayOrigin,
        authorization_servers: [world.identity.issuer],
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: ['ES256'],
      },
    })
  })
})
