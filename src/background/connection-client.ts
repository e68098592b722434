import { type OAuthClient, oauthClient } from '../oauth/client'
import { providerById } from '../providers'
import { AppError } from '../shared/errors'
import type { Connection } from './vault'

/**
 * The client that a connection was made with, not the one the setup names now: a token belongs to the client it was
 * issued to (RFC 6749 section 10.4). Throws `setup-wrong` when this version no longer knows the provider.
 */
export function clientOfConnection(connection: Connection): OAuthClient {
  const provider = providerById(connection.provider)
  if (!provider) throw new AppError('setup-wrong')
  return oauthClient(provider, {
    clientId: connection.clientId,
    flow: connection.flow,
    scopes: connection.scopes.asked,
    audience: connection.audience,
  })
}
