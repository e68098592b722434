import * as oauth from 'oauth4webapi'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { CheckedAnswer } from './authorization'
import type { OAuthClient } from './client'
import { jsonOf } from './token-info'
import type { Tokens } from './tokens'

/**
 * Exchanges a checked code for a key, by the provider's own hooks. The code stands in an address there, as documented;
 * that address is sent without being cached and goes into no error and no log.
 *
 * Throws `setup-wrong` (`client-refused`, `exchange-refused`), `provider-rejected` (`code-refused`, `nonsense-answer`),
 * `provider-unreachable`.
 */
export async function keyFromExchange(
  client: OAuthClient,
  { parameters, at }: CheckedAnswer,
  signal?: AbortSignal,
): Promise<Tokens> {
  const { hooks, endpoints } = client.provider
  const code = parameters.get('code')
  if (!code || !hooks?.exchangeRequests || !hooks.exchangeResult)
    throw new AppError('provider-rejected', 'nonsense-answer')
  const requests = hooks.exchangeRequests({
    token: endpoints.token,
    clientId: client.registration.client_id,
    clientSecret: client.clientSecret ?? '',
    code,
  })
  let refused: 'client' | 'client-or-code' | 'nonsense' = 'nonsense'
  for (const request of requests) {
    const { url, method, headers } = request
    const body = request.body === null ? undefined : await request.text()
    const response = await client.options[oauth.customFetch](url, { method, headers, body, signal })
    if (response.status === 429 || response.status >= 500) throw new AppError('provider-unreachable')
    const result = hooks.exchangeResult(response.status, await jsonOf(response))
    if ('key' in result) return tokensOfKey(result.key, client.scopes)
    refused = result.refused
    if (refused !== 'client-or-code') break
  }
  if (refused === 'client') throw new AppError('setup-wrong', 'client-refused')
  if (refused === 'nonsense') throw new AppError('provider-rejected', 'nonsense-answer')
  // The answer does not tell a wrong secret from a code that has run out; how old the code is does.
  throw Date.now() - at < limits.exchangeCode
    ? new AppError('setup-wrong', 'exchange-refused')
    : new AppError('provider-rejected', 'code-refused')
}

/** A key as tokens: its end is what it says of itself (RFC 7519 section 4.1.4), unverified, or unknown. */
export function tokensOfKey(key: string, scopes: readonly string[]): Tokens {
  const end = endOfJwt(key)
  const expiresAt = end ?? limits.never
  return {
    accessToken: key,
    expiresAt,
    life: Math.max(0, expiresAt - Date.now()),
    isLifeKnown: end !== undefined,
    scopes: [...scopes],
    isKey: true,
  }
}

/** What stands for the tokens of a key that a relay has, to ask with: there is none, since none comes here. */
export function tokensAtRelay(scopes: readonly string[]): Tokens {
  const { isKey: _, ...tokens } = tokensOfKey('', scopes)
  return tokens
}

function endOfJwt(token: string): number | undefined {
  const [, payload, signature] = token.split('.')
  if (!payload || signature === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), one =>
      one.charCodeAt(0),
    )
    const { exp } = Object(JSON.parse(new TextDecoder().decode(bytes)))
    return typeof exp === 'number' && Number.isFinite(exp) ? Math.min(exp * 1000, limits.never) : undefined
  } catch {
    // Dots alone do not make it a JWT; its end is then unknown like any other key's.
    return undefined
  }
}
