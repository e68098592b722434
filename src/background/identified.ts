import { whoIsIt } from '../oauth/account'
import type { OAuthClient } from '../oauth/client'
import { confirmClient } from '../oauth/token-info'
import type { Tokens } from '../oauth/tokens'
import type { Account } from '../shared/view'

/**
 * Was the token issued to us, and whom does it act as? `account` is null where the provider would not tell;
 * `isClientUnconfirmed` is set where it did not say for which app the token was made. Throws `foreign-token` for a
 * token that was slipped in, `provider-unreachable`, `provider-rejected`.
 */
export async function identified(
  client: OAuthClient,
  tokens: Tokens,
): Promise<{ account: Account | null; isClientUnconfirmed: boolean }> {
  // A code was bound to us by PKCE; an implicit token comes with nothing that says whose it is.
  const isConfirmed = client.flow !== 'implicit' || (await confirmClient(client, tokens.accessToken))
  const account = await whoIsIt(client, tokens.accessToken, tokens.subject)
  return { account, isClientUnconfirmed: !isConfirmed }
}
