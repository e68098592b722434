import type { SetupFault } from '../shared/setup-fault'
import type { Provider } from './provider'
import { relayedFlows } from './relayed'

type Fields = Record<string, unknown>

/**
 * What an ID token in the access token's place wants: a provider of one's own that gives one, and no API but relays of the
 * setup, which take it for what it is. `relays` are theirs.
 */
export function idTokenFaults(entry: Fields, isOwn: boolean, relays: readonly unknown[]): SetupFault[] {
  if (entry.idToken !== true) return []
  const { api, scopes, flow = 'authorization_code' } = entry
  const isOpenId = flow === 'authorization_code' && Array.isArray(scopes) && scopes.includes('openid')
  const isRelay = (address: unknown) => relays.some(relay => address === `${relay}/`)
  return [
    ...(isOwn
      ? []
      : [{ path: 'idToken', message: 'is for a provider of your own, by which a relay knows people.' }]),
    ...(isOwn && !isOpenId
      ? [{ path: 'idToken', message: 'needs the flow authorization_code and the scope openid.' }]
      : []),
    ...(isOwn && !(Array.isArray(api) && api.every(isRelay))
      ? [{ path: 'api', message: 'must be a relay of this setup, and nothing else, with idToken.' }]
      : []),
  ]
}

/**
 * What a relay means beside the rest of an entry: who has one has no secret, and takes a flow that has something to do with
 * it. `provider` is the catalogue's, where it has one.
 */
export function relayFaults(entry: Fields, provider: Provider | undefined): SetupFault[] {
  if (entry.relay === undefined) return []
  const { flow = provider?.defaultFlow ?? 'authorization_code', clientSecret, clientAuth } = entry
  const keys: unknown[] = Array.isArray(entry.keys) ? entry.keys : []
  const isOffered = relayedFlows.some(one => one === flow)
  const excluded = 'and a relay exclude each other: the relay keeps the secret.'
  return [
    // Of the catalogue's providers it is said which flows there are.
    ...(isOffered || provider ? [] : [{ path: 'flow', message: 'has nothing to do with a relay.' }]),
    ...(flow === 'personal_token'
      ? [{ path: 'relay', message: 'has nothing to do with a personal token.' }]
      : []),
    ...(clientSecret === undefined ? [] : [{ path: 'clientSecret', message: excluded }]),
    ...keys.flatMap((key, index) =>
      Object(key).clientSecret === undefined
        ? []
        : [{ path: `keys[${index}].clientSecret`, message: excluded }],
    ),
    ...(clientAuth === undefined || clientAuth === 'none'
      ? []
      : [{ path: 'clientAuth', message: 'is the relay’s business, which has the secret.' }]),
  ]
}
