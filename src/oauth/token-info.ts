import { AppError } from '../shared/errors'
import type { OAuthClient } from './client'
import { guardedFetch } from './guarded-fetch'

/**
 * Asks the provider's token info which client an access token was issued to, with the token as Bearer
 * (Sell: `/oauth2/token/info`; what OAuth 2.0 Security BCP, RFC 9700 section 4.1, wants against substituted tokens).
 *
 * Throws `foreign-token` when it names another client. An absent or unreadable answer is accepted: resolves to
 * false then, to true when the client was confirmed.
 */
export async function confirmClient(client: OAuthClient, accessToken: string): Promise<boolean> {
  const { tokenInfo } = client.provider.endpoints
  const read = client.provider.hooks?.tokenInfo
  if (!tokenInfo || !read) return false
  const response = await bearerGet(tokenInfo, accessToken).catch(() => undefined)
  if (!response?.ok) return false
  const { client: issuedTo } = read(await jsonOf(response))
  if (issuedTo === undefined) return false
  if (issuedTo !== client.registration.client_id) throw new AppError('foreign-token')
  return true
}

/**
 * The scopes that token info says a token has; undefined where it does not tell. Throws `provider-rejected`
 * (`token-refused`) where it says that the token is dead.
 */
export async function scopesOfToken(client: OAuthClient, accessToken: string): Promise<string[] | undefined> {
  const { tokenInfo } = client.provider.endpoints
  if (!tokenInfo) return undefined
  const response = await bearerGet(tokenInfo, accessToken)
  if (response.status === 401) throw new AppError('provider-rejected', 'token-refused')
  return response.ok ? client.provider.hooks?.tokenInfo?.(await jsonOf(response)).scopes : undefined
}

/** Whether the provider itself says that an access token is dead; undefined where it cannot be asked or does not tell. */
export async function isTokenDead(client: OAuthClient, accessToken: string): Promise<boolean | undefined> {
  const { tokenInfo } = client.provider.endpoints
  if (!tokenInfo) return undefined
  const response = await bearerGet(tokenInfo, accessToken).catch(() => undefined)
  if (response?.status === 401) return true
  const body = response?.ok && (await jsonOf(response))
  // An error that comes with 200 is no word about the token, nor is a page.
  return !body || Object(body).error ? undefined : false
}

/** A GET with an access token as Bearer (RFC 6750 section 2.1), guarded. */
export function bearerGet(address: string, accessToken: string, signal?: AbortSignal): Promise<Response> {
  return guardedFetch(address, {
    headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
    signal: signal ?? null,
  })
}

/** A body as JSON, or undefined where it is none. */
export async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}
