import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { checkAnswer, startAuthorization } from '../../src/oauth/authorization'
import { type OAuthClient, oauthClient } from '../../src/oauth/client'
import {
  type Tokens,
  tokensFromCode,
  tokensFromFragment,
  tokensFromKey,
  tokensFromPassword,
  tokensFromRefresh,
} from '../../src/oauth/tokens'
import { catalogue } from '../../src/providers'
import type { Provider } from '../../src/providers/provider'
import { AppError, errorCodes, reasons } from '../../src/shared/errors'
import { holds } from './form'

const provider = (id: string) => catalogue.find(one => one.id === id) as Provider
const openid = oauthClient(provider('salesos'), { clientId: 'app' })
const implicit = oauthClient(provider('sell'), { clientId: 'app', flow: 'implicit' })
const machine = oauthClient(provider('salesos'), {
  clientId: 'app',
  clientSecret: 'key',
  flow: 'client_credentials',
})
const redirectUri = 'https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/salesos'

/** Stands in every value that comes over the wire, and in nothing that is ours. */
const mark = 'zq7'

const marked = fc
  .oneof(fc.string(), fc.constantFrom('bearer', 'invalid_grant', 'a b'))
  .map(text => `${mark}${text}`)

/** Errors are ours, their words are closed, and nothing of the answer is in them. */
function isClean(error: unknown): void {
  expect(error).toBeInstanceOf(AppError)
  const { code, reason, message } = error as AppError
  expect(errorCodes).toContain(code)
  expect(code).not.toBe('unexpected')
  if (reason !== undefined) expect(reasons).toContain(reason)
  expect(message).not.toContain(mark)
}

describe('checkAnswer', () => {
  const names = ['code', 'state', 'iss', 'error', 'error_description', 'access_token', 'response', 'id_token']
  const value = (state: string, issuer: string) =>
    fc.oneof(marked, fc.constantFrom(state, issuer, '', 'access_denied', 'login_required'))

  const redirect = (state: string, issuer: string) => {
    const parameters = fc.array(
      fc.oneof(
        { weight: 2, arbitrary: fc.constant<[string, string]>(['state', state]) },
        { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), value(state, issuer)) },
      ),
      { maxLength: 5 },
    )
    const at = fc.oneof(
      { weight: 6, arbitrary: fc.constant(redirectUri) },
      fc.constantFrom(
        `${redirectUri}/`,
        `${redirectUri}x`,
        'https://evil.example/salesos',
        'data:text/html,x',
        '',
      ),
      fc.webUrl(),
      fc.string(),
    )
    return fc
      .tuple(at, parameters, parameters)
      .map(([base, query, hash]) => `${base}?${new URLSearchParams(query)}#${new URLSearchParams(hash)}`)
  }

  it.each([
    ['a code', openid],
    ['a fragment', implicit],
  ])('lets nothing through but %s at our own address with our own state', async (title, client) => {
    const started = { ...(await startAuthorization(client, redirectUri)), state: 'the-state' }
    const addresses = redirect(started.state, client.server.issuer)
    await holds(
      `redirects with ${title}`,
      addresses,
      address => {
        let answer: ReturnType<typeof checkAnswer>
        try {
          answer = checkAnswer(client, started, address)
        } catch (error) {
          return isClean(error)
        }
        const { origin, pathname } = new URL(address)
        expect(origin + pathname).toBe(redirectUri)
        expect(answer.parameters.getAll('state')).toEqual([started.state])
        // What has no value counts as left out (RFC 6749 section 3.1).
        expect(answer.parameters.get('error') || undefined).toBeUndefined()
      },
      { long: 15_000, short: 800 },
    )
  })
})

describe('tokens', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom(3600, 0, -1, 1e308, Number.MAX_SAFE_INTEGER),
  )
  const odd = fc.oneof(
    marked,
    number,
    fc.jsonValue({ maxDepth: 1 }).map(inner => ({ [mark]: inner })),
    fc.constant(null),
  )
  const token = (payload: object) =>
    `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${mark}`
  const idToken = fc
    .record(
      {
        iss: fc.oneof(fc.constant<unknown>(openid.server.issuer), odd),
        aud: fc.oneof(fc.constant<unknown>('app'), fc.constant(['app']), odd),
        sub: odd,
        nonce: fc.oneof(fc.constant<unknown>('the-nonce'), odd),
        exp: fc.oneof(fc.constant<unknown>(9_999_999_999), odd),
        iat: fc.oneof(fc.constant<unknown>(1_700_000_000), odd),
        azp: odd,
      },
      { requiredKeys: ['iss', 'aud', 'sub', 'exp', 'iat'] },
    )
    .map(token)
  const body = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record(
          {
            access_token: fc.oneof({ weight: 4, arbitrary: marked }, odd),
            token_type: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('bearer', 'Bearer', 'DPoP') }, odd),
            expires_in: fc.oneof(number, odd, fc.constantFrom('3600', '-1', '')),
            scope: fc.oneof(marked, odd),
            refresh_token: odd,
            id_token: fc.oneof(idToken, odd),
            error: fc.oneof(
              fc.constantFrom('invalid_grant', 'invalid_client', 'invalid_scope', 'access_denied'),
              odd,
            ),
            error_description: odd,
          },
          { requiredKeys: ['access_token', 'token_type'] },
        )
        .map(fields => JSON.stringify(fields)),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
  )
  const answer = fc.record({
    body,
    status: fc.oneof(
      { weight: 3, arbitrary: fc.constant(200) },
      fc.constantFrom(201, 302, 400, 401, 403, 429, 500, 503),
    ),
    type: fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/html', ''),
    date: fc.option(
      fc.string().map(text => text.replace(/[^\x20-\x7e]/g, '')),
      { nil: undefined },
    ),
    challenge: fc.constantFrom(undefined, `Bearer error="${mark}"`, `Basic realm="${mark}", `),
  })
  const started = { url: '', redirectUri, state: 's', nonce: 'the-nonce', codeVerifier: 'v'.repeat(43) }
  const code = { at: 0, parameters: new URLSearchParams({ code: 'c' }) }

  async function isParsed(parsed: Promise<Tokens>): Promise<void> {
    let tokens: Tokens
    try {
      tokens = await parsed
    } catch (error) {
      return isClean(error)
    }
    expect(tokens.accessToken).toMatch(/./s)
    expect(Number.isFinite(tokens.expiresAt), 'an end that is a number').toBe(true)
    expect(tokens.life).toBeGreaterThanOrEqual(0)
    for (const scope of tokens.scopes) expect(scope).toMatch(/^[^ ]+$/)
    expect(typeof (tokens.refreshToken ?? '')).toBe('string')
    expect(typeof (tokens.subject ?? '')).toBe('string')
  }

  const parsers: [string, OAuthClient, (client: OAuthClient) => Promise<Tokens>][] = [
    ['a code', openid, client => tokensFromCode(client, started, checked(client))],
    ['a refresh', openid, client => tokensFromRefresh(client, 'r', ['read'])],
    ['a password', implicit, client => tokensFromPassword(client, { username: 'u', password: 'p' })],
    ['a key', machine, client => tokensFromKey(client)],
  ]

  // The library takes parameters only of its own check.
  const checked = (client: OAuthClient) =>
    checkAnswer(
      client,
      started,
      `${redirectUri}?state=${started.state}&code=${code.parameters.get('code')}&iss=${encodeURIComponent(client.server.issuer)}`,
    )

  it.each(parsers)('of %s are whole, or a word of ours says why not', async (title, client, parse) => {
    await holds(
      `answers to ${title}`,
      answer,
      async ({ body: text, status, type, date, challenge }) => {
        vi.stubGlobal('fetch', async () => {
          const headers = new Headers(type ? { 'content-type': type } : {})
          if (date !== undefined) headers.set('date', date)
          if (challenge !== undefined) headers.set('www-authenticate', challenge)
          return new Response(text, { status, headers })
        })
        await isParsed(parse(client))
      },
      { long: 8_000, short: 300 },
    )
  })

  it('of a fragment are the same', async () => {
    const names = fc.constantFrom(
      'access_token',
      'token_type',
      'expires_in',
      'scope',
      'refresh_token',
      'id_token',
    )
    const values = fc.oneof(marked, fc.constantFrom('bearer', '3600', '1e400', '-5', 'NaN', ''))
    await holds(
      'fragments',
      fc.array(fc.tuple(names, values), { maxLength: 7 }),
      pairs => isParsed(tokensFromFragment(implicit, { at: 0, parameters: new URLSearchParams(pairs) })),
      { long: 8_000, short: 300 },
    )
  })
})
