import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import {
  type AcmeBody,
  acmeAuthorizeUrl,
  acmeTokens,
  answerOf,
  askAcme,
  basic,
  bearer,
  makePkce,
  redirects,
} from './flows'
import { startSandbox } from './sandbox'
import { clients } from './setup'
import { createVisitor } from './visitor'

const ID = 'https://id.acme.example'
const API = 'https://api.acme.example'

const { sandbox, visitor } = await anewForEachTest({ redirects: { acme: [redirects.acme] } })

const app = clients.acmeConfidential
const get = (url: string, token: string) => visitor.send(url, { headers: bearer(token) })
const codeOf = async (over: Record<string, string> = {}, pkce = makePkce()) => {
  const code =
    answerOf(await visitor.authorize(acmeAuthorizeUrl(pkce, over), sandbox.users.rep)).get('code') ?? ''
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirects.acme,
    code_verifier: pkce.verifier,
  }
}
const refresh = (refresh_token = '', more: Record<string, string> = {}) =>
  askAcme(visitor, 'token', { grant_type: 'refresh_token', refresh_token, ...more })
const refreshed = async (refresh_token = '', more: Record<string, string> = {}) => {
  const answer = await refresh(refresh_token, more)
  expect(answer.status, answer.text).toBe(200)
  return answer.json() as AcmeBody
}

describe('sign-in and consent', () => {
  it('asks for both once', async () => {
    const signIn = await visitor.visit(acmeAuthorizeUrl(makePkce()))
    expect(signIn.status).toBe(200)
    const wrong = await visitor.submit(signIn, { email: sandbox.users.rep.email, password: 'guess' })
    expect(wrong.text).toContain('The e-mail or the password is wrong.')
    const { email, password } = sandbox.users.rep
    const consent = await visitor.submit(wrong, { email, password })
    for (const words of ['Dealpass asks for access', 'See your name and e-mail address', 'See your things'])
      expect(consent.text).toContain(words)
    expect(consent.text).not.toContain('Add and change things')
    const answer = await visitor.submit(consent, { decision: 'allow' })
    expect(answer.location?.split('?')[0]).toBe(redirects.acme)
    expect(Object.fromEntries(answerOf(answer))).toEqual({ code: expect.any(String), state: 'state-of-acme' })

    expect(answerOf(await visitor.visit(acmeAuthorizeUrl(makePkce()))).has('code')).toBe(true)
    const more = await visitor.visit(acmeAuthorizeUrl(makePkce(), { scope: 'profile things.write' }))
    expect(more.text).toContain('Add and change things')
  })

  it('lets another person sign in with prompt=login', async () => {
    await acmeTokens(visitor)
    const { access_token } = await acmeTokens(visitor, { prompt: 'login' }, sandbox.users.colleague)
    expect((await get(`${ID}/userinfo`, access_token)).json()).toMatchObject({
      email: sandbox.users.colleague.email,
    })
  })

  it('reports a denial', async () => {
    const answer = await visitor.authorize(acmeAuthorizeUrl(makePkce()), sandbox.users.rep, 'deny')
    expect(Object.fromEntries(answerOf(answer))).toMatchObject({
      error: 'access_denied',
      state: 'state-of-acme',
    })
  })

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'Unknown app'],
    ['an unregistered address', { redirect_uri: `${redirects.acme}/more` }, 'Wrong redirect address'],
  ])('shows a page with status 400 for %s', async (_name, over, title) => {
    const answer = await visitor.visit(acmeAuthorizeUrl(makePkce(), over))
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(title)
    expect(answer.location).toBeUndefined()
  })

  it.each([
    ['no challenge', { code_challenge: '' }, 'invalid_request'],
    ['the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'openid' }, 'invalid_scope'],
  ])('refuses %s', async (_name, over, error) => {
    const answer = answerOf(await visitor.visit(acmeAuthorizeUrl(makePkce(), over)))
    expect([answer.get('error'), answer.get('state')]).toEqual([error, 'state-of-acme'])
  })

  it('names its issuer by switch', async () => {
    sandbox.set('acme', { iss: true })
    const answer = answerOf(await visitor.authorize(acmeAuthorizeUrl(makePkce()), sandbox.users.rep))
    expect(answer.get('iss')).toBe(ID)
  })

  it('takes the paths of an extension that it is told', async () => {
    const other = await startSandbox({ acmePaths: ['plain', 'plain-two'] })
    const guest = createVisitor(other)
    const statusOf = async (path: string) => {
      const redirect_uri = redirects.acme.replace(/acme$/, path)
      return (await guest.send(acmeAuthorizeUrl(makePkce(), { redirect_uri }))).status
    }
    expect(await Promise.all(['plain', 'plain-two', 'acme', 'plain/more'].map(statusOf))).toEqual([
      200, 200, 400, 400,
    ])
    guest.close()
    await other.stop()
  })
})

describe('tokens', () => {
  it('are given for a code, once', async () => {
    const form = await codeOf()
    const answer = await askAcme(visitor, 'token', form)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json()).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'profile things.read',
    })
    const { access_token, refresh_token } = answer.json() as AcmeBody
    expect((await get(`${API}/v1/things`, access_token)).status).toBe(200)
    const again = await askAcme(visitor, 'token', form)
    expect([again.status, (again.json() as { error: string }).error]).toEqual([400, 'invalid_grant'])
    expect((await get(`${API}/v1/things`, access_token)).status).toBe(401)
    expect((await refresh(refresh_token)).status).toBe(400)
  })

  it.each([
    ['no verifier', { code_verifier: '' }],
    ['a wrong verifier', { code_verifier: makePkce().verifier }],
    ['another redirect address', { redirect_uri: 'https://elsewhere.example/' }],
    ['another client', { client_id: app.id, client_secret: app.secret }],
  ])('are refused with %s', async (_name, over) => {
    const answer = await askAcme(visitor, 'token', { ...(await codeOf()), ...over })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('are refused after a minute', async () => {
    sandbox.hold('acme')
    const form = await codeOf()
    sandbox.advance('acme', 60_000)
    expect((await askAcme(visitor, 'token', form)).json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('rotate; a used refresh token ends its family and no other', async () => {
    const bystander = await acmeTokens(visitor)
    const first = await acmeTokens(visitor)
    const second = await refreshed(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await refresh(first.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(second.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' })
    expect((await get(`${API}/v1/me`, second.access_token)).status).toBe(401)
    await refreshed(bystander.refresh_token)
  })

  it('are refreshed by their own client alone', async () => {
    const { refresh_token = '' } = await acmeTokens(visitor)
    const form = { grant_type: 'refresh_token', refresh_token }
    const other = await askAcme(visitor, 'token', form, basic(app))
    expect([other.status, (other.json() as { error: string }).error]).toEqual([400, 'invalid_grant'])
    await refreshed(refresh_token)
  })

  it('narrow for one access token, and never widen', async () => {
    const tokens = await acmeTokens(visitor)
    const narrow = await refreshed(tokens.refresh_token, { scope: 'profile' })
    expect(narrow.scope).toBe('profile')
    expect((await get(`${API}/v1/things`, narrow.access_token)).status).toBe(403)
    const wider = await refresh(narrow.refresh_token, { scope: 'profile things.write' })
    expect(wider.json()).toMatchObject({ error: 'invalid_scope' })
    expect((await refreshed(narrow.refresh_token)).scope).toBe('profile things.read')
  })

  it('live as long, and come with a refresh token, as the switches say', async () => {
    sandbox.hold('acme')
    sandbox.set('acme', { accessTokenSeconds: 60, refreshToken: false })
    const tokens = await acmeTokens(visitor)
    expect(tokens).toMatchObject({ expires_in: 60 })
    expect(tokens).not.toHaveProperty('refresh_token')
    sandbox.advance('acme', 59_000)
    expect((await get(`${API}/v1/me`, tokens.access_token)).status).toBe(200)
    sandbox.advance('acme', 1000)
    expect((await get(`${API}/v1/me`, tokens.access_token)).status).toBe(401)
  })

  it('refuses a grant type it does not have', async () => {
    expect((await askAcme(visitor, 'token', { grant_type: 'password' })).json()).toMatchObject({
      error: 'unsupported_grant_type',
    })
  })
})

describe('the confidential client', () => {
  const inBody = { client_id: app.id, client_secret: app.secret }

  it.each([
    ['in the body', inBody, {}],
    ['by Basic', {}, basic(app)],
  ])('shows who it is %s', async (_name, fields, headers) => {
    const answer = await askAcme(
      visitor,
      'token',
      { ...(await codeOf({ client_id: app.id })), ...fields },
      headers,
    )
    expect(answer.status, answer.text).toBe(200)
    const { refresh_token = '', access_token } = answer.json() as AcmeBody
    const again = { grant_type: 'refresh_token', refresh_token, ...fields }
    expect((await askAcme(visitor, 'token', again, headers)).status).toBe(200)
    const token = { token: access_token, ...fields }
    expect((await askAcme(visitor, 'revoke', token, headers)).status).toBe(200)
    expect((await askAcme(visitor, 'introspect', token, headers)).json()).toEqual({ active: false })
  })

  it.each([
    ['no secret', { client_id: app.id }, {}],
    ['a wrong secret', { ...inBody, client_secret: 'a wrong secret' }, {}],
    ['a wrong secret by Basic', {}, basic({ ...app, secret: 'a wrong secret' })],
    ['its secret in two places', { client_secret: app.secret }, basic(app)],
    ['an unknown id', { client_id: 'nobody' }, {}],
    ['a secret for the public client', { client_secret: app.secret }, {}],
  ])('is refused with %s, at every endpoint', async (_name, fields, headers) => {
    for (const endpoint of ['token', 'revoke', 'introspect'] as const) {
      const answer = await askAcme(visitor, endpoint, { token: 'x', ...fields }, headers)
      expect(answer.status).toBe(401)
      expect(answer.json()).toMatchObject({ error: 'invalid_client' })
      expect(answer.headers['www-authenticate']).toMatch(/^Basic/)
    }
  })
})

describe('revocation', () => {
  it('ends an access token alone, and with a refresh token all of its sign-in', async () => {
    const one = await acmeTokens(visitor)
    const other = await acmeTokens(visitor)
    await askAcme(visitor, 'revoke', { token: one.access_token })
    expect((await get(`${API}/v1/me`, one.access_token)).status).toBe(401)
    const { refresh_token = '', access_token } = await refreshed(one.refresh_token)
    const answer = await askAcme(visitor, 'revoke', { token: refresh_token })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await get(`${API}/v1/me`, access_token)).status).toBe(401)
    expect((await refresh(refresh_token)).status).toBe(400)
    expect((await get(`${API}/v1/me`, other.access_token)).status).toBe(200)
  })

  it('takes an unknown token and leaves another client’s alone', async () => {
    const { access_token, refresh_token = '' } = await acmeTokens(visitor)
    expect((await askAcme(visitor, 'revoke', { token: 'unknown' })).status).toBe(200)
    expect((await askAcme(visitor, 'revoke', {})).json()).toMatchObject({ error: 'invalid_request' })
    for (const token of [access_token, refresh_token])
      expect((await askAcme(visitor, 'revoke', { token }, basic(app))).status).toBe(200)
    expect((await get(`${API}/v1/me`, access_token)).status).toBe(200)
    await refreshed(refresh_token)
  })
})

describe('introspection', () => {
  it('tells a client about its own tokens', async () => {
    const answer = await askAcme(visitor, 'token', await codeOf({ client_id: app.id }), basic(app))
    const { access_token, refresh_token = '' } = answer.json() as AcmeBody
    const about = async (token: string) =>
      (await askAcme(visitor, 'introspect', { token }, basic(app))).json()
    const common = {
      active: true,
      client_id: app.id,
      scope: 'profile things.read',
      sub: `acme-${sandbox.users.rep.id}`,
    }
    expect(await about(access_token)).toEqual({
      ...common,
      token_type: 'Bearer',
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
    expect(await about(refresh_token)).toEqual(common)
    expect(await about((await acmeTokens(visitor)).access_token)).toEqual({ active: false })
    expect(await about('unknown')).toEqual({ active: false })
  })

  it('does not take a public client’s word, but by switch', async () => {
    const { access_token: token } = await acmeTokens(visitor)
    expect((await askAcme(visitor, 'introspect', { token })).status).toBe(401)
    sandbox.set('acme', { publicIntrospection: true })
    expect((await askAcme(visitor, 'introspect', { token })).json()).toMatchObject({ active: true })
  })
})

describe('metadata', () => {
  it('is there by switch', async () => {
    const address = `${ID}/.well-known/oauth-authorization-server`
    expect((await visitor.send(address)).json()).toEqual({
      issuer: ID,
      authorization_endpoint: `${ID}/authorize`,
      token_endpoint: `${ID}/token`,
      revocation_endpoint: `${ID}/revoke`,
      introspection_endpoint: `${ID}/introspect`,
      userinfo_endpoint: `${ID}/userinfo`,
      scopes_supported: ['profile', 'things.read', 'things.write'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    })
    sandbox.set('acme', { iss: true })
    expect((await visitor.send(address)).json()).toMatchObject({
      authorization_response_iss_parameter_supported: true,
    })
    sandbox.set('acme', { metadata: false })
    expect((await visitor.send(address)).status).toBe(404)
    expect((await visitor.send(`${ID}/.well-known/openid-configuration`)).status).toBe(404)
  })
})

describe('the API and userinfo', () => {
  it('say who the user is, for the scope profile', async () => {
    const { access_token } = await acmeTokens(visitor)
    const { id, name, email } = sandbox.users.rep
    for (const url of [`${ID}/userinfo`, `${API}/v1/me`])
      expect((await get(url, access_token)).json()).toEqual({ sub: `acme-${id}`, name, email })
    const narrow = await acmeTokens(visitor, { scope: 'things.read' })
    for (const url of [`${ID}/userinfo`, `${API}/v1/me`]) {
      const answer = await get(url, narrow.access_token)
      expect(answer.status).toBe(403)
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer realm="Acme", error="insufficient_scope", scope="profile"',
      )
    }
  })

  it('challenge a request without a good token', async () => {
    for (const url of [`${ID}/userinfo`, `${API}/v1/me`, `${API}/v1/things`]) {
      const wrong = await get(url, 'nothing')
      expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([
        401,
        'Bearer realm="Acme", error="invalid_token"',
      ])
      expect((await visitor.send(url)).headers['www-authenticate']).toBe('Bearer realm="Acme"')
    }
  })

  it('list and add things, by scope', async () => {
    const send = (token: string, body: string) =>
      visitor.send(`${API}/v1/things`, {
        method: 'POST',
        headers: { ...bearer(token), 'content-type': 'application/json' },
        body,
      })
    const reader = await acmeTokens(visitor)
    expect((await get(`${API}/v1/things`, reader.access_token)).json()).toMatchObject({
      things: [{ name: 'Anvil' }, { id: 'thing-2' }, { ownedBy: 'tom.okafor@acme.example' }],
    })
    expect((await send(reader.access_token, '{"name":"Net"}')).status).toBe(403)
    const { access_token } = await acmeTokens(visitor, { scope: 'things.read things.write' })
    expect((await send(access_token, '{}')).status).toBe(422)
    const made = await send(access_token, '{"name":"Net","colour":"green"}')
    const thing = { id: 'thing-4', name: 'Net', colour: 'green', ownedBy: sandbox.users.rep.email }
    expect([made.status, made.json()]).toEqual([201, thing])
    expect((await get(`${API}/v1/things`, access_token)).json()).toMatchObject({
      things: [{}, {}, {}, thing],
    })
    sandbox.reset()
    const { access_token: later } = await acmeTokens(visitor)
    const { things } = (await get(`${API}/v1/things`, later)).json() as { things: object[] }
    expect(things).toHaveLength(3)
  })
})

describe('redirect faults', () => {
  it.each([
    ['no-state', (url: URL) => !url.searchParams.has('state')],
    ['wrong-state', (url: URL) => url.searchParams.get('state') !== 'state-of-acme'],
    ['wrong-path', (url: URL) => url.pathname === '/elsewhere' && url.searchParams.has('code')],
    ['wrong-iss', (url: URL) => url.searchParams.get('iss') === 'https://attacker.example/'],
    ['empty', (url: URL) => [...url.searchParams.keys()].join() === 'state'],
    ['server-error', (url: URL) => url.searchParams.get('error') === 'server_error'],
  ] as const)('%s', async (redirectFault, isSo) => {
    sandbox.set('acme', { redirectFault })
    const { location } = await visitor.authorize(acmeAuthorizeUrl(makePkce()), sandbox.users.rep)
    expect(isSo(new URL(location ?? ''))).toBe(true)
  })

  it('used-code', async () => {
    sandbox.set('acme', { redirectFault: 'used-code' })
    await expect(acmeTokens(visitor)).rejects.toThrow('invalid_grant')
  })
})

describe('withdraw and signOut', () => {
  it('end tokens and grants, and sessions', async () => {
    const { access_token, refresh_token } = await acmeTokens(visitor)
    sandbox.withdraw('acme')
    expect((await get(`${API}/v1/me`, access_token)).status).toBe(401)
    expect((await refresh(refresh_token)).status).toBe(400)
    visitor.met.length = 0
    await acmeTokens(visitor)
    expect(visitor.met).toEqual(['Allow'])
    sandbox.signOut('acme')
    expect((await visitor.visit(acmeAuthorizeUrl(makePkce()))).text).toContain('>Sign in<')
  })
})
