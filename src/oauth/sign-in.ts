import type { Authorization, CheckedAnswer } from './authorization'
import type { OAuthClient } from './client'
import { keyFromExchange } from './keys'
import { type Tokens, tokensFromCode, tokensFromFragment } from './tokens'

/**
 * The last step of a sign-in, the only one in which such flows differ: exchanges a checked code, or reads the fragment
 * of an implicit answer. Throws what `tokensFromCode`, `tokensFromFragment` and `keyFromExchange` throw.
 */
export function tokensFromAnswer(
  client: OAuthClient,
  started: Authorization,
  answer: CheckedAnswer,
  signal?: AbortSignal,
): Promise<Tokens> {
  switch (client.flow) {
    case 'implicit':
      return tokensFromFragment(client, answer)
    case 'exchange':
      return keyFromExchange(client, answer, signal)
    default:
      return tokensFromCode(client, started, answer, signal)
  }
}
