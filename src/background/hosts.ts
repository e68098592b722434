import { browser } from '../browser'
import type { Provider } from '../providers/provider'
import { AppError } from '../shared/errors'

/** Match patterns of the hosts that the background calls for a provider (RFC 6454 origins with `/*`). */
export function hostsOfProvider({ endpoints, api, whoIsIt }: Provider): string[] {
  const called = [
    endpoints.token,
    endpoints.revocation,
    endpoints.userinfo,
    endpoints.tokenInfo,
    whoIsIt.url,
    ...api,
  ]
  return [...new Set(called.flatMap(address => (address ? [`${new URL(address).origin}/*`] : [])))]
}

/** Whether the browser lets us reach the provider now; a user can take hosts back at any moment. */
export function hasHosts(provider: Provider): Promise<boolean> {
  return browser.permissions.contains({ origins: hostsOfProvider(provider) })
}

/**
 * Throws `permission-missing` unless the browser lets us reach the provider. Asked before a token request and not
 * after it failed: without the permission the request still goes out, and only its answer (a rotated refresh token,
 * say) would be lost.
 */
export async function requireHosts(provider: Provider): Promise<void> {
  if (!(await hasHosts(provider))) throw new AppError('permission-missing')
}
