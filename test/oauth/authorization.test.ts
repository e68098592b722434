import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import { type Authorization, checkAnswer, startAuthorization } from '../../src/oauth/authorization'
import type { OAuthClient } from '../../src/oauth/client'
import { tokensFromCode, tokensFromFragment } from '../../src/oauth/tokens'
import { AppError } from '../../src/shared/errors'
import { wordsOf } from '../fakes/words'
import { codeClient, implicitClient, redirectUri } from './clients'

const query = (started: Authorization) => Object.fromEntries(new URL(started.url).searchParams)

describe('startAuthorization', () => {
  it('builds the request of a code with PKCE and OpenID Connect', async () => {
    const started = await startAuthorization(codeClient(), redirectUri)
    expect(`${new URL(started.url).origin}${new URL(started.url).pathname}`).toBe(
      'https://auth.play2sell.com/authorize',
    )
    expect(query(started)).toEqual({
      response_type: 'code',
      client_id: 'our-client',
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access leads:read',
      state: started.state,
      nonce: started.nonce,
      audience: 'https://api.play2sell.com',
      code_challenge: await oauth.calculatePKCECodeChallenge(started.codeVerifier ?? ''),
      code_challenge_method: 'S256',
    })
    expect(started.redirectUri).toBe(redirectUri)
  })

  it('builds the request of the implicit grant, without PKCE, nonce or audience', async () => {
    const started = await startAuthorization(implicitClient(), redirectUri)
    expect(query(started)).toEqual({
      response_type: 'token',
      client_id: 'our-client',
      redirect_uri: redirectUri,
      scope: 'read profile',
      state: started.state,
    })
    expect(started).not.toHaveProperty('codeVerifier')
    expect(started).not.toHaveProperty('nonce')
  })

  it('makes state, nonce and verifier anew, of 256 bits each', async () => {
    const client = codeClient()
    const all = await Promise.all([1, 2, 3].map(() => startAuthorization(client, redirectUri)))
    for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
      expect(new Set(all.map(started => started[name])).size, name).toBe(3)
      for (const started of all) expect(started[name], name).toMatch(/^[\w-]{43}$/)
    }
    expect(new Set(all.flatMap(one => [one.state, one.nonce, one.codeVerifier])).size).toBe(9)
  })

  it('keeps the verifier out of the address', async () => {
    const started = await startAuthorization(codeClient(), redirectUri)
    expect(started.codeVerifier).toBeTruthy()
    expect(started.url).not.toContain(started.codeVerifier)
  })

  it('adds parameters that are the provider’s own, which change none of ours', async () => {
    const started = await startAuthorization(codeClient(), redirectUri, {
      prompt: 'login',
      state: 'mine',
      redirect_uri: 'https://evil.example/',
      response_type: 'token',
    })
    expect(query(started)).toMatchObject({ prompt: 'login', state: started.state, redirect_uri: redirectUri })
    expect(query(started).response_type).toBe('code')
    expect(started.state).not.toBe('mine')
  })

  it('has the challenge of RFC 7636, appendix B', async () => {
    expect(await oauth.calculatePKCECodeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })
})

describe('checkAnswer', () => {
  /** The words with which an answer is thrown away, or its parameters. */
  async function checked(
    client: OAuthClient,
    answer: (started: Authorization) => string,
  ): Promise<string | Record<string, string>> {
    const started = await startAuthorization(client, redirectUri)
    try {
      return Object.fromEntries(checkAnswer(client, started, answer(started)).parameters)
    } catch (error) {
      if (error instanceof AppError) return error.message
      throw error
    }
  }

  it('accepts a code with our state, with and without iss', async () => {
    const issuer = 'https://auth.play2sell.com/'
    expect(await checked(codeClient(), ({ state }) => `${redirectUri}?code=c&state=${state}`)).toMatchObject({
      code: 'c',
    })
    expect(
      await checked(codeClient(), ({ state }) => `${redirectUri}?code=c&state=${state}&iss=${issuer}`),
    ).toMatchObject({ code: 'c' })
  })

  it('accepts a token in the fragment with our state', async () => {
    expect(
      await checked(
        implicitClient(),
        ({ state }) => `${redirectUri}#access_token=t&token_type=bearer&state=${state}`,
      ),
    ).toMatchObject({ access_token: 't' })
  })

  it.each<[title: string, answer: (started: Authorization) => string]>([
    ['no address', () => 'nonsense'],
    ['nothing', () => ''],
    ['another path', ({ state }) => `${redirectUri}2?code=c&state=${state}`],
    ['a path below', ({ state }) => `${redirectUri}/x?code=c&state=${state}`],
    ['a slash at the end', ({ state }) => `${redirectUri}/?code=c&state=${state}`],
    ['another provider’s path', ({ state }) => `${new URL('/other', redirectUri)}?code=c&state=${state}`],
    ['another host', ({ state }) => `https://evil.example/provider?code=c&state=${state}`],
    ['no TLS', ({ state }) => `${redirectUri.replace('https', 'http')}?code=c&state=${state}`],
    ['another port', ({ state }) => `${redirectUri.replace('.org', '.org:8443')}?code=c&state=${state}`],
  ])('throws away what came at the wrong address: %s', async (_, answer) => {
    expect(await checked(codeClient(), answer)).toBe('wrong-redirect')
    expect(await checked(implicitClient(), answer)).toBe('wrong-redirect')
  })

  it.each<[title: string, parameters: (state: string) => string]>([
    ['absent', () => 'code=c&access_token=t'],
    ['empty', () => 'code=c&state='],
    ['another one', () => 'code=c&state=someone-elses'],
    ['ours and more', state => `code=c&state=${state}x`],
    ['in another case', state => `code=c&state=${state.toUpperCase()}x`],
    ['given twice', state => `code=c&state=${state}&state=other`],
    ['given twice the same', state => `code=c&state=${state}&state=${state}`],
    ['absent from a denial', () => 'error=access_denied'],
  ])('throws away an answer whose state is %s', async (_, parameters) => {
    expect(await checked(codeClient(), ({ state }) => `${redirectUri}?${parameters(state)}`)).toBe(
      'bad-state',
    )
    expect(await checked(implicitClient(), ({ state }) => `${redirectUri}#${parameters(state)}`)).toBe(
      'bad-state',
    )
  })

  it.each(['https://attacker.example/', 'https://auth.play2sell.com', 'https://auth.play2sell.com//'])(
    'throws away an answer of another issuer: %s',
    async iss => {
      expect(
        await checked(codeClient(), ({ state }) => `${redirectUri}?code=c&state=${state}&iss=${iss}`),
      ).toBe('wrong-issuer')
    },
  )

  it('says wrong-issuer before it believes a denial', async () => {
    const answer = ({ state }: Authorization) =>
      `${redirectUri}?error=access_denied&state=${state}&iss=https://attacker.example/`
    expect(await checked(codeClient(), answer)).toBe('wrong-issuer')
  })

  it.each([
    ['access_denied', 'denied'],
    ['unauthorized_client', 'setup-wrong: client-refused'],
    ['invalid_client', 'setup-wrong: client-refused'],
    ['unsupported_response_type', 'setup-wrong: client-refused'],
    ['invalid_scope', 'setup-wrong: scope-refused'],
    ['login_required', 'reconnect-required: sign-in-again'],
    ['consent_required', 'reconnect-required: sign-in-again'],
    ['interaction_required', 'reconnect-required: sign-in-again'],
    ['account_selection_required', 'reconnect-required: sign-in-again'],
    ['temporarily_unavailable', 'provider-unreachable'],
    ['server_error', 'provider-rejected'],
    ['invalid_request', 'provider-rejected'],
    ['something_new', 'provider-rejected'],
  ])('says of the error %s: %s', async (error, words) => {
    expect(await checked(codeClient(), ({ state }) => `${redirectUri}?error=${error}&state=${state}`)).toBe(
      words,
    )
    expect(
      await checked(implicitClient(), ({ state }) => `${redirectUri}#error=${error}&state=${state}`),
    ).toBe(words)
    // Where Sell puts an error is not documented.
    expect(
      await checked(implicitClient(), ({ state }) => `${redirectUri}?error=${error}&state=${state}`),
    ).toBe(words)
  })

  it('takes no token from the query', async () => {
    const client = implicitClient()
    const started = await startAuthorization(client, redirectUri)
    const answer = checkAnswer(
      client,
      started,
      `${redirectUri}?access_token=t&token_type=bearer&state=${started.state}`,
    )
    expect(answer.parameters.has('access_token')).toBe(false)
    expect(await wordsOf(tokensFromFragment(client, answer))).toBe('provider-rejected: nonsense-answer')
  })

  it('takes no code from the fragment', async () => {
    expect(await checked(codeClient(), ({ state }) => `${redirectUri}#code=c&state=${state}`)).toBe(
      'bad-state',
    )
  })

  it('redeems no answer without a code, and sends nothing', async () => {
    const client = codeClient()
    const started = await startAuthorization(client, redirectUri)
    const answer = checkAnswer(client, started, `${redirectUri}?state=${started.state}`)
    expect(await wordsOf(tokensFromCode(client, started, answer))).toBe('provider-rejected: nonsense-answer')
  })

  it('throws away a hybrid or encrypted answer', async () => {
    for (const extra of ['id_token=x', 'token=x', 'response=x'])
      expect(
        await checked(codeClient(), ({ state }) => `${redirectUri}?code=c&state=${state}&${extra}`),
        extra,
      ).toMatch(/^(?:provider-rejected: nonsense-answer|bad-state)$/)
  })

  it('keeps what the provider wrote out of the error’s words', async () => {
    const client = codeClient()
    const started = await startAuthorization(client, redirectUri)
    const url = `${redirectUri}?error=server_error&error_description=secret-3f9a5c&state=${started.state}`
    expect(() => checkAnswer(client, started, url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('3f9a5c') }),
    )
  })
})
