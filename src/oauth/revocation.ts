import * as oauth from 'oauth4webapi'
import { AppError } from '../shared/errors'
import type { OAuthClient } from './client'
import { translated } from './errors'
import type { Tokens } from './tokens'

/**
 * Revokes one token (RFC 7009). An unknown token counts as revoked, as the RFC has it.
 *
 * Throws `provider-unreachable`, `setup-wrong` (the endpoint wants client authentication that we do not have),
 * `provider-rejected`.
 */
export async function revoke(
  client: OAuthClient,
  token: string,
  kind: 'refresh_token' | 'access_token',
): Promise<void> {
  try {
    if (!client.registration.client_id) return await revokeAlone(client, token, kind)
    const response = await oauth.revocationRequest(
      client.server,
      client.registration,
      client.authentication,
      token,
      {
        ...client.options,
        additionalParameters: { token_type_hint: kind },
      },
    )
    // The RFC says 200; some servers answer 204.
    if (response.status !== 204) await oauth.processRevocationResponse(response)
  } catch (error) {
    throw translated(error, 'revoke')
  }
}

// A personal token needs no app of ours, and the library no request without one.
async function revokeAlone(
  { server: { revocation_endpoint }, options }: OAuthClient,
  token: string,
  kind: 'refresh_token' | 'access_token',
): Promise<void> {
  if (!revocation_endpoint) throw new AppError('provider-rejected')
  const response = await options[oauth.customFetch](revocation_endpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ token, token_type_hint: kind }),
  })
  if (!response.ok) throw new AppError('provider-rejected')
}

/**
 * Revokes tokens that we asked for and then do not want, as far as the provider revokes such. Never throws: what led
 * here matters more than how this goes.
 */
export async function discard(client: OAuthClient, tokens: Tokens): Promise<void> {
  for (const kind of client.provider.revokes) {
    const token = kind === 'refresh_token' ? tokens.refreshToken : tokens.accessToken
    if (token) await revoke(client, token, kind).catch(() => undefined)
  }
}
