import { probeAddress } from '../providers/hosts'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Account } from '../shared/view'
import type { OAuthClient } from './client'
import { bearerGet, jsonOf } from './token-info'

/**
 * Asks the provider whom an access token acts as. Null where it would not tell (403: the scope for it was not
 * given) or cannot be asked. With `subject`, of a validated ID token, the answer must be about the same one (OpenID Connect Core
 * section 5.3.2).
 *
 * Throws `foreign-token` on another subject, `provider-unreachable`, `provider-rejected` (`token-refused` where the
 * answer is 401).
 */
export async function whoIsIt(
  client: OAuthClient,
  accessToken: string,
  subject?: string,
): Promise<Account | null> {
  const address = probeAddress(client.provider)
  const read = client.provider.whoIsIt?.account
  if (!address || !read) return subject === undefined ? null : { id: subject }
  const response = await bearerGet(address, accessToken)
  if (response.status === 403) return subject === undefined ? null : { id: subject }
  if (response.status >= 500 || response.status === 429) throw new AppError('provider-unreachable')
  if (response.status === 401) throw new AppError('provider-rejected', 'token-refused')
  if (!response.ok) throw new AppError('provider-rejected')
  const account = read(await jsonOf(response))
  if (!account) throw new AppError('provider-rejected', 'nonsense-answer')
  if (subject !== undefined && account.id !== subject) throw new AppError('foreign-token')
  return cleaned(account)
}

// It is shown beside our own words: no character that moves them or cannot be seen, and no more than an address is long.
function cleaned({ id, name, email }: Account): Account {
  const clean = (text: string | undefined) =>
    text?.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, limits.accountText)
  return { id, name: clean(name), email: clean(email) }
}
