import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import { askSellytics, basic, bearer, claimsOf, type SellyticsBody, sellyticsTokens } from './flows'
import { readJwt } from './jwt'
import { clients } from './setup'

const REALM = 'https://auth.sellytics.com/realms/sellytics'
const TOKEN = `${REALM}/protocol/openid-connect/token`
const API = 'https://api.sellytics.com'
const DAY = 86_400_000
const north = clients.sellyticsNorth
const south = clients.sellyticsSouth

const { sandbox, visitor } = await anewForEachTest()

const get = (path: string, token: string) => visitor.send(`${API}${path}`, { headers: bearer(token) })
const statusOf = async (token: string) => (await get('/data/v1/summary', token)).status
const grant = { grant_type: 'client_credentials', scope: 'sellytics-data-api' }
const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  visitor.send(TOKEN, { method: 'POST', body: fields, headers })
const secondsNow = () => Math.floor(Date.now() / 1000)

describe('the token endpoint', () => {
  it('answers as documented', async () => {
    const answer = await ask({ client_id: north.id, client_secret: north.secret, ...grant })
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.pragma).toBe('no-cache')
    expect(answer.json()).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_in: 86_400,
      refresh_expires_in: 86_400,
      refresh_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      'not-before-policy': 0,
      session_state: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: 'sellytics-data-api',
    })
  })

  it('signs access tokens with the key that it publishes', async () => {
    const { access_token, session_state } = await sellyticsTokens(visitor)
    const { keys } = (await visitor.send(`${REALM}/protocol/openid-connect/certs`)).json() as {
      keys: [Record<string, string>]
    }
    expect(Object.keys(keys[0]).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    const key = createPublicKey({ key: keys[0], format: 'jwk' })
    const claims = readJwt(access_token, { alg: 'RS256', key })
    expect(claims).toMatchObject({
      iss: REALM,
      azp: north.id,
      typ: 'Bearer',
      session_state,
      ...{ scope: grant.scope },
    })
    expect(Number(claims?.exp) - Number(claims?.iat)).toBe(86_400)
    const [head, body] = access_token.split('.')
    expect(readJwt(`${head}.${body}.${'A'.repeat(342)}`, { alg: 'RS256', key })).toBeUndefined()
  })

  it('takes the key by HTTP Basic, too', async () => {
    const answer = await ask(grant, basic(south))
    expect(answer.status).toBe(200)
    expect(claimsOf((answer.json() as SellyticsBody).access_token).azp).toBe(south.id)
  })

  it('leaves refresh token and session out by switch', async () => {
    sandbox.set('sellytics', { refreshToken: false })
    const body = await sellyticsTokens(visitor)
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_in: 86_400,
      refresh_expires_in: 0,
      token_type: 'bearer',
      'not-before-policy': 0,
      scope: 'sellytics-data-api',
    })
    expect(claimsOf(body.access_token)).not.toHaveProperty('session_state')
    expect(await statusOf(body.access_token)).toBe(200)
  })

  it.each(['unauthorized_client', 'invalid_client'] as const)(
    'refuses wrong credentials as %s',
    async error => {
      sandbox.set('sellytics', { badCredentials: error })
      const wrong = [
        ask({ client_id: north.id, client_secret: 'wrong', ...grant }),
        ask({ client_id: 'nobody', client_secret: north.secret, ...grant }),
        ask({ client_id: north.id, client_secret: south.secret, ...grant }),
        ask(grant),
        ask(grant, basic({ id: north.id, secret: 'wrong' })),
      ]
      for (const answer of await Promise.all(wrong)) {
        expect(answer.status).toBe(401)
        expect(answer.json()).toEqual({
          error,
          error_description: 'Invalid client or Invalid client credentials',
        })
        expect(answer.headers['cache-control']).toBe('no-store')
      }
    },
  )

  it.each([
    ['no grant type', { grant_type: '' }, 'invalid_request', 'Missing form parameter: grant_type'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type', 'Unsupported grant_type'],
    [
      'an unknown scope',
      { scope: 'openid everything' },
      'invalid_scope',
      'Invalid scopes: openid everything',
    ],
  ])('answers 400 to %s', async (_name, over, error, error_description) => {
    const answer = await ask({ client_id: north.id, client_secret: north.secret, ...grant, ...over })
    expect(answer.status).toBe(400)
    expect(answer.json()).toEqual({ error, error_description })
  })

  it('answers 400 to a parameter that comes twice', async () => {
    const form = new URLSearchParams({ client_id: north.id, client_secret: north.secret, ...grant })
    form.append('scope', grant.scope)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await visitor.send(TOKEN, { method: 'POST', headers, body: form.toString() })
    expect(answer.status).toBe(400)
    expect(answer.json()).toEqual({ error: 'invalid_request', error_description: 'duplicated parameter' })
  })

  it('finds nothing in a JSON body', async () => {
    const body = JSON.stringify({ client_id: north.id, client_secret: north.secret, ...grant })
    const headers = { 'content-type': 'application/json' }
    const answer = await visitor.send(TOKEN, { method: 'POST', headers, body })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error_description: 'Missing form parameter: grant_type' })
  })

  it('lets token requests be counted', async () => {
    await sellyticsTokens(visitor)
    await sellyticsTokens(visitor, south)
    const seen = sandbox.saw({ server: 'sellytics', path: /\/token$/ })
    expect(seen.map(({ body, status }) => [Object(body).client_id, status])).toEqual([
      [north.id, 200],
      [south.id, 200],
    ])
  })

  it('has Keycloak’s metadata, and its answer to an unknown path', async () => {
    const metadata = (await visitor.send(`${REALM}/.well-known/openid-configuration`)).json()
    expect(metadata).toMatchObject({
      issuer: REALM,
      token_endpoint: TOKEN,
      introspection_endpoint: `${TOKEN}/introspect`,
      revocation_endpoint: `${REALM}/protocol/openid-connect/revoke`,
      jwks_uri: `${REALM}/protocol/openid-connect/certs`,
    })
    const unknown = await visitor.send('https://auth.sellytics.com/uaa/oauth/token', { method: 'POST' })
    expect([unknown.status, unknown.json()]).toEqual([404, { error: 'HTTP 404 Not Found' }])
  })
})

describe('revocation', () => {
  it('ends one access token, with 200 and no body', async () => {
    const first = (await sellyticsTokens(visitor)).access_token
    const second = (await sellyticsTokens(visitor)).access_token
    const answer = await askSellytics(visitor, 'revoke', { token: first })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200])
  })

  it.each(['never-issued', 'a.b.c'])('answers 200 with an error to an unknown token: %s', async token => {
    const answer = await askSellytics(visitor, 'revoke', { token })
    expect([answer.status, answer.json()]).toEqual([
      200,
      { error: 'invalid_token', error_description: 'Invalid token' },
    ])
  })

  it('logs every holder of the key out, and nobody else, when a refresh token is revoked; and reports it', async () => {
    const mine = await sellyticsTokens(visitor)
    const colleagues = await sellyticsTokens(visitor)
    const otherSpace = await sellyticsTokens(visitor, south)
    await askSellytics(visitor, 'revoke', { token: colleagues.access_token })
    expect(sandbox.violations()).toEqual([])
    const answer = await askSellytics(visitor, 'revoke', { token: mine.refresh_token ?? '' })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(await statusOf(mine.access_token)).toBe(401)
    expect(await statusOf(otherSpace.access_token)).toBe(200)
    const again = await askSellytics(visitor, 'revoke', { token: colleagues.refresh_token ?? '' })
    expect(again.json()).toMatchObject({ error: 'invalid_token' })
    expect(sandbox.violations()).toMatchObject([
      { rule: 'key-logged-out', server: 'sellytics', what: expect.stringContaining(north.id) },
    ])
    sandbox.forget()
    expect(await statusOf((await sellyticsTokens(visitor)).access_token)).toBe(200)
  })

  it('wants the key that the token was issued to', async () => {
    const { access_token } = await sellyticsTokens(visitor)
    const other = await askSellytics(visitor, 'revoke', { token: access_token }, south)
    expect([other.status, other.json()]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Unmatching clients' },
    ])
    const wrong = await askSellytics(
      visitor,
      'revoke',
      { token: access_token },
      { ...north, secret: 'wrong' },
    )
    expect(wrong.status).toBe(401)
    expect((await askSellytics(visitor, 'revoke', {})).json()).toMatchObject({
      error_description: 'Token not provided',
    })
    expect(await statusOf(access_token)).toBe(200)
  })
})

describe('introspection', () => {
  const introspect = (token: string) => askSellytics(visitor, 'token/introspect', { token })

  it('tells a living token from a dead one', async () => {
    const { access_token, refresh_token = '' } = await sellyticsTokens(visitor)
    expect((await introspect(access_token)).json()).toMatchObject({
      active: true,
      client_id: north.id,
      scope: 'sellytics-data-api',
      typ: 'Bearer',
      exp: claimsOf(access_token).exp,
    })
    expect((await introspect(refresh_token)).json()).toMatchObject({ active: true, typ: 'Refresh' })
    expect((await introspect('unknown')).json()).toEqual({ active: false })
    await askSellytics(visitor, 'revoke', { token: access_token })
    expect((await introspect(access_token)).json()).toEqual({ active: false })
    sandbox.advance('sellytics', DAY)
    expect((await introspect(refresh_token)).json()).toEqual({ active: false })
  })

  it('is for those who have a key', async () => {
    const { access_token } = await sellyticsTokens(visitor)
    const answer = await visitor.send(`${TOKEN}/introspect`, {
      method: 'POST',
      body: { token: access_token },
    })
    expect([answer.status, answer.json()]).toEqual([
      401,
      { error: 'invalid_request', error_description: 'Authentication failed.' },
    ])
  })
})

describe('the DATA API', () => {
  it('gives each space its own figures, and says that it is invented', async () => {
    const tokens = await Promise.all([north, south].map(key => sellyticsTokens(visitor, key)))
    const [ours, theirs] = await Promise.all(
      tokens.map(async ({ access_token }) => (await get('/data/v1/summary', access_token)).json()),
    )
    expect(ours).toEqual({
      sandbox: 'invented',
      space: { id: 'space-north', name: 'North' },
      currency: 'EUR',
      as_of: expect.any(String),
      revenue: { value: expect.any(Number), previous: expect.any(Number) },
      open_deals: { count: 37, value: 1_264_000 },
      win_rate: { value: 34, previous: 31 },
      trend: Array(6).fill({ month: expect.stringMatching(/^\d{4}-\d\d$/), revenue: expect.any(Number) }),
    })
    expect(theirs).toMatchObject({ sandbox: 'invented', space: { name: 'South' }, open_deals: { count: 22 } })
    expect(Object(theirs).revenue.value).not.toBe(Object(ours).revenue.value)
  })

  it('looks back from its own clock', async () => {
    const trendOf = async () => {
      const { access_token } = await sellyticsTokens(visitor)
      return Object((await get('/data/v1/summary', access_token)).json()).trend as {
        month: string
        revenue: number
      }[]
    }
    const before = await trendOf()
    const now = new Date()
    expect(before.at(-1)?.month).toBe(
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7),
    )
    sandbox.advance('sellytics', Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 5) - now.getTime())
    expect((await trendOf()).map(({ month }) => month).slice(0, 5)).toEqual(
      before.map(({ month }) => month).slice(1),
    )
  })

  it.each([
    ['', 'month', 1],
    ['?period=month', 'month', 1],
    ['?period=quarter', 'quarter', 3],
    ['?period=year', 'year', 12],
  ])('gives key figures for a period: %s', async (query, name, months) => {
    const { access_token } = await sellyticsTokens(visitor)
    const body = Object((await get(`/data/v1/kpis${query}`, access_token)).json())
    expect(body).toMatchObject({ sandbox: 'invented', space: { name: 'North' }, period: { name } })
    expect(body.kpis.map((kpi: { id: string }) => kpi.id)).toEqual([
      'revenue',
      'won_deals',
      'win_rate',
      'sales_cycle',
    ])
    const [from, to] = [body.period.from, body.period.to].map((month: string) => new Date(`${month}-01`))
    const span = (date = new Date()) => date.getUTCFullYear() * 12 + date.getUTCMonth()
    expect(span(to) - span(from) + 1).toBe(months)
    expect(body.kpis[0].value).toBeGreaterThan(months * 100_000)
    expect(body.kpis[0].value).not.toBe(body.kpis[0].previous)
  })

  it('answers 400 to another period and 404 to another path', async () => {
    const { access_token } = await sellyticsTokens(visitor)
    expect((await get('/data/v1/kpis?period=decade', access_token)).status).toBe(400)
    const unknown = await get('/data/v2/summary', access_token)
    expect([unknown.status, unknown.json()]).toEqual([
      404,
      { sandbox: 'invented', error: { code: 'not_found', message: expect.any(String) } },
    ])
  })

  it('checks presence, signature and kind of the token', async () => {
    const { access_token, refresh_token = '' } = await sellyticsTokens(visitor)
    const [head, , signature] = access_token.split('.')
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(access_token), azp: south.id })).toString(
      'base64url',
    )
    const noneHead = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const token of ['', 'nonsense', `${head}.${forged}.${signature}`, `${noneHead}.${forged}.x`]) {
      const answer = await get('/data/v1/summary', token)
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
      expect(answer.json()).toMatchObject({ sandbox: 'invented', error: { code: 'invalid_token' } })
    }
    expect(await statusOf(refresh_token)).toBe(401)
    expect(sandbox.violations()).toMatchObject([{ rule: 'secret-at-api' }])
    sandbox.forget()
  })

  it.each([86_400, 300])('ends a token by its own clock after %i s', async accessTokenSeconds => {
    sandbox.hold('sellytics')
    sandbox.set('sellytics', { accessTokenSeconds })
    const { access_token, expires_in } = await sellyticsTokens(visitor)
    expect(expires_in).toBe(accessTokenSeconds)
    sandbox.advance('sellytics', accessTokenSeconds * 1000 - 1000)
    expect(await statusOf(access_token)).toBe(200)
    sandbox.advance('sellytics', 1000)
    expect(await statusOf(access_token)).toBe(401)
    expect(await statusOf((await sellyticsTokens(visitor)).access_token)).toBe(200)
  })

  it('refuses tokens from before the not-before policy', async () => {
    const { access_token } = await sellyticsTokens(visitor)
    sandbox.set('sellytics', { notBeforePolicy: Number(claimsOf(access_token).iat) })
    expect(await statusOf(access_token)).toBe(200)
    const notBeforePolicy = secondsNow() + 60
    sandbox.set('sellytics', { notBeforePolicy })
    expect(await statusOf(access_token)).toBe(401)
    sandbox.advance('sellytics', 61_000)
    const fresh = await sellyticsTokens(visitor)
    expect(fresh['not-before-policy']).toBe(notBeforePolicy)
    expect([await statusOf(access_token), await statusOf(fresh.access_token)]).toEqual([401, 200])
  })

  it('answers 403 without the scope', async () => {
    const answer = await askSellytics(visitor, 'token', { grant_type: 'client_credentials' })
    const { access_token, scope } = answer.json() as SellyticsBody
    expect(scope).toBe('')
    const refused = await get('/data/v1/summary', access_token)
    expect(refused.status).toBe(403)
    expect(refused.json()).toMatchObject({ error: { code: 'insufficient_scope' } })
  })

  it('answers so many calls of a key in a minute, then 429', async () => {
    sandbox.hold('sellytics')
    sandbox.set('sellytics', { requestsPerMinute: 2 })
    const first = (await sellyticsTokens(visitor)).access_token
    const second = (await sellyticsTokens(visitor)).access_token
    const other = (await sellyticsTokens(visitor, south)).access_token
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])
    sandbox.advance('sellytics', 15_000)
    const refused = await get('/data/v1/kpis', first)
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '45'])
    expect(refused.json()).toMatchObject({ sandbox: 'invented', error: { code: 'too_many_requests' } })
    expect(await statusOf(other)).toBe(200)
    sandbox.advance('sellytics', 45_000)
    expect(await statusOf(first)).toBe(200)
  })
})

describe('withdraw and reset', () => {
  it('take every token back, and leave the keys', async () => {
    for (const act of [() => sandbox.withdraw('sellytics'), sandbox.reset]) {
      const { access_token } = await sellyticsTokens(visitor)
      act()
      expect(await statusOf(access_token)).toBe(401)
    }
    sandbox.signOut('sellytics')
    expect(await statusOf((await sellyticsTokens(visitor)).access_token)).toBe(200)
  })

  it('forget what was called', async () => {
    sandbox.set('sellytics', { requestsPerMinute: 1 })
    await statusOf((await sellyticsTokens(visitor)).access_token)
    sandbox.reset()
    sandbox.set('sellytics', { requestsPerMinute: 1 })
    expect(await statusOf((await sellyticsTokens(visitor)).access_token)).toBe(200)
  })
})
