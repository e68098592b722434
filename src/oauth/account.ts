import { AppError } from '../shared/errors'
import type { Account } from '../shared/view'
import type { OAuthClient } from './client'
import { bearerGet, jsonOf } from './token-info'

/**
 * Asks the provider whom an access token acts as. Null where it would not tell (403: the scope for it was not
 * given). With `subject`, of a validated ID token, the answer must be about the same one (OpenID Connect Core
 * section 5.3.2).
 *
 * Throws `foreign-token` on another subject, `provider-unreachable`, `provider-rejected`.
 */
export async function whoIsIt(
  client: OAuthClient,
  accessToken: string,
  subject?: string,
): Promise<Account | null> {
  const { url, account: read } = client.provider.whoIsIt
  const response = await bearerGet(url, accessToken)
  if (response.status === 403) return subject === undefined ? null : { id: subject }
  if (response.status >= 500 || response.status === 429) throw new AppError('provider-unreachable')
  if (!response.ok) throw new AppError('provider-rejected')
  const account = read(await jsonOf(response))
  if (!account) throw new AppError('provider-rejected', 'nonsense-answer')
  if (subject !== undefined && account.id !== subject) throw new AppError('foreign-token')
  return account
}
