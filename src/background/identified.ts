import { whoIsIt } from '../oauth/account'
import type { OAuthClient } from '../oauth/client'
import { confirmClient } from '../oauth/token-info'
import type { Tokens } from '../oauth/tokens'
import type { Account } from '../shared/view'

/**
 * Was the token issued to us, and whom does it act as? Null where the provider would not tell. Throws
 * `foreign-token` for a token that was slipped in, `provider-unreachable`, `provider-rejected`.
 */
export async function identified(client: OAuthClient, tokens: Tokens): Promise<Account | null> {
  // A code was bound to us by PKCE; an implicit token comes with nothing that says whose it is.
  if (client.flow === 'implicit') await confirmClient(client, tokens.accessToken)
  return whoIsIt(client, tokens.accessToken, tokens.subject)
}
