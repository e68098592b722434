import { AppError } from '../shared/errors'
import type { Flow, SetupView } from '../shared/view'
import type { Provider } from './provider'

/**
 * Flows that mean something behind a relay. The others ask for no client secret (implicit), or show somebody a person's
 * password, which the company's server shall not see either.
 */
export const relayedFlows: readonly Flow[] = [
  'authorization_code',
  'exchange',
  'client_credentials',
  'personal_token',
]

/**
 * The provider behind a company's relay: what wants a client secret is asked of the relay, which has it, and the rest
 * (sign-in, userinfo, token info, the API) of the provider itself. Since the addresses say so, all that goes by them does:
 * where credentials may go, which hosts the browser is asked for, whose outage it is.
 */
export function relayed(provider: Provider, origin: string): Provider {
  const { id, endpoints, defaultFlow } = provider
  const flows = provider.flows.filter(flow => relayedFlows.includes(flow))
  const at = (route: string) => `${origin}/oauth/${id}/${route}`
  return {
    ...provider,
    relay: { origin, endpoints },
    endpoints: {
      ...endpoints,
      token: at(flows.includes('exchange') ? 'exchange' : 'token'),
      ...(endpoints.revocation ? { revocation: at('revoke') } : {}),
    },
    flows,
    defaultFlow: flows.includes(defaultFlow) ? defaultFlow : (flows[0] ?? defaultFlow),
    needsSecret: [],
    clientAuth: 'none',
    hooks: {
      ...provider.hooks,
      // The relay makes the provider's own requests of it, with the secret.
      ...(provider.hooks?.exchangeRequests
        ? {
            exchangeRequests: ({ token, code }) => [
              new Request(token, { method: 'POST', body: new URLSearchParams({ code }) }),
            ],
          }
        : {}),
    },
  }
}

/**
 * The company's own identity provider, by whose access tokens a relay knows people: the setup's entry that has the relay for
 * its API. That a relay names an issuer is not enough; it could name one whose tokens are good elsewhere.
 */
export function identityProvider(
  providers: readonly Provider[],
  setup: SetupView | null,
  relay: string,
): Provider | undefined {
  return providers.find(({ id, relay: own, api }) => {
    const configured = setup?.providers[id]
    const isLiving = configured && !configured.isRetired && !own
    return isLiving && api.some(address => new URL(address).origin === relay)
  })
}

/** Whether a provider's tokens never leave the relay, so that calls go there. */
export function isCalledThroughRelay({ relay }: Provider, flow: Flow): boolean {
  return relay !== undefined && flow === 'client_credentials'
}

/**
 * Where the relay takes a call that would go to this address of the API. Throws `bad-request` (`outside-api`) for one at another
 * origin than the first, which is the only one that a path means there.
 */
export function relayedAddress(
  { id, relay, api: [first] }: Provider,
  { origin, pathname, search }: URL,
): URL {
  if (!relay || !first || new URL(first).origin !== origin) throw new AppError('bad-request', 'outside-api')
  return new URL(`/api/${id}${pathname}${search}`, relay.origin)
}
