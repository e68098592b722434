import { browser } from '../browser'
import { checkAnswer, startAuthorization } from '../oauth/authorization'
import type { OAuthClient } from '../oauth/client'
import { discard } from '../oauth/revocation'
import { tokensFromAnswer } from '../oauth/sign-in'
import type { Tokens } from '../oauth/tokens'
import { AppError } from '../shared/errors'
import { authorizeInWindow } from './auth-window'
import { type Credentials, sealedCredentials } from './credentials'
import { scopeSet } from './held-tokens'
import { identified } from './identified'
import { session } from './session'
import { secretsOf } from './settle'
import { type Connection, write } from './vault'
import { changeConnection } from './wellbeing'

/**
 * Signs in once without a window, for a connection that has nothing to refresh with: the same account goes on, anything
 * else needs the user. Throws `reconnect-required` (`sign-in-again`) and what an authorization throws.
 */
export async function signInSilently(
  connection: Connection,
  client: OAuthClient,
  before: Credentials | undefined,
): Promise<Tokens> {
  const started = await startAuthorization(client, browser.identity.getRedirectURL(client.provider.id))
  const answer = checkAnswer(client, started, await authorizeInWindow(started.url, { interactive: false }))
  const tokens = await tokensFromAnswer(client, started, answer)
  const { account } = await identified(client, tokens)
  // Whose account it is has to be known on both sides: two unknown ones may be two people.
  if (!account || account.id !== connection.account?.id) {
    // It may be the login of another connection, and a provider may take all of that back with one token.
    const { connections } = (await session()).view
    if (connections.every(({ id, provider }) => provider !== connection.provider || id === connection.id))
      await discard(client, tokens)
    throw new AppError('reconnect-required', 'sign-in-again')
  }
  if (tokens.refreshToken || tokens.isKey) {
    const generation = (before?.generation ?? 0) + 1
    const sealed = await sealedCredentials({ ...secretsOf(tokens), connection: connection.id, generation })
    await write(({ credentials }) => credentials.put(sealed))
  }
  if (scopeSet(tokens.scopes) !== scopeSet(connection.scopes.granted))
    await changeConnection(connection.id, ({ scopes, ...rest }) => ({
      ...rest,
      scopes: { ...scopes, granted: tokens.scopes },
    }))
  return tokens
}
