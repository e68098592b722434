import * as oauth from 'oauth4webapi'
import type { OAuthClient } from './client'

/**
 * Sends a token request (RFC 6749 sections 4.1.3, 4.5 and 6) with the client's authentication and gives the answer as it
 * came, its body read, whatever its status. For who passes it on instead of using it.
 *
 * Rejects with `provider-unreachable`, or `provider-rejected` (`too-large`).
 */
export function forwardTokenRequest(
  client: OAuthClient,
  grantType: string,
  parameters: URLSearchParams,
): Promise<Response> {
  return oauth.genericTokenEndpointRequest(
    client.server,
    client.registration,
    client.authentication,
    grantType,
    parameters,
    client.options,
  )
}

/** The same with a revocation (RFC 7009 section 2.1). */
export function forwardRevocation(
  client: OAuthClient,
  token: string,
  kind: 'refresh_token' | 'access_token' | undefined,
): Promise<Response> {
  return oauth.revocationRequest(client.server, client.registration, client.authentication, token, {
    ...client.options,
    ...(kind ? { additionalParameters: { token_type_hint: kind } } : {}),
  })
}
