import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Authorization, checkAnswer, startAuthorization } from '../../src/oauth/authorization'
import type { OAuthClient } from '../../src/oauth/client'
import { tokensFromCode, tokensFromFragment, tokensFromRefresh } from '../../src/oauth/tokens'
import { isDown, json, type Received, serve } from '../fakes/server'
import { wordsOf } from '../fakes/words'
import { codeClient, implicitClient, redirectUri } from './clients'

const now = 1_800_000_000_000
const minute = 60_000
const day = 24 * 60 * minute

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now }))
afterEach(() => void vi.useRealTimers())

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An ID token as SalesOS would give it. Its signature is of no account: it comes straight from the token endpoint. */
const idToken = (started: Authorization, claims: object = {}, header: object = { alg: 'RS256' }) =>
  `${part(header)}.${part({
    iss: 'https://auth.play2sell.com/',
    aud: 'our-client',
    sub: 'auth0|1',
    nonce: started.nonce,
    iat: now / 1000,
    exp: now / 1000 + 600,
    ...claims,
  })}.c2lnbmF0dXJl`

const answer = (started: Authorization, more: object = {}) => ({
  access_token: 'access-1',
  token_type: 'Bearer',
  expires_in: 600,
  scope: 'openid leads:read',
  refresh_token: 'refresh-1',
  id_token: idToken(started),
  ...more,
})

/** An authorization that came back with a code. */
async function redeemable(client = codeClient()) {
  const started = await startAuthorization(client, redirectUri)
  const checked = checkAnswer(client, started, `${redirectUri}?code=the-code&state=${started.state}`)
  return {
    client,
    started,
    redeem: (signal?: AbortSignal) => tokensFromCode(client, started, checked, signal),
  }
}

const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body))

describe('tokensFromCode', () => {
  it('sends the code with its verifier and no secret, and reads the tokens', async () => {
    const { started, redeem } = await redeemable()
    const received = serve(() => json(answer(started)))
    expect(await redeem()).toEqual({
      accessToken: 'access-1',
      life: 10 * minute,
      isLifeKnown: true,
      expiresAt: now + 10 * minute,
      scopes: ['openid', 'leads:read'],
      refreshToken: 'refresh-1',
      subject: 'auth0|1',
    })
    expect(received).toHaveLength(1)
    const [sent] = received
    expect(sent && form(sent)).toEqual({
      grant_type: 'authorization_code',
      client_id: 'our-client',
      code: 'the-code',
      redirect_uri: redirectUri,
      code_verifier: started.codeVerifier,
    })
    expect(sent?.url.href).toBe('https://auth.play2sell.com/oauth/token')
    expect(sent?.headers.get('authorization')).toBeNull()
    expect(sent?.request).toMatchObject({ method: 'POST', credentials: 'omit', redirect: 'manual' })
  })

  it.each<[title: string, more: object, read: object]>([
    ['a life in text', { expires_in: '600' }, { life: 10 * minute, expiresAt: now + 10 * minute }],
    [
      'no life',
      { expires_in: undefined },
      { life: 5 * minute, isLifeKnown: false, expiresAt: now + 5 * minute },
    ],
    ['no scope, which means as asked', { scope: undefined }, { scopes: codeClient().scopes }],
    ['an empty scope', { scope: '' }, { scopes: [] }],
    ['scopes with too many spaces', { scope: ' a  b ' }, { scopes: ['a', 'b'] }],
    ['a type in small letters', { token_type: 'bearer' }, { accessToken: 'access-1' }],
  ])('reads %s', async (_, more, read) => {
    const { started, redeem } = await redeemable()
    serve(() => json(answer(started, more)))
    expect(await redeem()).toMatchObject(read)
  })

  it('has no refresh token where there is none', async () => {
    const { started, redeem } = await redeemable()
    serve(() => json(answer(started, { refresh_token: undefined })))
    expect(await redeem()).not.toHaveProperty('refreshToken')
  })

  it.each<[title: string, more: (started: Authorization) => object, words: string]>([
    ['no access token', () => ({ access_token: undefined }), 'provider-rejected: nonsense-answer'],
    ['an empty access token', () => ({ access_token: '' }), 'provider-rejected: nonsense-answer'],
    ['an access token that is no text', () => ({ access_token: 5 }), 'provider-rejected: nonsense-answer'],
    ['no type', () => ({ token_type: undefined }), 'provider-rejected: nonsense-answer'],
    ['another type', () => ({ token_type: 'mac' }), 'provider-rejected: nonsense-answer'],
    ['a life that is none', () => ({ expires_in: 'soon' }), 'provider-rejected: nonsense-answer'],
    ['a negative life', () => ({ expires_in: -1 }), 'provider-rejected: nonsense-answer'],
    ['a refresh token that is no text', () => ({ refresh_token: {} }), 'provider-rejected: nonsense-answer'],
    ['no ID token', () => ({ id_token: undefined }), 'provider-rejected: nonsense-answer'],
    ['an ID token that is none', () => ({ id_token: 'a.b' }), 'provider-rejected: nonsense-answer'],
    [
      'an ID token without a signature',
      started => ({ id_token: idToken(started, {}, { alg: 'none' }) }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'an ID token of another issuer',
      started => ({ id_token: idToken(started, { iss: 'https://attacker.example/' }) }),
      'wrong-issuer',
    ],
    [
      'an ID token for another client',
      started => ({ id_token: idToken(started, { aud: 'another-client' }) }),
      'foreign-token',
    ],
    [
      'an ID token with another nonce',
      started => ({ id_token: idToken(started, { nonce: 'another' }) }),
      'bad-state',
    ],
    [
      'an ID token without a nonce',
      started => ({ id_token: idToken(started, { nonce: undefined }) }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'an ID token without a subject',
      started => ({ id_token: idToken(started, { sub: undefined }) }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'an ID token that has ended',
      started => ({ id_token: idToken(started, { exp: now / 1000 - 31 }) }),
      'provider-rejected: nonsense-answer',
    ],
  ])('refuses %s', async (_, more, words) => {
    const { started, redeem } = await redeemable()
    serve(() => json(answer(started, more(started))))
    expect(await wordsOf(redeem())).toBe(words)
  })

  it.each([-day, day])('learns the provider’s clock, which is %i ms ahead, from its Date', async ahead => {
    const { started, redeem } = await redeemable()
    const there = (now + ahead) / 1000
    const claims = { iat: there, exp: there + 600, nbf: there }
    serve(() =>
      json(answer(started, { id_token: idToken(started, claims) }), {
        headers: { date: new Date(now + ahead).toUTCString() },
      }),
    )
    // The end is by our own clock.
    expect(await redeem()).toMatchObject({ subject: 'auth0|1', expiresAt: now + 10 * minute })
  })

  it('refuses an ID token of the wrong day where the provider’s clock is right', async () => {
    const { started, redeem } = await redeemable()
    const yesterday = (now - day) / 1000
    const claims = { iat: yesterday, exp: yesterday + 600 }
    serve(() =>
      json(answer(started, { id_token: idToken(started, claims) }), {
        headers: { date: new Date(now).toUTCString() },
      }),
    )
    expect(await wordsOf(redeem())).toBe('provider-rejected: nonsense-answer')
  })

  it.each<[title: string, respond: () => Response, words: string]>([
    [
      'invalid_grant',
      () => json({ error: 'invalid_grant' }, { status: 400 }),
      'provider-rejected: code-refused',
    ],
    [
      'invalid_grant with 403',
      () => json({ error: 'invalid_grant' }, { status: 403 }),
      'provider-rejected: code-refused',
    ],
    [
      'invalid_client',
      () => json({ error: 'invalid_client' }, { status: 401 }),
      'setup-wrong: client-refused',
    ],
    [
      'invalid_client with a challenge',
      () =>
        json(
          { error: 'invalid_client' },
          { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
        ),
      'setup-wrong: client-refused',
    ],
    [
      'unauthorized_client',
      () => json({ error: 'unauthorized_client' }, { status: 400 }),
      'setup-wrong: client-refused',
    ],
    ['access_denied', () => json({ error: 'access_denied' }, { status: 403 }), 'setup-wrong: client-refused'],
    ['invalid_scope', () => json({ error: 'invalid_scope' }, { status: 400 }), 'setup-wrong: scope-refused'],
    ['another error', () => json({ error: 'invalid_request' }, { status: 400 }), 'provider-rejected'],
    ['200 with an error', () => json({ error: 'invalid_grant' }), 'provider-rejected: nonsense-answer'],
    [
      'an error that is no text',
      () => json({ error: { code: 1 } }, { status: 400 }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'HTML',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'HTML that says it is JSON',
      () => new Response('<html>', { headers: { 'content-type': 'application/json' } }),
      'provider-rejected: nonsense-answer',
    ],
    ['a list', () => json([]), 'provider-rejected: nonsense-answer'],
    ['null', () => json(null), 'provider-rejected: nonsense-answer'],
    ['204', () => new Response(null, { status: 204 }), 'provider-rejected: nonsense-answer'],
    ['404', () => new Response('Not found', { status: 404 }), 'provider-rejected: nonsense-answer'],
    ['429 with a refusal', () => json({ error: 'invalid_grant' }, { status: 429 }), 'provider-unreachable'],
    ['429 without a body', () => new Response(null, { status: 429 }), 'provider-unreachable'],
    ['500', () => new Response('Oops', { status: 500 }), 'provider-unreachable'],
    ['502 with a refusal', () => json({ error: 'invalid_grant' }, { status: 502 }), 'provider-unreachable'],
    ['a dead network', isDown, 'provider-unreachable'],
    ['too much', () => json({ access_token: 'x'.repeat(300 * 1024) }), 'provider-rejected: too-large'],
  ])('says of %s', async (_, respond, words) => {
    const { redeem } = await redeemable()
    serve(respond)
    expect(await wordsOf(redeem())).toBe(words)
  })

  it('keeps tokens out of the words of its errors', async () => {
    const { redeem } = await redeemable()
    serve(() => json({ access_token: 'secret-3f9a5c', token_type: 'mac' }))
    const error = await redeem().catch((thrown: unknown) => thrown)
    expect(String(error)).not.toContain('3f9a5c')
  })

  it('is ended by its caller’s signal', async () => {
    const { redeem } = await redeemable()
    const controller = new AbortController()
    serve(({ request }) => {
      setImmediate(() => controller.abort())
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason))
      })
    })
    await expect(redeem(controller.signal)).rejects.toThrow()
    expect(controller.signal.aborted).toBe(true)
  })
})

describe('tokensFromFragment', () => {
  async function read(fragment: Record<string, string>, client: OAuthClient = implicitClient()) {
    const started = await startAuthorization(client, redirectUri)
    const parameters = new URLSearchParams({ ...fragment, state: started.state })
    return tokensFromFragment(client, checkAnswer(client, started, `${redirectUri}#${parameters}`))
  }

  const fragment = {
    access_token: 'access-1',
    token_type: 'bearer',
    expires_in: '3600',
    scope: 'read profile',
  }

  it('reads the token, whose life is text there', async () => {
    expect(await read(fragment)).toEqual({
      accessToken: 'access-1',
      life: 60 * minute,
      isLifeKnown: true,
      expiresAt: now + 60 * minute,
      scopes: ['read', 'profile'],
    })
  })

  it('drops a refresh token, which has been in a URL', async () => {
    expect(await read({ ...fragment, refresh_token: 'refresh-1' })).not.toHaveProperty('refreshToken')
  })

  it('assumes five minutes where it is not told, and the scopes asked', async () => {
    const { expires_in: _, scope: __, ...rest } = fragment
    expect(await read(rest)).toMatchObject({
      life: 5 * minute,
      isLifeKnown: false,
      scopes: ['read', 'profile'],
    })
  })

  it.each<[title: string, fragment: Record<string, string>]>([
    ['no token', { token_type: 'bearer' }],
    ['an empty token', { ...fragment, access_token: '' }],
    ['no type', { access_token: 'x' }],
    ['another type', { ...fragment, token_type: 'mac' }],
    ['a life that is none', { ...fragment, expires_in: 'an hour' }],
  ])('refuses %s', async (_, wrong) => {
    expect(await wordsOf(read(wrong))).toBe('provider-rejected: nonsense-answer')
  })
})

describe('tokensFromRefresh', () => {
  const refreshed = { access_token: 'access-2', token_type: 'Bearer', expires_in: 600 }
  const granted = ['openid', 'leads:read']

  it('asks for all that was granted by asking for no scope', async () => {
    const received = serve(() => json(refreshed))
    expect(await tokensFromRefresh(codeClient(), 'refresh-1', granted)).toEqual({
      accessToken: 'access-2',
      life: 10 * minute,
      isLifeKnown: true,
      expiresAt: now + 10 * minute,
      scopes: granted,
    })
    expect(received.map(form)).toEqual([
      { grant_type: 'refresh_token', client_id: 'our-client', refresh_token: 'refresh-1' },
    ])
  })

  it('asks for fewer scopes, and has those', async () => {
    const received = serve(() => json(refreshed))
    const { scopes } = await tokensFromRefresh(codeClient(), 'refresh-1', granted, ['leads:read'])
    expect(scopes).toEqual(['leads:read'])
    expect(received.map(form)[0]).toMatchObject({ scope: 'leads:read' })
  })

  it('believes the provider over what was asked', async () => {
    serve(() => json({ ...refreshed, scope: 'openid leads:read' }))
    const { scopes } = await tokensFromRefresh(codeClient(), 'refresh-1', granted, ['leads:read'])
    expect(scopes).toEqual(['openid', 'leads:read'])
  })

  it('gives the rotated refresh token', async () => {
    serve(() => json({ ...refreshed, refresh_token: 'refresh-2' }))
    expect(await tokensFromRefresh(codeClient(), 'refresh-1', granted)).toMatchObject({
      refreshToken: 'refresh-2',
    })
  })

  it('validates an ID token by the provider’s clock, where there is one', async () => {
    const started = { url: '', redirectUri, state: '' }
    const there = (now + day) / 1000
    serve(() =>
      json(
        { ...refreshed, id_token: idToken(started, { iat: there, exp: there + 600 }) },
        { headers: { date: new Date(now + day).toUTCString() } },
      ),
    )
    expect(await tokensFromRefresh(codeClient(), 'refresh-1', granted)).toMatchObject({ subject: 'auth0|1' })
  })

  it.each<[title: string, respond: () => Response, words: string]>([
    ['invalid_grant', () => json({ error: 'invalid_grant' }, { status: 400 }), 'reconnect-required'],
    ['invalid_grant with 401', () => json({ error: 'invalid_grant' }, { status: 401 }), 'reconnect-required'],
    ['invalid_grant with 403', () => json({ error: 'invalid_grant' }, { status: 403 }), 'reconnect-required'],
    [
      'invalid_grant with 429',
      () => json({ error: 'invalid_grant' }, { status: 429 }),
      'provider-unreachable',
    ],
    [
      'invalid_grant with 500',
      () => json({ error: 'invalid_grant' }, { status: 500 }),
      'provider-unreachable',
    ],
    ['invalid_grant with 200', () => json({ error: 'invalid_grant' }), 'provider-rejected: nonsense-answer'],
    [
      'invalid_grant in HTML',
      () =>
        new Response('{"error":"invalid_grant"}', { status: 400, headers: { 'content-type': 'text/html' } }),
      'provider-rejected: nonsense-answer',
    ],
    ['invalid_scope', () => json({ error: 'invalid_scope' }, { status: 400 }), 'scope-missing'],
    [
      'invalid_client',
      () => json({ error: 'invalid_client' }, { status: 401 }),
      'setup-wrong: client-refused',
    ],
    ['another error', () => json({ error: 'Invalid_Grant' }, { status: 400 }), 'provider-rejected'],
    ['401 alone', () => new Response(null, { status: 401 }), 'provider-rejected: nonsense-answer'],
    ['a dead network', isDown, 'provider-unreachable'],
  ])('says of %s', async (_, respond, words) => {
    serve(respond)
    expect(await wordsOf(tokensFromRefresh(codeClient(), 'refresh-1', granted))).toBe(words)
  })
})
