import { type OAuthClient, oauthClient } from '../oauth/client'
import { providerOf } from '../providers/configured'
import { isAt } from '../providers/hosts'
import { AppError } from '../shared/errors'
import { readClientSecret } from './client-secrets'
import { relayFetch } from './relay'
import type { TokenOf } from './relay-identity'
import { session } from './session'
import type { Connection } from './vault'

/**
 * The client that a connection was made with, not the one the setup names now: a token belongs to the client it was
 * issued to (RFC 6749 section 10.4). Throws `address-changed` when the provider is no longer where the connection was
 * made: credentials go nowhere else. `tokenOf` is for where it goes through a relay.
 */
export async function clientOfConnection(connection: Connection, tokenOf: TokenOf): Promise<OAuthClient> {
  const { setup } = (await session()).view
  const provider = providerOf(setup, connection.provider)
  if (!provider || !isAt(connection.addresses, provider)) throw new AppError('address-changed')
  const { clientId = '', flow, scopes, audience } = connection
  const configured = setup?.providers[provider.id]
  return oauthClient(provider, {
    clientId,
    clientSecret: await readClientSecret(connection.provider, connection.clientId, connection.addresses),
    clientAuth: (configured?.clientId === clientId ? configured : connection).clientAuth,
    flow,
    scopes: scopes.asked,
    audience,
    fetch: relayFetch(provider, tokenOf),
  })
}
