import * as oauth from 'oauth4webapi'
import { AppError } from '../shared/errors'
import type { OAuthClient } from './client'
import { translated } from './errors'

/** A started authorization: where to send the user, and what the answer must match. The latter never leaves the background. */
export type Authorization = {
  url: string
  redirectUri: string
  state: string
  nonce?: string
  codeVerifier?: string
}

/** An answer that was checked, ready for the step that makes tokens of it; `at` is when it came, milliseconds. */
export type CheckedAnswer = { parameters: URLSearchParams; at: number }

/**
 * Builds the authorization request (RFC 6749 sections 4.1.1 and 4.2.1; PKCE with S256, RFC 7636; nonce, OpenID
 * Connect Core section 3.1.2.1). `extra` is for parameters like `prompt`.
 */
export async function startAuthorization(
  client: OAuthClient,
  redirectUri: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Authorization> {
  const { provider, flow } = client
  const url = new URL(provider.endpoints.authorization ?? '')
  const started: Authorization = { url: '', redirectUri, state: oauth.generateRandomState() }
  for (const [name, value] of Object.entries({
    ...extra,
    response_type: flow === 'implicit' ? 'token' : 'code',
    client_id: client.registration.client_id,
    redirect_uri: redirectUri,
    ...(client.scopes.length > 0 ? { scope: client.scopes.join(' ') } : {}),
    state: started.state,
  }))
    url.searchParams.set(name, value)
  if (client.audience) url.searchParams.set('audience', client.audience)
  if (flow === 'authorization_code') {
    started.codeVerifier = oauth.generateRandomCodeVerifier()
    url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(started.codeVerifier))
    url.searchParams.set('code_challenge_method', 'S256')
  }
  if (provider.openid) {
    started.nonce = oauth.generateRandomNonce()
    url.searchParams.set('nonce', started.nonce)
  }
  started.url = (provider.hooks?.authorizationRequest?.(url) ?? url).href
  return started
}

/**
 * Checks the address that the browser was redirected to, for both flows alike: our own path (it tells one server's
 * answer from another's, RFC 9700 section 4.4.2.2), then state, `iss` (RFC 9207) and error by the library.
 *
 * Throws `wrong-redirect`, `bad-state` (also when state is absent), `wrong-issuer`, `denied`, `setup-wrong`,
 * `reconnect-required` (a silent request that needed the user), `provider-rejected`.
 */
export function checkAnswer(
  client: OAuthClient,
  started: Authorization,
  redirectedTo: string,
): CheckedAnswer {
  const url = URL.canParse(redirectedTo) ? new URL(redirectedTo) : undefined
  if (!url || `${url.origin}${url.pathname}` !== started.redirectUri) throw new AppError('wrong-redirect')
  try {
    return {
      at: Date.now(),
      parameters: oauth.validateAuthResponse(
        client.server,
        client.registration,
        answerParameters(url, client.flow === 'implicit'),
        started.state,
      ),
    }
  } catch (error) {
    if (!(error instanceof oauth.OperationProcessingError)) throw translated(error, 'redirect')
    // The library has one code for all; what it expected tells which check it was.
    const expected = (error.cause as { expected?: unknown } | undefined)?.expected
    throw new AppError(expected === client.server.issuer ? 'wrong-issuer' : 'bad-state', undefined, {
      cause: error,
    })
  }
}

// The implicit grant answers in the fragment (RFC 6749 section 4.2.2). Whether Sell puts a denial there too is
// not documented, so an answer without a fragment is read from the query; a token is taken from a fragment only.
function answerParameters(url: URL, implicit: boolean): URLSearchParams {
  if (!implicit) return url.searchParams
  const fragment = new URLSearchParams(url.hash.slice(1))
  if (fragment.size > 0) return fragment
  const query = new URLSearchParams(url.search)
  query.delete('access_token')
  return query
}
