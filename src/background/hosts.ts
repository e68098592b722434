import { browser } from '../browser'
import { hostsOf } from '../providers/hosts'
import type { Provider } from '../providers/provider'
import { AppError } from '../shared/errors'

/** Whether the browser lets us reach the provider now; a user can take hosts back at any moment. */
export function hasHosts(provider: Provider): Promise<boolean> {
  return browser.permissions.contains({ origins: hostsOf(provider) })
}

/**
 * Throws `permission-missing` unless the browser lets us reach the provider. Asked before a token request and not
 * after it failed: without the permission the request still goes out, and only its answer (a rotated refresh token,
 * say) would be lost.
 */
export async function requireHosts(provider: Provider): Promise<void> {
  if (!(await hasHosts(provider))) throw new AppError('permission-missing')
}
