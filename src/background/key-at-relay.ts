import { type OAuthClient, oauthClient } from '../oauth/client'
import { tokensAtRelay } from '../oauth/keys'
import { AppError } from '../shared/errors'
import type { Attempt } from '../shared/view'
import { accessToken } from './broker'
import { keysAtRelay } from './relay'
import { session } from './session'
import { settle } from './settle'

/**
 * Connects a key that the company's relay has: the one that was chosen, or the first that is not connected yet. It is known
 * by its client id and named by its label, and nothing of it comes here.
 *
 * Throws `setup-wrong` (`relay-not-allowed`, `relay-no-key` and what `keysAtRelay` throws), `provider-unreachable`.
 */
export async function byKeyAtRelay(
  attempt: Attempt,
  client: OAuthClient,
  signal: AbortSignal,
): Promise<void> {
  const { provider, registration, scopes } = client
  const { connections } = (await session()).view
  const keys = await keysAtRelay(provider, accessToken, signal)
  const isConnected = (id: string) =>
    connections.some(known => known.provider === provider.id && known.account?.id === id)
  const wanted = registration.client_id
  const key = keys.find(({ clientId }) => (wanted ? clientId === wanted : !isConnected(clientId)))
  if (!key) throw new AppError('setup-wrong', wanted ? 'relay-not-allowed' : 'relay-no-key')
  signal.throwIfAborted()
  const ofKey = oauthClient(provider, { clientId: key.clientId, flow: client.flow, scopes })
  await settle(attempt, ofKey, {
    tokens: tokensAtRelay(scopes),
    account: { id: key.clientId, name: key.label },
    isClientUnconfirmed: false,
  })
}
