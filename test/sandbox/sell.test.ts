import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import { answerOf, basic, bearer, implicitToken, redirects, sellAuthorizeUrl } from './flows'
import { clients, personalTokens } from './setup'

const API = 'https://api.getbase.com'
const HOUR = 3_600_000

const { sandbox, visitor } = await anewForEachTest({ redirects: { sell: [redirects.sell] } })

const get = (path: string, token: string) => visitor.send(`${API}${path}`, { headers: bearer(token) })
const post = (path: string, body: Record<string, string>, headers = basic(clients.sell)) =>
  visitor.send(`${API}${path}`, { method: 'POST', body, headers })
const codeOf = async (over: Record<string, string> = {}) => {
  const url = sellAuthorizeUrl({ response_type: 'code', ...over })
  return answerOf(await visitor.authorize(url, sandbox.users.rep)).get('code') ?? ''
}
const redeem = (code: string) =>
  post('/oauth2/token', { grant_type: 'authorization_code', code, redirect_uri: redirects.sell })
const refresh = (refresh_token: string) =>
  post('/oauth2/token', { grant_type: 'refresh_token', refresh_token })

describe('the implicit flow', () => {
  it('signs in, asks for consent and answers in the fragment', async () => {
    const signIn = await visitor.visit(sellAuthorizeUrl())
    expect(signIn.status).toBe(200)
    expect(signIn.text).toMatch(
      /<label for="email">E-mail<\/label>[\s\S]*<label for="password">Password<\/label>/,
    )
    const wrong = await visitor.submit(signIn, { email: sandbox.users.rep.email, password: 'guess' })
    expect(wrong.status).toBe(200)
    expect(wrong.text).toContain('The e-mail or the password is wrong.')
    const consent = await visitor.submit(wrong, {
      email: sandbox.users.rep.email,
      password: sandbox.users.rep.password,
    })
    expect(consent.status).toBe(200)
    expect(consent.text).toContain('Dealpass asks for access')
    expect(consent.text).toContain('See all your data, except for account and user information')
    expect(consent.text).toContain('See account and user information')
    expect(consent.text).not.toContain('Change all your data')

    const answer = await visitor.submit(consent, { decision: 'allow' })
    expect(answer.status).toBe(302)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.pragma).toBe('no-cache')
    expect(answer.location?.split('#')[0]).toBe(redirects.sell)
    expect(Object.fromEntries(answerOf(answer))).toEqual({
      access_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      token_type: 'bearer',
      expires_in: '3600',
      scope: 'read profile',
      state: 'state-of-sell',
    })
  })

  it('lets the redirect be stored only where the switch says so', async () => {
    await implicitToken(visitor)
    const stored = async () =>
      (await visitor.visit(sellAuthorizeUrl({ scope: 'read' }))).headers['cache-control']
    expect(await stored()).toBe('no-store')
    sandbox.set('sell', { redirectMayBeStored: true })
    expect(await stored()).toBeUndefined()
  })

  it('needs no page while the session and the grant hold', async () => {
    await implicitToken(visitor)
    const again = await visitor.visit(sellAuthorizeUrl({ scope: 'read' }))
    expect(again.status).toBe(302)
    expect(answerOf(again).get('scope')).toBe('read')
    expect((await visitor.visit(sellAuthorizeUrl({ scope: 'read write' }))).text).toContain(
      'Change all your data',
    )
    sandbox.signOut('sell')
    expect((await visitor.visit(sellAuthorizeUrl())).text).toContain('Sign in')
  })

  it.each(['fragment', 'query'] as const)('reports a denial in the %s', async denialIn => {
    sandbox.set('sell', { denialIn })
    const { location = '' } = await visitor.authorize(sellAuthorizeUrl(), sandbox.users.rep, 'deny')
    expect(location.includes('#')).toBe(denialIn === 'fragment')
    expect(location).toMatch(/error=access_denied&.*state=state-of-sell$/)
  })

  it('hands out a token of another app where it is told to', async () => {
    sandbox.set('sell', { foreignToken: true })
    const token = await implicitToken(visitor)
    expect((await get('/v2/users/self', token)).status).toBe(200)
    expect((await get('/oauth2/token/info', token)).json()).toMatchObject({
      application: { uid: clients.sellOther.id },
    })
  })

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'Unknown app'],
    ['an unregistered address', { redirect_uri: `${redirects.sell}/more` }, 'Wrong redirect address'],
    ['no address', { redirect_uri: '' }, 'Wrong redirect address'],
  ])('shows a page with status 400 for %s', async (_name, over, title) => {
    const answer = await visitor.send(sellAuthorizeUrl(over))
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(title)
    expect(answer.location).toBeUndefined()
  })

  it('redirects with an error for a wrong response type or scope', async () => {
    const type = await visitor.send(sellAuthorizeUrl({ response_type: 'magic' }))
    expect(answerOf(type).get('error')).toBe('unsupported_response_type')
    const scope = await visitor.send(sellAuthorizeUrl({ scope: 'read everything' }))
    expect(answerOf(scope).get('error')).toBe('invalid_scope')
  })
})

describe('the code flow', () => {
  it('gives a code in the query and tokens for it, once', async () => {
    const url = sellAuthorizeUrl({ response_type: 'code' })
    const answer = await visitor.authorize(url, sandbox.users.rep)
    expect(answer.location).toMatch(
      /^https:\/\/[a-p]{32}\.chromiumapp\.org\/sell\?code=[0-9a-f]{64}&state=state-of-sell$/,
    )
    const code = answerOf(answer).get('code') ?? ''
    const tokens = await redeem(code)
    expect(tokens.status).toBe(200)
    expect(tokens.headers['cache-control']).toBe('no-store')
    expect(tokens.json()).toEqual({
      access_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'read profile',
    })
    const { access_token } = tokens.json() as { access_token: string }
    expect((await get('/v2/users/self', access_token)).status).toBe(200)
    const again = await redeem(code)
    expect(again.status).toBe(400)
    expect(again.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await get('/v2/users/self', access_token)).status).toBe(401)
  })

  it('lets a code live for 60 s', async () => {
    sandbox.hold('sell')
    const inTime = await codeOf()
    sandbox.advance('sell', 59_000)
    expect((await redeem(inTime)).status).toBe(200)
    const late = await codeOf()
    sandbox.advance('sell', 60_000)
    expect((await redeem(late)).status).toBe(400)
  })

  it('wants the redirect address unchanged where it is sent', async () => {
    const form = { grant_type: 'authorization_code', redirect_uri: 'https://elsewhere.example/' }
    expect((await post('/oauth2/token', { ...form, code: await codeOf() })).status).toBe(400)
    expect(
      (await post('/oauth2/token', { grant_type: 'authorization_code', code: await codeOf() })).status,
    ).toBe(200)
  })

  it.each([
    ['no credentials', {}],
    ['a wrong secret', basic({ id: clients.sell.id, secret: 'wrong' })],
  ])('refuses the token endpoint with %s', async (_name, headers) => {
    const answer = await post(
      '/oauth2/token',
      { grant_type: 'refresh_token', refresh_token: 'any' },
      headers as never,
    )
    expect(answer.status).toBe(401)
    expect(answer.json()).toEqual({ error: 'invalid_client' })
  })

  it('refreshes; the old token dies by default and lives by switch', async () => {
    const first = (await redeem(await codeOf())).json() as { refresh_token: string }
    const second = (await refresh(first.refresh_token)).json() as {
      refresh_token: string
      access_token: string
    }
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await get('/v2/users/self', second.access_token)).status).toBe(200)
    const dead = await refresh(first.refresh_token)
    expect([dead.status, (dead.json() as { error: string }).error]).toEqual([400, 'invalid_grant'])
    sandbox.set('sell', { refusalStatus: 401 })
    expect((await refresh(first.refresh_token)).status).toBe(401)
    sandbox.set('sell', { oldRefreshTokenDies: false })
    await refresh(second.refresh_token)
    expect((await refresh(second.refresh_token)).status).toBe(200)
  })

  it('refuses a grant type it does not have', async () => {
    const answer = await post('/oauth2/token', { grant_type: 'client_credentials' })
    expect(answer.json()).toEqual({ error: 'unsupported_grant_type' })
  })
})

describe('the password flow', () => {
  const { email: username, password } = sandbox.users.rep
  const ask = (more: Record<string, string> = {}, headers = basic(clients.sell)) =>
    post('/oauth2/token', { grant_type: 'password', username, password, ...more }, headers)

  it('gives tokens that can be refreshed, with the scopes asked for or all', async () => {
    const answer = await ask({ scope: 'read profile' })
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    const tokens = answer.json() as { access_token: string; refresh_token: string }
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'read profile',
    })
    expect((await get('/v2/users/self', tokens.access_token)).json()).toMatchObject({
      data: { id: sandbox.users.rep.id },
    })
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
    expect((await ask()).json()).toMatchObject({ scope: 'read write profile sync' })
  })

  it.each([400, 401] as const)('refuses a wrong password with %i', async refusalStatus => {
    sandbox.set('sell', { refusalStatus })
    const answer = await ask({ password: 'harbour-lights-43' })
    expect(answer.status).toBe(refusalStatus)
    expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it.each([
    ['a wrong scope', { scope: 'everything' }, 'invalid_scope'],
    ['no password', { password: '' }, 'invalid_request'],
    ['no user name', { username: '' }, 'invalid_request'],
  ])('refuses %s', async (_name, more, error) => {
    const answer = await ask(more)
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error })
  })

  it('wants the client’s credentials', async () => {
    expect((await ask({}, basic({ id: clients.sell.id, secret: 'wrong' }))).json()).toEqual({
      error: 'invalid_client',
    })
  })
})

describe('personal tokens', () => {
  it('are as different as an administrator has made them', () => {
    const all = Object.values(personalTokens)
    expect(all.map(({ user, scopes }) => [user.id, scopes.join(' ')])).toEqual([
      [sandbox.users.rep.id, 'read profile'],
      [sandbox.users.rep.id, 'read write profile sync'],
      [sandbox.users.colleague.id, 'read'],
    ])
    for (const { token } of all) expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(all.flatMap(({ token, name }) => [token, name])).size).toBe(6)
  })

  it('work at the API within their scopes, and never end', async () => {
    const { rep, colleague } = personalTokens
    sandbox.advance('sell', 50 * 365 * 24 * HOUR)
    expect((await get('/v2/users/self', rep.token)).json()).toMatchObject({
      data: { id: sandbox.users.rep.id },
    })
    expect((await get('/v2/leads', colleague.token)).status).toBe(200)
    expect((await get('/v2/users/self', colleague.token)).status).toBe(403)
  })

  it('are known at token info, without an end', async () => {
    expect((await get('/oauth2/token/info', personalTokens.colleague.token)).json()).toEqual({
      resource_owner_id: sandbox.users.colleague.id,
      scopes: ['read'],
      expires_in_seconds: null,
      created_at: expect.any(Number),
      application: { uid: clients.sell.id },
    })
  })

  it.each([true, false])('are revoked one by one, where revocation cascades: %s', async revokeCascades => {
    sandbox.set('sell', { revokeCascades })
    expect((await post('/oauth2/revoke', { token: personalTokens.rep.token })).status).toBe(200)
    expect((await get('/v2/leads', personalTokens.rep.token)).status).toBe(401)
    expect((await get('/v2/leads', personalTokens.repSync.token)).status).toBe(200)
    sandbox.reset()
    expect((await get('/v2/leads', personalTokens.rep.token)).status).toBe(200)
  })

  it('are gone after withdraw, until reset', async () => {
    sandbox.withdraw('sell')
    expect((await get('/v2/leads', personalTokens.rep.token)).status).toBe(401)
    sandbox.reset()
    expect((await get('/v2/leads', personalTokens.rep.token)).status).toBe(200)
  })
})

describe('revocation', () => {
  it('wants Basic by default and none by switch', async () => {
    const token = await implicitToken(visitor)
    expect((await post('/oauth2/revoke', { token }, {} as never)).status).toBe(401)
    expect((await get('/v2/leads', token)).status).toBe(200)
    sandbox.set('sell', { revokeNeedsBasic: false })
    expect((await post('/oauth2/revoke', { token }, {} as never)).status).toBe(200)
    expect((await get('/v2/leads', token)).status).toBe(401)
  })

  it.each([true, false])('ends a refresh token, where Basic is needed: %s', async revokeNeedsBasic => {
    sandbox.set('sell', { revokeNeedsBasic })
    const pair = (await redeem(await codeOf())).json() as { access_token: string; refresh_token: string }
    const bare = await post('/oauth2/revoke', { token: pair.refresh_token }, {} as never)
    expect(bare.status).toBe(revokeNeedsBasic ? 401 : 200)
    if (revokeNeedsBasic)
      expect((await post('/oauth2/revoke', { token: pair.refresh_token })).status).toBe(200)
    expect((await refresh(pair.refresh_token)).status).toBe(400)
    expect((await get('/v2/leads', pair.access_token)).status).toBe(200)
  })

  it('leaves the token of another app alone', async () => {
    const token = await implicitToken(visitor)
    expect((await post('/oauth2/revoke', { token }, basic(clients.sellOther))).status).toBe(400)
    expect((await get('/v2/leads', token)).status).toBe(200)
  })

  it('answers 200 to an unknown token', async () => {
    expect((await post('/oauth2/revoke', { token: 'unknown' })).status).toBe(200)
  })

  it.each([true, false])('cascades to the other token of the pair: %s', async revokeCascades => {
    sandbox.set('sell', { revokeCascades })
    const pair = (await redeem(await codeOf())).json() as { access_token: string; refresh_token: string }
    await post('/oauth2/revoke', { token: pair.access_token })
    expect((await refresh(pair.refresh_token)).status).toBe(revokeCascades ? 400 : 200)
    const other = (await redeem(await codeOf())).json() as typeof pair
    await post('/oauth2/revoke', { token: other.refresh_token })
    expect((await get('/v2/leads', other.access_token)).status).toBe(revokeCascades ? 401 : 200)
  })
})

describe('token info', () => {
  it.each([
    ['client_id', { client_id: clients.sell.id }],
    ['application.uid', { application: { uid: clients.sell.id } }],
  ] as const)('names the client in %s', async (tokenInfoShape, expected) => {
    sandbox.set('sell', { tokenInfoShape })
    const token = await implicitToken(visitor)
    const answer = await get('/oauth2/token/info', token)
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      resource_owner_id: sandbox.users.rep.id,
      scopes: ['read', 'profile'],
      expires_in_seconds: expect.any(Number),
      created_at: expect.any(Number),
      ...expected,
    })
  })

  it('leaves the scopes out by switch', async () => {
    sandbox.set('sell', { tokenInfoScopes: false })
    const answer = await get('/oauth2/token/info', await implicitToken(visitor))
    expect(answer.status).toBe(200)
    expect(answer.json()).not.toHaveProperty('scopes')
  })

  it('is absent by switch, in the API’s error envelope', async () => {
    sandbox.set('sell', { tokenInfoShape: 'none' })
    const answer = await get('/oauth2/token/info', await implicitToken(visitor))
    expect(answer.status).toBe(404)
    expect(answer.json()).toMatchObject({ errors: [{ error: { code: 'incorrect_path' } }] })
  })

  it('refuses an unknown token', async () => {
    expect((await get('/oauth2/token/info', 'nothing')).status).toBe(401)
  })
})

describe('the API', () => {
  it('says who the user is and lists leads in the documented envelopes', async () => {
    const token = await implicitToken(visitor)
    expect((await get('/v2/users/self', token)).json()).toMatchObject({
      data: { id: sandbox.users.rep.id, email: sandbox.users.rep.email, name: sandbox.users.rep.name },
      meta: { type: 'user' },
    })
    const list = (await get('/v2/leads?page=2&per_page=5', token)).json() as {
      items: { data: { id: number } }[]
      meta: { links: Record<string, string> }
    }
    expect(list.items.map(item => item.data.id)).toEqual([6, 7, 8, 9, 10])
    expect(list.meta).toMatchObject({ type: 'collection', count: 5 })
    expect(list.meta.links.next_page).toBe(`${API}/v2/leads?page=3&per_page=5`)
    expect((await get('/v2/leads/12', token)).json()).toMatchObject({
      data: { id: 12 },
      meta: { type: 'lead' },
    })
    const byMail = await get('/v2/leads?email=aiko.tanabe%40kumo.example', token)
    expect(byMail.json()).toMatchObject({ items: [{ data: { id: 3, last_name: 'Tanabe' } }] })
    const sorted = (await get('/v2/leads?status=New&sort_by=id:desc', token)).json() as typeof list
    expect(sorted.items.map(item => item.data.id)).toEqual([10, 5, 2])
  })

  it.each([
    ['/v2/leads?per_page=101', 400, 'invalid_param'],
    ['/v2/leads?page=0', 400, 'invalid_param'],
    ['/v2/users/self?unknown=param', 400, 'invalid_param'],
    ['/v2/leads/99', 404, 'not_found'],
    ['/v2/nothing', 404, 'incorrect_path'],
    ['/.well-known/openid-configuration', 404, 'incorrect_path'],
  ])('answers %s with %i %s', async (path, status, code) => {
    const answer = await get(path, await implicitToken(visitor))
    expect(answer.status).toBe(status)
    expect(answer.json()).toEqual({
      errors: [
        { error: expect.objectContaining({ code }), meta: expect.objectContaining({ type: 'error' }) },
      ],
      meta: {
        type: 'errors',
        http_status: expect.stringContaining(String(status)),
        logref: answer.headers['x-request-id'],
        links: expect.any(Object),
      },
    })
  })

  it('cannot tell a missing from an expired token', async () => {
    sandbox.hold('sell')
    const token = await implicitToken(visitor)
    sandbox.advance('sell', HOUR - 1000)
    expect((await get('/v2/leads', token)).status).toBe(200)
    sandbox.advance('sell', 1000)
    const expired = await get('/v2/leads', token)
    const missing = await visitor.send(`${API}/v2/leads`)
    const details = 'Required access token is missing, malformed, expired, or invalid.'
    for (const answer of [expired, missing]) {
      expect(answer.status).toBe(401)
      expect(answer.json()).toMatchObject({ errors: [{ error: { code: 'unauthorized', details } }] })
    }
  })

  it('checks scopes', async () => {
    const token = await implicitToken(visitor, { scope: 'read' })
    const refused = await get('/v2/users/self', token)
    expect(refused.status).toBe(403)
    expect(refused.json()).toMatchObject({ errors: [{ error: { code: 'insufficient_scope' } }] })
    const headers = { ...bearer(token), 'content-type': 'application/json' }
    const body = JSON.stringify({ data: { last_name: 'Berg', organization_name: 'Berg & Co' } })
    expect((await visitor.send(`${API}/v2/leads`, { method: 'POST', headers, body })).status).toBe(403)
    const writer = { ...headers, ...bearer(await implicitToken(visitor, { scope: 'read write' })) }
    const made = await visitor.send(`${API}/v2/leads`, { method: 'POST', headers: writer, body })
    expect(made.status).toBe(201)
    expect(made.json()).toMatchObject({ data: { id: 13, last_name: 'Berg', owner_id: sandbox.users.rep.id } })
    expect((await get('/v2/leads/13', token)).status).toBe(200)
  })

  it('hides the user by switch', async () => {
    sandbox.set('sell', { selfForbidden: true })
    const token = await implicitToken(visitor)
    expect((await get('/v2/users/self', token)).status).toBe(403)
    expect((await get('/v2/leads', token)).status).toBe(200)
  })

  it('allows 10 requests in a second of its own clock per token, then 429 without a body', async () => {
    sandbox.hold('sell')
    const token = await implicitToken(visitor)
    const other = await implicitToken(visitor)
    const burst = await Promise.all(Array.from({ length: 12 }, () => get('/v2/leads?per_page=1', token)))
    expect(burst.map(answer => answer.status).toSorted()).toEqual([...Array(10).fill(200), 429, 429])
    expect(burst.find(answer => answer.status === 429)?.text).toBe('')
    expect((await get('/v2/leads', other)).status).toBe(200)
    sandbox.advance('sell', 1000)
    expect((await get('/v2/leads', token)).status).toBe(200)
  })

  it('wants a User-Agent', async () => {
    const answer = await visitor.send(`${API}/v2/leads`, { headers: { 'user-agent': '' } })
    expect(answer.json()).toMatchObject({ errors: [{ error: { code: 'invalid_user_agent' } }] })
  })
})

describe('contacts and deals', () => {
  type List = { items: { data: { id: number }; meta: object }[]; meta: { count: number } }
  const idsOf = async (path: string, token: string) => {
    const answer = await get(path, token)
    expect(answer.status, answer.text).toBe(200)
    return (answer.json() as List).items.map(item => item.data.id)
  }

  it('gives people and organisations', async () => {
    const token = await implicitToken(visitor)
    expect(await idsOf('/v2/contacts', token)).toEqual(Array.from({ length: 24 }, (_one, index) => index + 1))
    const person = (await get('/v2/contacts/3', token)).json()
    expect(person).toMatchObject({
      data: {
        id: 3,
        is_organization: false,
        first_name: 'Aiko',
        name: 'Aiko Tanabe',
        email: 'aiko.tanabe@kumo.example',
        contact_id: 15,
        owner_id: sandbox.users.rep.id,
      },
      meta: { type: 'contact' },
    })
    expect((await get('/v2/contacts/15', token)).json()).toMatchObject({
      data: { is_organization: true, name: 'Kumo Robotics', first_name: null, contact_id: null },
    })
  })

  it('finds contacts by what is documented', async () => {
    const token = await implicitToken(visitor)
    expect(await idsOf('/v2/contacts?email=aiko.tanabe%40kumo.example', token)).toEqual([3])
    expect(await idsOf('/v2/contacts?is_organization=true&per_page=2', token)).toEqual([13, 14])
    expect(await idsOf('/v2/contacts?contact_id=15', token)).toEqual([3])
    const ofColleague = `owner_id=${sandbox.users.colleague.id}`
    expect(await idsOf(`/v2/contacts?${ofColleague}&is_organization=false`, token)).toEqual([5, 7, 9, 11])
  })

  it('gives deals, with a version each', async () => {
    const token = await implicitToken(visitor)
    const list = (await get('/v2/deals', token)).json() as List
    expect(list.items.map(item => item.data.id)).toEqual(
      Array.from({ length: 16 }, (_one, index) => index + 1),
    )
    for (const { meta } of list.items) expect(meta).toEqual({ type: 'deal', version: expect.any(Number) })
    expect((await get('/v2/deals/3', token)).json()).toMatchObject({
      data: {
        id: 3,
        name: 'Kumo Robotics – Annual plan, three plants',
        currency: 'EUR',
        hot: true,
        stage_id: 4,
        contact_id: 3,
        organization_id: 15,
        estimated_close_date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      },
      meta: { type: 'deal' },
    })
  })

  it('finds deals by what is documented', async () => {
    const token = await implicitToken(visitor)
    expect(await idsOf('/v2/deals?contact_id=3', token)).toEqual([3, 13])
    expect(await idsOf('/v2/deals?stage_id=4', token)).toEqual([3, 11])
    expect(await idsOf('/v2/deals?hot=true', token)).toEqual([1, 3, 8, 11])
    const ofColleague = `owner_id=${sandbox.users.colleague.id}`
    expect(await idsOf(`/v2/deals?${ofColleague}&hot=false&sort_by=id:desc`, token)).toEqual([15, 9, 7, 5])
  })

  it.each([
    ['number', 132_000, 12_499.5],
    ['string', '132000.00', '12499.50'],
  ] as const)('writes the value of a deal as a %s', async (dealValue, whole, withCents) => {
    sandbox.set('sell', { dealValue })
    const token = await implicitToken(visitor)
    expect((await get('/v2/deals/3', token)).json()).toMatchObject({ data: { value: whole } })
    expect((await get('/v2/deals?ids=14', token)).json()).toMatchObject({
      items: [{ data: { value: withCents } }],
    })
  })

  it.each([
    ['/v2/contacts?unknown=1', 400],
    ['/v2/contacts/3?unknown=1', 400],
    ['/v2/contacts/99', 404],
    ['/v2/deals?status=New', 400],
    ['/v2/deals/3?unknown=1', 400],
    ['/v2/deals/99', 404],
  ])('answers %s with %i', async (path, status) => {
    expect((await get(path, await implicitToken(visitor))).status).toBe(status)
  })

  it('needs the scope read', async () => {
    const token = await implicitToken(visitor, { scope: 'write profile' })
    for (const path of ['/v2/contacts', '/v2/contacts/1', '/v2/deals', '/v2/deals/1'])
      expect((await get(path, token)).status).toBe(403)
  })
})

describe('redirect faults', () => {
  it.each([
    ['no-state', (url: URL, answer: URLSearchParams) => url.pathname === '/sell' && !answer.has('state')],
    ['wrong-state', (_url: URL, answer: URLSearchParams) => answer.get('state') !== 'state-of-sell'],
    [
      'wrong-path',
      (url: URL, answer: URLSearchParams) => url.pathname === '/elsewhere' && answer.has('access_token'),
    ],
    ['empty', (_url: URL, answer: URLSearchParams) => [...answer.keys()].join() === 'state'],
    ['server-error', (_url: URL, answer: URLSearchParams) => answer.get('error') === 'server_error'],
  ] as const)('%s', async (redirectFault, isSo) => {
    sandbox.set('sell', { redirectFault })
    const answer = await visitor.authorize(sellAuthorizeUrl(), sandbox.users.rep)
    expect(isSo(new URL(answer.location ?? ''), answerOf(answer))).toBe(true)
  })

  it('used-code', async () => {
    sandbox.set('sell', { redirectFault: 'used-code' })
    expect((await redeem(await codeOf())).json()).toMatchObject({ error: 'invalid_grant' })
  })
})

describe('withdraw', () => {
  it('ends tokens and grants, and leaves people signed in', async () => {
    const token = await implicitToken(visitor)
    sandbox.withdraw('sell')
    expect((await get('/v2/leads', token)).status).toBe(401)
    visitor.met.length = 0
    await implicitToken(visitor)
    expect(visitor.met).toEqual(['Allow'])
  })
})
