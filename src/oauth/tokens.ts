import * as oauth from 'oauth4webapi'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Authorization, CheckedAnswer } from './authorization'
import { atServerTime, clockSkewOf, type OAuthClient } from './client'
import { type Stage, translated } from './errors'

/**
 * What a token endpoint gave. `expiresAt` is milliseconds since the epoch by our clock, `life` its length in
 * milliseconds; seconds end in this file.
 */
export type Tokens = {
  accessToken: string
  expiresAt: number
  life: number
  /** False where the server did not say how long it lives (RFC 6749 section 5.1 only recommends it): then `life` is a guess. */
  isLifeKnown: boolean
  scopes: string[]
  refreshToken?: string
  /** When the refresh token ends unless it is used before, where the server says so; milliseconds since the epoch. */
  loginEndsAt?: number
  /** How far the server's clock is ahead of ours, milliseconds; undefined where its answer had no `Date`. */
  skew?: number
  /** `sub` of a validated ID token. */
  subject?: string
  /** The ID token itself, where it takes the access token's place; empty where none came. The two share the nearer end. */
  idToken?: string
  /** A key: it is kept on disk, and there is nothing to renew it with. */
  isKey?: true
}

/**
 * Exchanges a checked code (RFC 6749 section 4.1.3 with RFC 7636 section 4.5) and validates the ID token where the
 * provider is an OpenID provider: issuer, audience, nonce, times. Its signature is not verified: it came straight
 * from the token endpoint over TLS (OpenID Connect Core section 3.1.3.7, rule 6).
 *
 * Throws `provider-rejected` (`code-refused`, `nonsense-answer`), `provider-unreachable`, `setup-wrong`,
 * `wrong-issuer`, `foreign-token`, `bad-state`.
 */
export async function tokensFromCode(
  client: OAuthClient,
  started: Authorization,
  { parameters }: CheckedAnswer,
  signal?: AbortSignal,
): Promise<Tokens> {
  return orTranslated('code', async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      client.server,
      client.registration,
      client.authentication,
      parameters,
      started.redirectUri,
      started.codeVerifier ?? oauth.nopkce,
      { ...client.options, signal },
    )
    const answer = await oauth.processAuthorizationCodeResponse(
      client.server,
      atServerTime(client.registration, response),
      response,
      started.nonce ? { expectedNonce: started.nonce, requireIdToken: true } : {},
    )
    return tokensOf(client, answer, client.scopes, response)
  })
}

/**
 * Reads the tokens of a checked implicit answer (RFC 6749 section 4.2.2) with the strict parser of token endpoints.
 * A refresh token in the fragment is dropped, unless the setup wants it kept: RFC 6749 section 4.2.2 forbids it, and it
 * has been in a URL.
 *
 * Throws `provider-rejected` (`nonsense-answer`).
 */
export async function tokensFromFragment(
  client: OAuthClient,
  { parameters }: CheckedAnswer,
): Promise<Tokens> {
  return orTranslated('code', async () => {
    const { refresh_token, ...rest } = Object.fromEntries(parameters)
    const answer = await oauth.processGenericTokenEndpointResponse(
      client.server,
      client.registration,
      new Response(
        JSON.stringify(client.allowImplicitRefresh && refresh_token ? { ...rest, refresh_token } : rest),
        { headers: { 'content-type': 'application/json' } },
      ),
    )
    return tokensOf(client, answer, client.scopes)
  })
}

/**
 * Tokens for a user name and password (RFC 6749 section 4.3), which are sent once, in the body, and kept nowhere.
 *
 * Throws `provider-rejected` (`password-refused`, `nonsense-answer`), `provider-unreachable`, `setup-wrong`.
 */
export async function tokensFromPassword(
  client: OAuthClient,
  credentials: { username: string; password: string },
  signal?: AbortSignal,
): Promise<Tokens> {
  return orTranslated('password', async () => {
    const response = await oauth.genericTokenEndpointRequest(
      client.server,
      client.registration,
      client.authentication,
      'password',
      { ...credentials, ...(client.scopes.length > 0 ? { scope: client.scopes.join(' ') } : {}) },
      { ...client.options, signal },
    )
    const answer = await oauth.processGenericTokenEndpointResponse(
      client.server,
      client.registration,
      response,
    )
    return tokensOf(client, answer, client.scopes, response)
  })
}

/**
 * A token for the client's own key (RFC 6749 section 4.4). A refresh token that comes along is ignored, as section 4.4.3
 * has it. Where the answer itself says that tokens of its time are void, another one is fetched, once.
 *
 * Throws `setup-wrong` (`client-refused`, `scope-refused`), `provider-rejected` (`nonsense-answer`), `provider-unreachable`.
 */
export async function tokensFromKey(client: OAuthClient, signal?: AbortSignal): Promise<Tokens> {
  return orTranslated('key', async () => {
    for (let round = 0; round < 2; round += 1) {
      const response = await oauth.clientCredentialsGrantRequest(
        client.server,
        client.registration,
        client.authentication,
        {
          ...(client.scopes.length > 0 ? { scope: client.scopes.join(' ') } : {}),
          ...(client.audience ? { audience: client.audience } : {}),
        },
        { ...client.options, signal },
      )
      const issuedAt = Date.now() + clockSkewOf(response)
      const answer = await oauth.processClientCredentialsResponse(
        client.server,
        client.registration,
        response,
      )
      if (client.provider.hooks?.isIssuedVoid?.(answer, issuedAt)) continue
      const {
        refreshToken: _,
        loginEndsAt: __,
        ...tokens
      } = tokensOf(client, answer, client.scopes, response)
      return tokens
    }
    throw new AppError('provider-rejected', 'void-token')
  })
}

/**
 * Refreshes (RFC 6749 section 6). `scopes` narrows the new access token; left out, it has what was granted before.
 * The refresh token of the answer, if any, replaces the old one.
 *
 * Throws `reconnect-required` when the server refuses the refresh token and only then; `scope-missing`,
 * `setup-wrong`, `provider-unreachable`, `provider-rejected`.
 */
export async function tokensFromRefresh(
  client: OAuthClient,
  refreshToken: string,
  granted: readonly string[],
  scopes?: readonly string[],
): Promise<Tokens> {
  return orTranslated('refresh', async () => {
    const response = await oauth.refreshTokenGrantRequest(
      client.server,
      client.registration,
      client.authentication,
      refreshToken,
      { ...client.options, ...(scopes ? { additionalParameters: { scope: scopes.join(' ') } } : {}) },
    )
    const answer = await oauth.processRefreshTokenResponse(
      client.server,
      atServerTime(client.registration, response),
      response,
    )
    return tokensOf(client, answer, scopes ?? granted, response)
  })
}

async function orTranslated<T>(stage: Stage, job: () => Promise<T>): Promise<T> {
  try {
    return await job()
  } catch (error) {
    throw translated(error, stage)
  }
}

// An absent scope means: as asked (RFC 6749 section 5.1).
function tokensOf(
  client: OAuthClient,
  answer: oauth.TokenEndpointResponse,
  asked: readonly string[],
  response?: Response,
): Tokens {
  // The end has to be a time: what is none does not come back out of a store.
  const most = limits.never - Date.now()
  const claims = oauth.getValidatedIdTokenClaims(answer)
  const skew = response ? clockSkewOf(response) : 0
  const idLife = client.provider.idToken && claims ? claims.exp * 1000 - skew - Date.now() : undefined
  const ownLife = answer.expires_in === undefined ? idLife : answer.expires_in * 1000
  const life = Math.min(most, ownLife ?? limits.unknownLife, idLife ?? most)
  return {
    accessToken: answer.access_token,
    life,
    isLifeKnown: ownLife !== undefined,
    expiresAt: Date.now() + life,
    scopes:
      answer.scope === undefined
        ? [...asked]
        : answer.scope.split(' ').filter(Boolean).slice(0, limits.scopes),
    ...(answer.refresh_token ? { refreshToken: answer.refresh_token, ...loginEndOf(answer) } : {}),
    ...(claims?.sub ? { subject: claims.sub } : {}),
    ...(client.provider.idToken ? { idToken: (claims && answer.id_token) ?? '' } : {}),
    ...(response?.headers.has('date') ? { skew } : {}),
  }
}

// No standard has it; Keycloak, Auth0's kin and others send one of these two.
function loginEndOf(answer: oauth.TokenEndpointResponse): { loginEndsAt?: number } {
  const seconds = answer.refresh_expires_in ?? answer.refresh_token_expires_in
  // Keycloak says 0 of one that does not end.
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > 1e9) return {}
  return { loginEndsAt: Date.now() + seconds * 1000 }
}
