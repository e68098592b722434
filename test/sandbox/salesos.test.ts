import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import {
  answerOf,
  askSalesos,
  basic,
  bearer,
  claimsOf,
  codeTokens,
  makePkce,
  redirects,
  salesosAuthorizeUrl,
  salesosScopes,
  type TokenBody,
} from './flows'
import { startSandbox } from './sandbox'
import { clients, SALESOS_AUDIENCE } from './setup'
import { createVisitor } from './visitor'

const AUTH = 'https://auth.play2sell.com'
const API = 'https://api.play2sell.com'
const ISSUER = `${AUTH}/`

const { sandbox, visitor } = await anewForEachTest({ redirects: { salesos: [redirects.salesos] } })

const get = (url: string, token: string) => visitor.send(url, { headers: bearer(token) })
const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
  askSalesos(visitor, { grant_type: 'refresh_token', refresh_token, ...more })
const refreshed = async (refresh_token: string, more: Record<string, string> = {}) => {
  const answer = await refresh(refresh_token, more)
  expect(answer.status, answer.text).toBe(200)
  return answer.json() as TokenBody
}
const revoke = (token: string) =>
  visitor.send(`${AUTH}/oauth/revoke`, { method: 'POST', body: { client_id: clients.salesos.id, token } })

const dead = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }

describe('sign-in and consent', () => {
  it('asks for both once, with pages of status 200', async () => {
    const pkce = makePkce()
    const signIn = await visitor.visit(salesosAuthorizeUrl(pkce))
    expect(signIn.status).toBe(200)
    expect(signIn.text).toMatch(
      /<label for="email">E-mail<\/label>[\s\S]*<label for="password">Password<\/label>/,
    )
    const wrong = await visitor.submit(signIn, { email: sandbox.users.rep.email, password: 'guess' })
    expect(wrong.status).toBe(200)
    expect(wrong.text).toContain('The e-mail or the password is wrong.')
    const { email, password } = sandbox.users.rep
    const consent = await visitor.submit(wrong, { email, password })
    expect(consent.status).toBe(200)
    for (const words of ['Dealpass asks for access', 'Stay connected while you are away', 'Read lead data']) {
      expect(consent.text).toContain(words)
    }
    expect(consent.text).not.toContain('Create and update leads')
    const answer = answerOf(await visitor.submit(consent, { decision: 'allow' }))
    expect(Object.fromEntries(answer)).toEqual({
      code: expect.any(String),
      state: 'state-of-salesos',
      iss: ISSUER,
    })

    const again = await visitor.visit(salesosAuthorizeUrl(makePkce()))
    expect(answerOf(again).has('code')).toBe(true)
    const more = await visitor.visit(
      salesosAuthorizeUrl(makePkce(), { scope: `${salesosScopes} leads:write` }),
    )
    expect(more.text).toContain('Create and update leads')
    expect((await visitor.visit(salesosAuthorizeUrl(makePkce(), { prompt: 'consent' }))).text).toContain(
      '>Allow<',
    )
    expect((await visitor.visit(salesosAuthorizeUrl(makePkce(), { prompt: 'login' }))).text).toContain(
      '>Sign in<',
    )
  })

  it('answers prompt=none without a page', async () => {
    const silent = () => visitor.visit(salesosAuthorizeUrl(makePkce(), { prompt: 'none' }))
    expect(answerOf(await silent()).get('error')).toBe('login_required')
    await codeTokens(visitor)
    expect(answerOf(await silent()).has('code')).toBe(true)
    sandbox.withdraw('salesos')
    expect(answerOf(await silent()).get('error')).toBe('consent_required')
    sandbox.signOut('salesos')
    expect(answerOf(await silent()).get('error')).toBe('login_required')
  })

  it('reports a denial', async () => {
    const answer = await visitor.authorize(salesosAuthorizeUrl(makePkce()), sandbox.users.rep, 'deny')
    expect(answer.location?.split('?')[0]).toBe(redirects.salesos)
    expect(Object.fromEntries(answerOf(answer))).toMatchObject({
      error: 'access_denied',
      state: 'state-of-salesos',
    })
  })

  it.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['an unregistered address', { redirect_uri: `${redirects.salesos}/more` }],
  ])('shows a page with status 400 for %s', async (_name, over) => {
    const answer = await visitor.visit(salesosAuthorizeUrl(makePkce(), over))
    expect(answer.status).toBe(400)
    expect(answer.location).toBeUndefined()
    expect(answer.text).toContain('something went wrong')
  })

  it.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown audience', { audience: 'https://api.elsewhere.example' }, 'access_denied'],
  ])('refuses %s', async (_name, over, error) => {
    const answer = await visitor.visit(salesosAuthorizeUrl(makePkce(), over))
    expect(answerOf(answer).get('error')).toBe(error)
  })
})

describe('tokens', () => {
  it.each(['form', 'json'] as const)('are given for a code, asked for by %s', async as => {
    const pkce = makePkce()
    const code =
      answerOf(await visitor.authorize(salesosAuthorizeUrl(pkce), sandbox.users.rep)).get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirects.salesos }
    const answer = await askSalesos(visitor, { ...fields, code_verifier: pkce.verifier }, as)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    const tokens = answer.json() as TokenBody
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
    expect(tokens.scope.split(' ').toSorted()).toEqual(salesosScopes.split(' ').toSorted())

    const access = claimsOf(tokens.access_token)
    expect(access).toMatchObject({
      iss: ISSUER,
      aud: [SALESOS_AUDIENCE, `${AUTH}/userinfo`],
      azp: clients.salesos.id,
      scope: tokens.scope,
    })
    expect(Number(access.exp) - Number(access.iat)).toBe(600)
    expect(claimsOf(tokens.id_token)).toMatchObject({
      iss: ISSUER,
      aud: clients.salesos.id,
      nonce: 'nonce-of-salesos',
      sub: access.sub,
      email: sandbox.users.rep.email,
      name: sandbox.users.rep.name,
    })
    const { keys } = (await visitor.send(`${AUTH}/.well-known/jwks.json`)).json() as { keys: [object] }
    const key = createPublicKey({ key: { ...keys[0] }, format: 'jwk' })
    const [head, body, signature = ''] = tokens.id_token.split('.')
    expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    )
    expect(Object.keys(keys[0])).not.toContain('d')
  })

  it.each([
    ['no verifier', {}],
    ['a wrong verifier', { code_verifier: makePkce().verifier }],
  ])('are refused with %s', async (_name, more) => {
    const answered = await visitor.authorize(salesosAuthorizeUrl(makePkce()), sandbox.users.rep)
    const code = answerOf(answered).get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirects.salesos }
    const answer = await askSalesos(visitor, { ...fields, ...more })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('are taken back when a code comes twice, and that line alone', async () => {
    const other = await codeTokens(visitor)
    const pkce = makePkce()
    const code =
      answerOf(await visitor.authorize(salesosAuthorizeUrl(pkce), sandbox.users.rep)).get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirects.salesos }
    const first = await askSalesos(visitor, { ...fields, code_verifier: pkce.verifier })
    const second = await askSalesos(visitor, { ...fields, code_verifier: pkce.verifier })
    expect(second.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh((first.json() as TokenBody).refresh_token)).json()).toEqual(dead)
    await refreshed(other.refresh_token)
  })

  it('come without a refresh token where offline_access was not asked for', async () => {
    const tokens = await codeTokens(visitor, { scope: 'openid leads:read' })
    expect(tokens.refresh_token).toBeUndefined()
    expect(tokens.scope).toBe('openid leads:read')
  })

  it('are opaque and good for userinfo alone without an audience', async () => {
    const { access_token } = await codeTokens(visitor, { audience: '', scope: 'openid email' })
    expect(access_token.split('.')).toHaveLength(1)
    expect((await get(`${AUTH}/userinfo`, access_token)).json()).toMatchObject({
      email: sandbox.users.rep.email,
    })
    expect((await get(`${API}/v1/leads`, access_token)).status).toBe(401)
  })

  it('live as long as the tenant says', async () => {
    sandbox.set('salesos', { accessTokenSeconds: 86_400 })
    const tokens = await codeTokens(visitor)
    expect(tokens.expires_in).toBe(86_400)
    expect(Number(claimsOf(tokens.access_token).exp) - Number(claimsOf(tokens.access_token).iat)).toBe(86_400)
  })

  it('are two users’ own', async () => {
    const rep = await codeTokens(visitor)
    const elsewhere = createVisitor(sandbox)
    const colleague = await codeTokens(elsewhere, {}, sandbox.users.colleague)
    elsewhere.close()
    expect(claimsOf(colleague.id_token).email).toBe(sandbox.users.colleague.email)
    expect(claimsOf(colleague.access_token).sub).not.toBe(claimsOf(rep.access_token).sub)
  })
})

describe('a confidential app', () => {
  const app = clients.salesosConfidential
  const credentials = { client_id: app.id, client_secret: app.secret }
  const codeOf = async (over: Record<string, string> = {}, pkce = makePkce()) => {
    const url = salesosAuthorizeUrl(pkce, { client_id: app.id, ...over })
    const code = answerOf(await visitor.authorize(url, sandbox.users.rep)).get('code') ?? ''
    return {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirects.salesos,
      code_verifier: pkce.verifier,
    }
  }
  const tokensOf = async (over: Record<string, string> = {}) => {
    const answer = await askSalesos(visitor, { ...(await codeOf(over)), ...credentials })
    expect(answer.status, answer.text).toBe(200)
    return answer.json() as TokenBody
  }
  const byBasic = (
    path: string,
    body: Record<string, string>,
    client: { id: string; secret: string } = app,
  ) => visitor.send(`${AUTH}${path}`, { method: 'POST', body, headers: basic(client) })

  it.each(['form', 'json'] as const)(
    'gets, refreshes and revokes tokens with its secret in a %s',
    async as => {
      const answer = await askSalesos(visitor, { ...(await codeOf()), ...credentials }, as)
      expect(answer.status, answer.text).toBe(200)
      const tokens = answer.json() as TokenBody
      expect(claimsOf(tokens.access_token)).toMatchObject({ iss: ISSUER, azp: app.id })
      expect(claimsOf(tokens.id_token)).toMatchObject({
        iss: ISSUER,
        aud: app.id,
        nonce: 'nonce-of-salesos',
        email: sandbox.users.rep.email,
      })
      expect((await get(`${API}/v1/leads`, tokens.access_token)).status).toBe(200)
      expect((await get(`${AUTH}/userinfo`, tokens.access_token)).json()).toMatchObject({
        email: sandbox.users.rep.email,
      })
      const again = await askSalesos(
        visitor,
        { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...credentials },
        as,
      )
      expect(again.status, again.text).toBe(200)
      const { refresh_token } = again.json() as TokenBody
      const revoked = await visitor.send(`${AUTH}/oauth/revoke`, {
        method: 'POST',
        ...(as === 'form'
          ? { body: { token: refresh_token, ...credentials } }
          : {
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ token: refresh_token, ...credentials }),
            }),
      })
      expect([revoked.status, revoked.text]).toEqual([200, ''])
      const gone = await askSalesos(visitor, { grant_type: 'refresh_token', refresh_token, ...credentials })
      expect(gone.json()).toEqual(dead)
    },
  )

  it('gets, refreshes and revokes tokens with Basic', async () => {
    const answer = await byBasic('/oauth/token', await codeOf())
    expect(answer.status, answer.text).toBe(200)
    const { refresh_token } = answer.json() as TokenBody
    const again = await byBasic('/oauth/token', { grant_type: 'refresh_token', refresh_token })
    expect(again.status, again.text).toBe(200)
    const { refresh_token: token } = again.json() as TokenBody
    expect((await byBasic('/oauth/revoke', { token })).status).toBe(200)
    expect(
      (await byBasic('/oauth/token', { grant_type: 'refresh_token', refresh_token: token })).json(),
    ).toEqual(dead)
  })

  it('may do without PKCE, as documented, and not without the verifier once it asked with it', async () => {
    const url = salesosAuthorizeUrl(makePkce(), {
      client_id: app.id,
      code_challenge: '',
      code_challenge_method: '',
    })
    const code = answerOf(await visitor.authorize(url, sandbox.users.rep)).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirects.salesos, ...credentials }
    expect((await askSalesos(visitor, form)).status).toBe(200)
    const { code_verifier: _none, ...bare } = { ...(await codeOf()), ...credentials }
    expect((await askSalesos(visitor, bare)).json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('is asked for by its own name, apart from what the other app was allowed', async () => {
    await codeTokens(visitor)
    const page = await visitor.visit(salesosAuthorizeUrl(makePkce(), { client_id: app.id }))
    expect(page.text).toContain('Dealpass for Web asks for access')
  })

  it.each(['access_denied', 'invalid_client', 'unauthorized_client'] as const)(
    'is refused with %s where the secret is wrong or missing, or the id',
    async badCredentials => {
      sandbox.set('salesos', { badCredentials })
      const { refresh_token } = await tokensOf()
      const form = { grant_type: 'refresh_token', refresh_token }
      const wrong = { ...app, secret: 'a wrong secret' }
      for (const answer of [
        await askSalesos(visitor, { ...form, ...credentials, client_secret: 'a wrong secret' }, 'json'),
        await askSalesos(visitor, { ...form, client_id: app.id }),
        await askSalesos(visitor, { ...form, client_id: 'nobody' }),
        await byBasic('/oauth/token', form, wrong),
        await byBasic('/oauth/revoke', { token: refresh_token }, wrong),
      ]) {
        expect(answer.status).toBe(401)
        expect(answer.json()).toEqual({ error: badCredentials, error_description: 'Unauthorized' })
      }
      expect((await askSalesos(visitor, { ...form, ...credentials })).status).toBe(200)
    },
  )

  it('cannot use or revoke what the other app was given', async () => {
    const other = await codeTokens(visitor)
    const form = { grant_type: 'refresh_token', refresh_token: other.refresh_token, ...credentials }
    expect((await askSalesos(visitor, form)).json()).toMatchObject({ error: 'invalid_grant' })
    await byBasic('/oauth/revoke', { token: other.refresh_token })
    await refreshed(other.refresh_token)
  })
})

describe('a machine’s app', () => {
  const app = clients.salesosMachine
  const credentials = { client_id: app.id, client_secret: app.secret }
  const ask = (more: Record<string, string> = {}, as: 'form' | 'json' = 'json') =>
    askSalesos(
      visitor,
      { ...credentials, grant_type: 'client_credentials', audience: SALESOS_AUDIENCE, ...more },
      as,
    )
  const tokenOf = async (more: Record<string, string> = {}) =>
    ((await ask(more)).json() as TokenBody).access_token

  it.each(['form', 'json'] as const)('gets a token for a day, asked for by %s', async as => {
    const answer = await ask({}, as)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
    })
    const claims = claimsOf((answer.json() as TokenBody).access_token)
    expect(claims).toMatchObject({
      iss: ISSUER,
      sub: `${app.id}@clients`,
      aud: SALESOS_AUDIENCE,
      azp: app.id,
      gty: 'client-credentials',
      scope:
        'leads:read leads:write deals:read deals:write users:read users:write reports:read webhooks:manage',
    })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(86_400)
  })

  it('shows who it is by Basic, too', async () => {
    const answer = await visitor.send(`${AUTH}/oauth/token`, {
      method: 'POST',
      headers: basic(app),
      body: { grant_type: 'client_credentials', audience: SALESOS_AUDIENCE },
    })
    expect(answer.status, answer.text).toBe(200)
  })

  it('reads and writes at the API until its token ends, and is nobody at userinfo', async () => {
    sandbox.hold('salesos')
    const token = await tokenOf()
    const headers = { ...bearer(token), 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'Nora Berg', email: 'nora@berg.example' })
    expect((await visitor.send(`${API}/v1/leads`, { method: 'POST', headers, body })).status).toBe(201)
    expect((await get(`${AUTH}/userinfo`, token)).status).toBe(403)
    sandbox.advance('salesos', 86_399_000)
    expect((await get(`${API}/v1/leads`, token)).status).toBe(200)
    sandbox.advance('salesos', 1000)
    expect((await get(`${API}/v1/leads`, token)).status).toBe(401)
    sandbox.set('salesos', { machineTokenSeconds: 60 })
    expect((await ask()).json()).toMatchObject({ expires_in: 60 })
  })

  it('gets the scopes that it was granted, or fewer, and says them by switch', async () => {
    sandbox.set('salesos', { machineScopes: ['leads:read', 'deals:read'], machineScopeInAnswer: true })
    expect((await ask()).json()).toMatchObject({ scope: 'leads:read deals:read' })
    expect((await ask({ scope: 'deals:read' })).json()).toMatchObject({ scope: 'deals:read' })
    const token = await tokenOf({ scope: 'deals:read' })
    expect((await get(`${API}/v1/deals`, token)).status).toBe(200)
    const refused = await get(`${API}/v1/leads`, token)
    expect(refused.status).toBe(403)
    expect(refused.json()).toMatchObject({ error: { code: 'FORBIDDEN' } })
    const wider = await ask({ scope: 'leads:read leads:write' })
    expect(wider.status).toBe(403)
    expect(wider.json()).toEqual({
      error: 'access_denied',
      error_description: 'Client has not been granted scopes: leads:write',
    })
  })

  it.each([
    ['', 'Non-global clients'],
    ['https://api.elsewhere.example', 'Client is not authorized to access "https://api.elsewhere.example"'],
  ])('needs the API’s audience, not "%s"', async (audience, words) => {
    const answer = await ask({ audience })
    expect(answer.status).toBe(403)
    expect(answer.json()).toEqual({
      error: 'access_denied',
      error_description: expect.stringContaining(words),
    })
  })

  it('is refused with a wrong secret', async () => {
    const answer = await ask({ client_secret: 'a wrong secret' })
    expect(answer.status).toBe(401)
    expect(answer.json()).toEqual({ error: 'access_denied', error_description: 'Unauthorized' })
  })

  it.each([
    ['the machine’s app', 'refresh_token', { ...credentials, refresh_token: 'v1.x' }],
    ['the machine’s app', 'authorization_code', { ...credentials, code: 'x' }],
    ['the public app', 'client_credentials', { audience: SALESOS_AUDIENCE }],
    [
      'the confidential app',
      'client_credentials',
      { client_id: clients.salesosConfidential.id, client_secret: clients.salesosConfidential.secret },
    ],
  ])('%s may not use %s', async (_name, grant_type, form) => {
    const answer = await askSalesos(visitor, { grant_type, ...form } as Record<string, string>)
    expect(answer.status).toBe(403)
    expect(answer.json()).toEqual({
      error: 'unauthorized_client',
      error_description: `Grant type '${grant_type}' not allowed for the client.`,
      error_uri: expect.any(String),
    })
  })

  it('has nothing to revoke', async () => {
    const token = await tokenOf()
    const answer = await visitor.send(`${AUTH}/oauth/revoke`, {
      method: 'POST',
      body: { ...credentials, token },
    })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await get(`${API}/v1/leads`, token)).status).toBe(200)
  })
})

describe('refresh', () => {
  it('rotates; a used token ends its whole family and no other', async () => {
    const bystander = await codeTokens(visitor)
    const first = await codeTokens(visitor)
    const second = await refreshed(first.refresh_token)
    const third = await refreshed(second.refresh_token)
    expect(new Set([first, second, third].map(tokens => tokens.refresh_token)).size).toBe(3)
    const reuse = await refresh(first.refresh_token)
    expect(reuse.status).toBe(403)
    expect(reuse.json()).toEqual(dead)
    expect((await refresh(third.refresh_token)).json()).toEqual(dead)
    await refreshed(bystander.refresh_token)
    expect(answerOf(await visitor.visit(salesosAuthorizeUrl(makePkce()))).has('code')).toBe(true)
  })

  it('answers 400 by switch, and 400 without a token', async () => {
    sandbox.set('salesos', { refreshRefusalStatus: 400 })
    expect((await refresh('v1.unknown')).status).toBe(400)
    expect((await askSalesos(visitor, { grant_type: 'refresh_token' })).json()).toMatchObject({
      error: 'invalid_request',
    })
  })

  it('lets the immediately previous token be used within the reuse window', async () => {
    sandbox.hold('salesos')
    sandbox.set('salesos', { reuseWindowMs: 30_000 })
    const first = await codeTokens(visitor)
    const second = await refreshed(first.refresh_token)
    sandbox.advance('salesos', 29_000)
    const sibling = await refreshed(first.refresh_token)
    const third = await refreshed(second.refresh_token)
    await refreshed(sibling.refresh_token)
    expect((await refresh(first.refresh_token)).json()).toEqual(dead)
    expect((await refresh(third.refresh_token)).json()).toEqual(dead)
  })

  it('ends the family when the window is over', async () => {
    sandbox.hold('salesos')
    sandbox.set('salesos', { reuseWindowMs: 30_000 })
    const first = await codeTokens(visitor)
    const second = await refreshed(first.refresh_token)
    sandbox.advance('salesos', 30_000)
    expect((await refresh(first.refresh_token)).json()).toEqual(dead)
    expect((await refresh(second.refresh_token)).json()).toEqual(dead)
  })

  it('narrows the scope for one access token and no longer', async () => {
    const tokens = await codeTokens(visitor)
    const narrow = await refreshed(tokens.refresh_token, { scope: 'openid leads:read' })
    expect(narrow.scope).toBe('openid leads:read')
    expect((await get(`${API}/v1/leads`, narrow.access_token)).status).toBe(200)
    expect((await get(`${API}/v1/deals`, narrow.access_token)).status).toBe(403)
    const whole = await refreshed(narrow.refresh_token)
    expect((await get(`${API}/v1/deals`, whole.access_token)).status).toBe(200)
    const wider = await refresh(whole.refresh_token, { scope: `${salesosScopes} leads:write` })
    expect(wider.json()).toMatchObject({ error: 'invalid_scope' })
  })

  it('is refused after 30 days without use', async () => {
    const { refresh_token } = await codeTokens(visitor)
    sandbox.advance('salesos', 31 * 86_400_000)
    expect((await refresh(refresh_token)).json()).toEqual(dead)
  })
})

describe('revocation', () => {
  it('ends a refresh token, with 200 and no body, and leaves access tokens alone', async () => {
    const tokens = await codeTokens(visitor)
    const other = await codeTokens(visitor)
    const answer = await revoke(tokens.refresh_token)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await refresh(tokens.refresh_token)).json()).toEqual(dead)
    expect((await get(`${API}/v1/leads`, tokens.access_token)).status).toBe(200)
    await refreshed(other.refresh_token)
    expect((await revoke('unknown')).status).toBe(200)
  })

  it('takes JSON, too', async () => {
    const { refresh_token } = await codeTokens(visitor)
    await visitor.send(`${AUTH}/oauth/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: clients.salesos.id, token: refresh_token }),
    })
    expect((await refresh(refresh_token)).json()).toEqual(dead)
  })

  it('does not touch an access token', async () => {
    const { access_token } = await codeTokens(visitor)
    await revoke(access_token)
    expect((await get(`${API}/v1/leads`, access_token)).status).toBe(200)
  })
})

describe('userinfo', () => {
  it('answers an API token that has openid, by scope', async () => {
    const { access_token } = await codeTokens(visitor)
    const { email, name } = sandbox.users.rep
    expect((await get(`${AUTH}/userinfo`, access_token)).json()).toMatchObject({
      email,
      name,
      email_verified: true,
    })
    const bare = await codeTokens(visitor, { scope: 'openid leads:read' })
    const sub = claimsOf(bare.access_token).sub
    expect((await get(`${AUTH}/userinfo`, bare.access_token)).json()).toEqual({ sub })
  })

  it('challenges a token that will not do', async () => {
    const { access_token } = await codeTokens(visitor, { scope: 'leads:read', nonce: '' })
    const narrow = await get(`${AUTH}/userinfo`, access_token)
    expect(narrow.status).toBe(403)
    expect(narrow.headers['www-authenticate']).toContain('error="insufficient_scope"')
    const wrong = await get(`${AUTH}/userinfo`, `${access_token}x`)
    expect(wrong.status).toBe(401)
    expect(wrong.headers['www-authenticate']).toContain('error="invalid_token"')
    const none = await visitor.send(`${AUTH}/userinfo`)
    expect(none.status).toBe(401)
    expect(none.headers['www-authenticate']).toMatch(/^Bearer/)
  })
})

describe('metadata', () => {
  it('names Auth0’s paths, and iss by switch', async () => {
    const read = async () =>
      (await visitor.send(`${AUTH}/.well-known/openid-configuration`)).json() as Record<string, unknown>
    expect(await read()).toMatchObject({
      issuer: ISSUER,
      authorization_endpoint: `${AUTH}/authorize`,
      token_endpoint: `${AUTH}/oauth/token`,
      revocation_endpoint: `${AUTH}/oauth/revoke`,
      userinfo_endpoint: `${AUTH}/userinfo`,
      jwks_uri: `${AUTH}/.well-known/jwks.json`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
    sandbox.set('salesos', { iss: false })
    expect(await read()).not.toHaveProperty('authorization_response_iss_parameter_supported')
    const answer = await visitor.authorize(salesosAuthorizeUrl(makePkce()), sandbox.users.rep)
    expect(answerOf(answer).has('iss')).toBe(false)
  })

  it('can do without the issuer’s slash', async () => {
    const bare = await startSandbox({ issuerSlash: false })
    const guest = createVisitor(bare)
    const tokens = await codeTokens(guest)
    expect(claimsOf(tokens.id_token).iss).toBe(AUTH)
    expect((await guest.send(`${API}/v1/leads`, { headers: bearer(tokens.access_token) })).status).toBe(200)
    guest.close()
    await bare.stop()
  })
})

describe('the API', () => {
  it('gives leads and deals in its envelope, about Sell’s people', async () => {
    const { access_token } = await codeTokens(visitor)
    const list = (await get(`${API}/v1/leads?per_page=5&page=3`, access_token)).json()
    expect(list).toMatchObject({ meta: { total: 12, page: 3, per_page: 5, total_pages: 3 } })
    expect(list).toMatchObject({ data: [{ external_id: '11' }, { external_id: '12' }] })
    const byId = (await get(`${API}/v1/leads?external_id=3`, access_token)).json()
    expect(byId).toMatchObject({
      data: [{ email: 'aiko.tanabe@kumo.example', score: 93, next_step: { title: expect.any(String) } }],
      meta: { request_id: expect.any(String), timestamp: expect.any(String), total: 1 },
    })
    expect((await get(`${API}/v1/leads/lead_0003`, access_token)).json()).toMatchObject({
      data: { external_id: '3' },
    })
    const deals = (await get(`${API}/v1/deals?lead_id=lead_0003`, access_token)).json()
    expect(deals).toMatchObject({ data: [{ amount: 132_000, currency: 'EUR' }] })
  })

  it('checks the token’s presence, signature, end and scope', async () => {
    sandbox.hold('salesos')
    const { access_token } = await codeTokens(visitor)
    const [head, body, signature] = access_token.split('.')
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(access_token), scope: 'leads:write' })).toString(
      'base64url',
    )
    const noneHead = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const token of [
      '',
      `${head}.${forged}.${signature}`,
      `${noneHead}.${body}.`,
      `${noneHead}.${body}.x`,
    ]) {
      const answer = await get(`${API}/v1/leads`, token)
      expect(answer.status).toBe(401)
      expect(answer.json()).toMatchObject({
        error: { code: 'UNAUTHORIZED' },
        meta: { request_id: expect.any(String) },
      })
    }
    const made = await visitor.send(`${API}/v1/leads`, { method: 'POST', headers: bearer(access_token) })
    expect(made.status).toBe(403)
    expect(made.json()).toMatchObject({ error: { code: 'FORBIDDEN' } })
    sandbox.advance('salesos', 599_000)
    expect((await get(`${API}/v1/leads`, access_token)).status).toBe(200)
    sandbox.advance('salesos', 1000)
    expect((await get(`${API}/v1/leads`, access_token)).status).toBe(401)
  })

  it('creates a lead for leads:write', async () => {
    const { access_token } = await codeTokens(visitor, { scope: 'openid leads:read leads:write' })
    const headers = { ...bearer(access_token), 'content-type': 'application/json' }
    const send = (body: object) =>
      visitor.send(`${API}/v1/leads`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect((await send({ name: 'Nora Berg' })).json()).toMatchObject({
      error: { details: [{ field: 'email', message: 'is required' }] },
    })
    const made = await send({ name: 'Nora Berg', email: 'nora@berg.example' })
    expect(made.status).toBe(201)
    expect((await get(`${API}/v1/leads?email=nora%40berg.example`, access_token)).json()).toMatchObject({
      data: [{ name: 'Nora Berg' }],
    })
  })
})

describe('redirect faults', () => {
  it.each([
    ['no-state', (url: URL) => !url.searchParams.has('state')],
    ['wrong-state', (url: URL) => url.searchParams.get('state') !== 'state-of-salesos'],
    ['wrong-path', (url: URL) => url.pathname === '/elsewhere' && url.searchParams.has('code')],
    ['wrong-iss', (url: URL) => url.searchParams.get('iss') === 'https://attacker.example/'],
    ['no-iss', (url: URL) => !url.searchParams.has('iss') && url.searchParams.has('code')],
    ['empty', (url: URL) => [...url.searchParams.keys()].join() === 'state,iss'],
    ['server-error', (url: URL) => url.searchParams.get('error') === 'server_error'],
  ] as const)('%s', async (redirectFault, isSo) => {
    sandbox.set('salesos', { redirectFault })
    const { location } = await visitor.authorize(salesosAuthorizeUrl(makePkce()), sandbox.users.rep)
    expect(isSo(new URL(location ?? ''))).toBe(true)
  })

  it('used-code', async () => {
    sandbox.set('salesos', { redirectFault: 'used-code' })
    await expect(codeTokens(visitor)).rejects.toThrow('invalid_grant')
  })
})
