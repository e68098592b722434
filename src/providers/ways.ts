import {
  type ConfiguredProvider,
  type ConnectionView,
  type Flow,
  type ProviderView,
  type SetupView,
  type Way,
  weakFlows,
} from '../shared/view'
import { providersOf } from './configured'
import { hostsOf } from './hosts'
import type { Provider } from './provider'
import { identityProvider } from './relayed'

/** What ways depend on besides the setup. */
type Circumstances = Pick<ConnectionView, 'provider' | 'flow' | 'account'>[]

/** Flows for which something has to be entered on a screen of ours. */
const entered: readonly Flow[] = ['password', 'personal_token']

/** Whether a flow may be used at all: the setup's rules, and the user's own switch for weak ones. */
export function isFlowAllowed(setup: SetupView | null, flow: Flow, weakerFlows: boolean): boolean {
  const rule = setup?.rules.flows
  if (rule && !rule.includes(flow)) return false
  return weakerFlows || !weakFlows.includes(flow)
}

/** Every provider as screens see it, in the order of the catalogue. */
export function providerViews(
  setup: SetupView | null,
  connections: Circumstances,
  weakerFlows: boolean,
): ProviderView[] {
  // One that the setup no longer has is there for the sake of its connections.
  const isThere = ({ id }: Provider) =>
    !setup?.providers[id]?.isRetired || connections.some(known => known.provider === id)
  const providers = providersOf(setup).filter(isThere)
  const relayView = (origin: string): ProviderView['relay'] => {
    const identity = identityProvider(providers, setup, origin)?.name
    return { host: new URL(origin).host, ...(identity === undefined ? {} : { identity }) }
  }
  return providers.map(provider => {
    const { id, name, logo, host, isPractice, dashboard, relay, endOfLife, scopes, widgets } = provider
    const configured = setup?.providers[id]
    const isAllowed = (flow: Flow) => isFlowAllowed(setup, flow, weakerFlows)
    return {
      id,
      name,
      logo,
      ...(host === undefined ? {} : { host }),
      ...(isPractice ? { isPractice } : {}),
      ...(dashboard === undefined ? {} : { dashboard }),
      ...(relay ? { relay: relayView(relay.origin) } : {}),
      ...(endOfLife ? { endOfLife: endOfLife.on } : {}),
      scopes,
      asks: configured?.scopes ?? provider.defaultScopes,
      isSignedInAt: provider.endpoints.authorization !== undefined,
      hosts: hostsOf(provider),
      ...(widgets ? { widgets } : {}),
      ways:
        configured && !configured.isRetired
          ? waysOf(
              provider,
              configured,
              connections.filter(known => known.provider === id),
            ).filter(({ flow }) => isAllowed(flow))
          : [],
    }
  })
}

/**
 * The ways to connect a provider under its configuration, the configured one first. Of the setup's keys, those that
 * are not connected yet come one by one; with none left, a key can be entered.
 */
function waysOf(provider: Provider, configured: ConfiguredProvider, connections: Circumstances): Way[] {
  const first = configured.flow ?? provider.defaultFlow
  return [first, ...provider.flows.filter(flow => flow !== first)].flatMap(flow => {
    if (flow === 'client_credentials') return keyWays(provider, configured, connections)
    const isSecretMissing = provider.needsSecret.includes(flow) && !configured.hasSecret
    const isAppMissing = flow !== 'personal_token' && configured.clientId === undefined
    return isSecretMissing || isAppMissing ? [] : [{ flow, needsEntry: entered.includes(flow) }]
  })
}

function keyWays(provider: Provider, configured: ConfiguredProvider, connections: Circumstances): Way[] {
  const flow = 'client_credentials'
  const keys = keysOf(provider, configured)
  const isConnected = (clientId: string) =>
    connections.some(known => known.flow === flow && known.account?.id === clientId)
  const left = keys.filter(({ clientId }) => !isConnected(clientId))
  const offered: Way[] = left.map(key => ({ flow, key, needsEntry: false }))
  if (provider.relay) {
    // Which keys there are the relay says, when it is asked. None is entered where none may be.
    const isUsual = (configured.flow ?? provider.defaultFlow) === flow
    return configured.keys || !isUsual ? offered : [{ flow, needsEntry: false }]
  }
  // Where an app is registered for people, its machine key is the setup's business.
  return provider.flows[0] === flow ? [...offered, { flow, needsEntry: true }] : offered
}

/** The keys that a configuration has for client credentials: the listed ones, or the app's own where it has a secret. */
export function keysOf(
  provider: Provider,
  { keys, clientId, hasSecret, flow }: ConfiguredProvider,
): { label: string; clientId: string }[] {
  if (keys) return keys
  const isKey = (flow ?? provider.defaultFlow) === 'client_credentials' && hasSecret
  return isKey && clientId !== undefined ? [{ label: clientId, clientId }] : []
}
