import type { Addresses, ProviderId } from '../shared/view'
import type { Provider } from './provider'
import { isCalledThroughRelay } from './relayed'

/** Where the provider is asked whom a token acts as; undefined where it cannot be asked. */
export function probeAddress({ whoIsIt, endpoints, api: [api] }: Provider): string | undefined {
  if (!whoIsIt) return undefined
  return whoIsIt.path === undefined ? endpoints.userinfo : new URL(whoIsIt.path, api).href
}

/**
 * The match patterns of the hosts that the background calls for a provider. The authorization endpoint is none of
 * them: the browser's own window opens it, for which no permission is needed.
 */
export function hostsOf(provider: Provider): string[] {
  const { authorization: _, introspection: __, ...called } = provider.endpoints
  // Where nobody but the relay calls it, it may stand where no browser gets to.
  const api = provider.flows.every(flow => isCalledThroughRelay(provider, flow)) ? [] : provider.api
  const addresses = [...Object.values(called), probeAddress(provider), ...api]
  return [...new Set(addresses.flatMap(address => (address ? [patternOf(address)] : [])))]
}

// A match pattern with a port is no valid one in every browser, and a permission for a host is one for all its ports.
function patternOf(address: string): string {
  const { protocol, hostname } = new URL(address)
  return `${protocol}//${hostname}/*`
}

/** The origins to which a connection's credentials and tokens may go: those of the provider that it was made with. */
export function addressesOf({ endpoints, api, relay }: Provider): Addresses {
  const originOf = (address: string | undefined) => address && new URL(address).origin
  // These two are shown access tokens as the API is.
  const shown = [endpoints.userinfo, endpoints.tokenInfo].filter(address => address !== undefined)
  return {
    token: new URL(endpoints.token).origin,
    ...(endpoints.revocation ? { revocation: originOf(endpoints.revocation) } : {}),
    api: [...new Set([...api, ...shown].map(address => new URL(address).origin))].sort(),
    ...(relay ? { isRelayed: true } : {}),
  }
}

/**
 * Where a client secret of a provider goes: the origins of its token and revocation endpoints. A secret belongs to its
 * place; for another one, even of the same provider and client id, it is unknown.
 */
export function secretPlace({ token, revocation }: Addresses): string {
  return [token, revocation].filter(Boolean).join(' ')
}

/**
 * Where a trouble with token requests is: at the origin that is asked. Behind a relay it may be the provider's, and is then no
 * other's that is behind the same one.
 */
export function outagePlace(provider: ProviderId, { token, isRelayed }: Addresses): string {
  return isRelayed ? `${token} ${provider}` : token
}

/** Whether a provider is still where a connection was made. */
export function isAt(addresses: Addresses, provider: Provider): boolean {
  return JSON.stringify(addresses) === JSON.stringify(addressesOf(provider))
}
