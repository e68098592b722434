import { type OAuthClient, oauthClient } from '../oauth/client'
import { addressesOf } from '../providers/hosts'
import type { Provider } from '../providers/provider'
import { isCalledThroughRelay } from '../providers/relayed'
import { isFlowAllowed } from '../providers/ways'
import { AppError } from '../shared/errors'
import type { Entry } from '../shared/protocol'
import { type Attempt, enteredFlows, type Flow, weakFlows } from '../shared/view'
import { accessToken } from './broker'
import { readClientSecret } from './client-secrets'
import { relayFetch } from './relay'
import { session } from './session'
import { readSnapshot } from './vault'

/**
 * The client that an attempt goes by: the app that the setup names now, a key of the setup, or the one that the user
 * entered. A Reconnect takes the provider's usual flow, except for a key, which can only be itself.
 *
 * Throws `stopped`, `locked`, `setup-wrong` (`setup-missing`, `provider-not-in-setup`, `no-way`), `blocked-by-policy` (`weak-flow`,
 * `passphrase-needed`), `bad-request`.
 */
export async function clientForAttempt(
  provider: Provider,
  attempt: Attempt,
  entry: Entry | undefined,
): Promise<OAuthClient> {
  const { setup, stopped, weakerFlows, lock } = (await session()).view
  if (stopped) throw new AppError('stopped')
  if (lock === 'locked') throw new AppError('locked')
  if (!setup) throw new AppError('setup-wrong', 'setup-missing')
  if (setup.rules.passphrase === 'required' && lock === 'off')
    throw new AppError('blocked-by-policy', 'passphrase-needed')
  const configured = setup.providers[provider.id]
  if (!configured || configured.isRetired) throw new AppError('setup-wrong', 'provider-not-in-setup')
  const before =
    attempt.connection === undefined
      ? undefined
      : (await readSnapshot()).connections.find(({ id }) => id === attempt.connection)
  const isKeyAgain = !entry && before?.flow === 'client_credentials'
  const flow: Flow =
    attempt.flow ?? (isKeyAgain ? before.flow : undefined) ?? configured.flow ?? provider.defaultFlow
  if (!provider.flows.includes(flow)) throw new AppError('bad-request')
  if (!isFlowAllowed(setup, flow, weakerFlows)) {
    const isOff = isFlowAllowed(setup, flow, true) && weakFlows.includes(flow)
    throw new AppError('blocked-by-policy', isOff ? 'weak-flow' : undefined)
  }
  if (enteredFlows.includes(flow) && !entry) throw new AppError('bad-request')
  const { clientAuth, audience, scopes, allowImplicitRefresh } = configured
  // The setup's scopes are those of its usual flow.
  const isUsual = flow === (configured.flow ?? provider.defaultFlow)
  const common = {
    flow,
    clientAuth,
    audience,
    allowImplicitRefresh,
    fetch: relayFetch(provider, accessToken),
    ...(isUsual || flow !== 'client_credentials' ? { scopes } : {}),
  }
  // Which keys there are is the relay's word, and none is taken in here.
  const isAtRelay = isCalledThroughRelay(provider, flow)
  if (isAtRelay && entry) throw new AppError('bad-request')
  if (entry?.flow === 'client_credentials')
    return oauthClient(provider, { ...common, clientId: entry.clientId, clientSecret: entry.clientSecret })
  const clientId =
    flow === 'client_credentials'
      ? (attempt.key ?? (isKeyAgain ? before.clientId : await nextKey(provider)))
      : configured.clientId
  if (flow === 'personal_token' || isAtRelay)
    return oauthClient(provider, { ...common, clientId: clientId ?? '' })
  const clientSecret = await readClientSecret(provider.id, clientId, addressesOf(provider))
  if (clientId === undefined || (provider.needsSecret.includes(flow) && clientSecret === undefined))
    throw new AppError('setup-wrong', 'no-way')
  return oauthClient(provider, { ...common, clientId, clientSecret })
}

/** The first key of the setup that is not connected yet. */
async function nextKey(provider: Provider): Promise<string | undefined> {
  const { providers } = (await session()).view
  const ways = providers.find(({ id }) => id === provider.id)?.ways ?? []
  return ways.find(({ key }) => key)?.key?.clientId
}
