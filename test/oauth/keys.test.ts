import { beforeEach, describe, expect, it, vi } from 'vitest'
import { checkAnswer, startAuthorization } from '../../src/oauth/authorization'
import type { OAuthClient } from '../../src/oauth/client'
import { keyFromExchange, tokensOfKey } from '../../src/oauth/keys'
import { scopesOfToken } from '../../src/oauth/token-info'
import {
  tokensFromCode,
  tokensFromFragment,
  tokensFromKey,
  tokensFromPassword,
  tokensFromRefresh,
} from '../../src/oauth/tokens'
import { limits } from '../../src/shared/limits'
import { isDown, json, serve } from '../fakes/server'
import { wordsOf } from '../fakes/words'
import { codeClient, exchangeClient, implicitClient, keyClient, redirectUri } from './clients'

const now = Date.parse('2027-01-15T08:00:00Z')
const minute = 60_000
const answer = { access_token: 'access-1', token_type: 'bearer', expires_in: 86_400 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now })
})

const jwt = (claims: unknown) =>
  ['{"alg":"HS256"}', typeof claims === 'string' ? claims : JSON.stringify(claims)]
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.')
    .concat('.signature')

describe('tokensFromKey, where the answer says that its tokens are void', () => {
  const void_ = { ...answer, 'not-before-policy': now / 1000 + 60 }

  it('fetches another one, once', async () => {
    let answers = 0
    const received = serve(() => {
      answers += 1
      return json(
        answers === 1 ? void_ : { ...answer, access_token: 'access-2', 'not-before-policy': now / 1000 },
      )
    })
    expect(await tokensFromKey(keyClient())).toMatchObject({ accessToken: 'access-2' })
    expect(received).toHaveLength(2)
  })

  it('gives up after the second', async () => {
    const received = serve(() => json(void_))
    expect(await wordsOf(tokensFromKey(keyClient()))).toBe('provider-rejected: void-token')
    expect(received).toHaveLength(2)
  })

  it('goes by the provider’s clock', async () => {
    const ahead = { headers: { date: new Date(now + 2 * minute).toUTCString() } }
    const received = serve(() => json(void_, ahead))
    expect(await tokensFromKey(keyClient())).toMatchObject({ accessToken: 'access-1' })
    expect(received).toHaveLength(1)
    const behind = { headers: { date: new Date(now - 2 * minute).toUTCString() } }
    serve(() => json({ ...answer, 'not-before-policy': now / 1000 - 60 }, behind))
    expect(await wordsOf(tokensFromKey(keyClient()))).toBe('provider-rejected: void-token')
  })
})

/** What Keycloak and Auth0 say, by the stage at which they say it; the same word means different things. */
describe('an error body', () => {
  const client = () => codeClient({ clientSecret: 'the-secret' })
  const stages: Record<string, () => Promise<unknown>> = {
    code: async () => {
      const started = await startAuthorization(client(), redirectUri)
      const checked = checkAnswer(client(), started, `${redirectUri}?code=the-code&state=${started.state}`)
      return tokensFromCode(client(), started, checked)
    },
    password: () => tokensFromPassword(client(), { username: 'mia', password: 'secret' }),
    key: () => tokensFromKey(client()),
    refresh: () => tokensFromRefresh(client(), 'refresh-1', []),
  }
  const client_ = 'setup-wrong: client-refused'

  it.each<[error: string, status: number, words: Record<string, string>]>([
    ['unauthorized_client', 401, { code: client_, password: client_, key: client_, refresh: client_ }],
    ['invalid_client', 401, { code: client_, password: client_, key: client_, refresh: client_ }],
    ['access_denied', 401, { code: client_, password: client_, key: client_, refresh: client_ }],
    ['access_denied', 403, { code: client_, password: client_, key: client_, refresh: client_ }],
    [
      'invalid_grant',
      401,
      {
        code: 'provider-rejected: code-refused',
        password: 'provider-rejected: password-refused',
        refresh: 'reconnect-required',
      },
    ],
    [
      'invalid_scope',
      400,
      {
        code: 'setup-wrong: scope-refused',
        password: 'setup-wrong: scope-refused',
        key: 'setup-wrong: scope-refused',
        refresh: 'scope-missing',
      },
    ],
    [
      'invalid_request',
      401,
      { code: 'provider-rejected', key: 'provider-rejected', password: 'provider-rejected' },
    ],
    ['unsupported_grant_type', 400, { key: 'provider-rejected', password: 'provider-rejected' }],
    ['mfa_required', 403, { password: 'provider-rejected', code: 'provider-rejected' }],
    ['too_many_attempts', 429, { password: 'provider-unreachable', key: 'provider-unreachable' }],
  ])('that says %s with %i', async (error, status, words) => {
    for (const [stage, expected] of Object.entries(words)) {
      serve(() =>
        json({ error, error_description: 'Invalid client or Invalid client credentials' }, { status }),
      )
      expect(await wordsOf(stages[stage]?.() ?? Promise.resolve()), stage).toBe(expected)
    }
  })

  it.each(['login_required', 'consent_required', 'interaction_required', 'account_selection_required'])(
    'at the redirect that says %s',
    async error => {
      const started = await startAuthorization(client(), redirectUri)
      const check = () =>
        checkAnswer(client(), started, `${redirectUri}?error=${error}&state=${started.state}`)
      expect(await wordsOf(Promise.resolve().then(check))).toBe('reconnect-required: sign-in-again')
    },
  )

  it('at the redirect that says access_denied is a person’s no', async () => {
    const started = await startAuthorization(client(), redirectUri)
    const check = () =>
      checkAnswer(client(), started, `${redirectUri}?error=access_denied&state=${started.state}`)
    expect(await wordsOf(Promise.resolve().then(check))).toBe('denied')
  })

  it('keeps what was entered out of its own words', async () => {
    for (const respond of [() => json({ error: 'invalid_grant' }, { status: 400 }), () => json([]), isDown]) {
      serve(respond)
      const error = await tokensFromPassword(client(), {
        username: 'mia@acme.example',
        password: 'p4ss-3f9a5c',
      }).catch((thrown: unknown) => thrown)
      expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/3f9a5c|mia@/)
    }
  })
})

describe('keyFromExchange', () => {
  /** Comes back from the sign-in with a code, and then exchanges it. */
  async function exchange(client: OAuthClient = exchangeClient(), meanwhile = 0): Promise<unknown> {
    const started = await startAuthorization(client, redirectUri)
    const checked = checkAnswer(client, started, `${redirectUri}?code=the-code&state=${started.state}`)
    vi.setSystemTime(now + meanwhile)
    return keyFromExchange(client, checked)
  }

  it('asks with the secret in its own header, and reads the key', async () => {
    const received = serve(() => json({ success: true, message: 'text', data: 'the-key' }))
    expect(await exchange()).toEqual({
      accessToken: 'the-key',
      expiresAt: limits.never,
      life: limits.never - now,
      isLifeKnown: false,
      scopes: ['user.view', 'stores.view', 'stores.orders.view'],
      isKey: true,
    })
    expect(received).toHaveLength(1)
    const [sent] = received
    expect(sent?.url.href).toBe('https://api.sellsn.io/oauth2/our-app/exchange/the-code')
    expect(sent?.headers.get('xoauth2-client-secret')).toBe('the-secret')
    expect(sent?.headers.get('authorization')).toBeNull()
    expect(sent?.request).toMatchObject({
      method: 'GET',
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
    })
  })

  it.each([401, 403])('tries again with an Authorization header where %i answers the first', async status => {
    const received = serve(({ headers }) =>
      headers.get('authorization')
        ? json({ success: true, data: 'the-key' })
        : json({ success: false }, { status }),
    )
    expect(await exchange()).toMatchObject({ accessToken: 'the-key' })
    expect(received.map(({ headers }) => headers.get('authorization'))).toEqual([null, 'Bearer the-code'])
    for (const { headers } of received) expect(headers.get('xoauth2-client-secret')).toBe('the-secret')
  })

  it.each<[title: string, respond: () => Response, words: string, requests: number]>([
    ['401', () => json({ success: false }, { status: 401 }), 'setup-wrong: exchange-refused', 2],
    ['403', () => json({ success: false }, { status: 403 }), 'setup-wrong: exchange-refused', 2],
    ['401 without a body', () => new Response(null, { status: 401 }), 'setup-wrong: exchange-refused', 2],
    ['404', () => json({ success: false }, { status: 404 }), 'setup-wrong: client-refused', 1],
    [
      'success false with 200',
      () => json({ success: false, data: 'the-key' }),
      'provider-rejected: nonsense-answer',
      1,
    ],
    ['no key with 200', () => json({ success: true }), 'provider-rejected: nonsense-answer', 1],
    [
      'a key that is no text',
      () => json({ success: true, data: { key: 1 } }),
      'provider-rejected: nonsense-answer',
      1,
    ],
    [
      '400',
      () => json({ success: false, message: 'the-code' }, { status: 400 }),
      'provider-rejected: nonsense-answer',
      1,
    ],
    ['HTML', () => new Response('<html>'), 'provider-rejected: nonsense-answer', 1],
    ['429', () => new Response(null, { status: 429 }), 'provider-unreachable', 1],
    ['503', () => new Response('Busy', { status: 503 }), 'provider-unreachable', 1],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://x.example' } }),
      'provider-rejected: nonsense-answer',
      1,
    ],
    ['a dead network', isDown, 'provider-unreachable', 1],
    ['too much', () => json({ data: 'x'.repeat(300 * 1024) }), 'provider-rejected: too-large', 1],
  ])('says of %s', async (_, respond, words, requests) => {
    const received = serve(respond)
    expect(await wordsOf(exchange())).toBe(words)
    expect(received).toHaveLength(requests)
  })

  it.each<[title: string, meanwhile: number, words: string]>([
    ['just under a minute', minute - 1, 'setup-wrong: exchange-refused'],
    ['a minute', minute, 'provider-rejected: code-refused'],
    ['an hour', 60 * minute, 'provider-rejected: code-refused'],
  ])('takes a refusal of a code that is %s old for what it is', async (_, meanwhile, words) => {
    serve(() => json({ success: false }, { status: 401 }))
    expect(await wordsOf(exchange(exchangeClient(), meanwhile))).toBe(words)
  })

  it('has neither code nor secret in any of its errors', async () => {
    for (const status of [200, 400, 401, 404, 503]) {
      serve(() => json({ success: false, message: 'the-code the-secret' }, { status }))
      const error = await exchange().catch((thrown: unknown) => thrown)
      expect(`${error} ${JSON.stringify(error)} ${Object(error).stack}`).not.toMatch(/the-code|the-secret/)
    }
  })

  it('fails without a code', async () => {
    const received = serve(() => json({ success: true, data: 'the-key' }))
    const parameters = new URLSearchParams()
    expect(await wordsOf(keyFromExchange(exchangeClient(), { parameters, at: now }))).toBe(
      'provider-rejected: nonsense-answer',
    )
    expect(received).toEqual([])
  })

  it('is ended by its caller’s signal', async () => {
    const controller = new AbortController()
    serve(({ request }) => {
      setImmediate(() => controller.abort())
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason))
      })
    })
    const parameters = new URLSearchParams({ code: 'the-code' })
    await expect(
      keyFromExchange(exchangeClient(), { parameters, at: now }, controller.signal),
    ).rejects.toThrow()
    expect(controller.signal.aborted).toBe(true)
  })
})

describe('tokensOfKey', () => {
  it('reads the end that a JWT says of itself', () => {
    const exp = now / 1000 + 600
    expect(tokensOfKey(jwt({ exp }), ['read'])).toEqual({
      accessToken: jwt({ exp }),
      expiresAt: now + 10 * minute,
      life: 10 * minute,
      isLifeKnown: true,
      scopes: ['read'],
      isKey: true,
    })
  })

  it('gives a key that has ended no life at all', () => {
    expect(tokensOfKey(jwt({ exp: now / 1000 - 1 }), [])).toMatchObject({ life: 0, expiresAt: now - 1000 })
  })

  it.each([
    ['an opaque key', 'a1b2c3'],
    ['dots alone', '..'],
    ['two parts', 'a.b'],
    ['no end', jwt({ sub: '1' })],
    ['an end in text', jwt({ exp: '1800000000' })],
    ['an end that is none', jwt('{"exp":1e999}')],
    ['no object', jwt('5')],
    ['null', jwt('null')],
    ['no JSON', jwt('hello')],
    ['no base64', 'a.*.c'],
  ])('knows no end of %s', (_, key) => {
    expect(tokensOfKey(key, [])).toMatchObject({
      accessToken: key,
      expiresAt: limits.never,
      isLifeKnown: false,
    })
  })
})

describe('scopesOfToken', () => {
  it('asks with the token as Bearer', async () => {
    const received = serve(() => json({ scopes: ['read'] }))
    expect(await scopesOfToken(implicitClient(), 'access-1')).toEqual(['read'])
    expect(received[0]?.url.href).toBe('https://api.getbase.com/oauth2/token/info')
    expect(received[0]?.headers.get('authorization')).toBe('Bearer access-1')
  })

  it.each<[string, () => Response, string[] | undefined]>([
    ['no scopes', () => json({ resource_owner_id: 1 }), undefined],
    ['an empty list', () => json({ scopes: [] }), []],
    ['404', () => json({}, { status: 404 }), undefined],
    ['500', () => json({}, { status: 500 }), undefined],
    ['HTML', () => new Response('<html>'), undefined],
  ])('reads %s', async (_, respond, scopes) => {
    serve(respond)
    expect(await scopesOfToken(implicitClient(), 'access-1')).toEqual(scopes)
  })

  it('says that a token is dead where token info does, and that nobody answers where nobody does', async () => {
    serve(() => json({}, { status: 401 }))
    expect(await wordsOf(scopesOfToken(implicitClient(), 'access-1'))).toBe(
      'provider-rejected: token-refused',
    )
    serve(isDown)
    expect(await wordsOf(scopesOfToken(implicitClient(), 'access-1'))).toBe('provider-unreachable')
  })

  it('asks nothing of a provider without token info', async () => {
    const received = serve(() => json({}))
    expect(await scopesOfToken(codeClient(), 'access-1')).toBeUndefined()
    expect(received).toEqual([])
  })
})

describe('a refresh token in a fragment', () => {
  it.each<[allowed: boolean | undefined, kept: boolean]>([
    [undefined, false],
    [false, false],
    [true, true],
  ])('with allowImplicitRefresh %s is kept: %s', async (allowImplicitRefresh, kept) => {
    const client = implicitClient({ allowImplicitRefresh })
    const started = await startAuthorization(client, redirectUri)
    const fragment = new URLSearchParams({
      access_token: 'access-1',
      token_type: 'bearer',
      refresh_token: 'refresh-1',
      state: started.state,
    })
    const { refreshToken } = await tokensFromFragment(
      client,
      checkAnswer(client, started, `${redirectUri}#${fragment}`),
    )
    expect(refreshToken).toBe(kept ? 'refresh-1' : undefined)
  })
})

describe('the authorization request of an exchange', () => {
  it('has a state, and no secret, verifier or nonce', async () => {
    const started = await startAuthorization(exchangeClient(), redirectUri)
    expect(started).not.toHaveProperty('codeVerifier')
    expect(started).not.toHaveProperty('nonce')
    const url = new URL(started.url)
    expect(`${url.origin}${url.pathname}`).toBe('https://dash.sellsn.io/oauth2/our-app')
    expect(Object.fromEntries(url.searchParams)).toEqual({ redirectUrl: redirectUri, state: started.state })
  })
})
