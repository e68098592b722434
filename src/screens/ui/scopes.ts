import type { Provider } from '../../providers/provider'

/**
 * Scopes in plain words. One without words is shown as it is, since nothing that was agreed to may stay unsaid;
 * except `openid`, which gives no access to anything.
 */
export function plainScopes(provider: Provider, scopes: readonly string[]): string[] {
  return scopes
    .filter(scope => Object.hasOwn(provider.scopes, scope) || scope !== 'openid')
    .map(scope => (Object.hasOwn(provider.scopes, scope) && provider.scopes[scope]) || scope)
}

/** What was asked for and not given, in plain words. */
export function missingScopes(
  provider: Provider,
  { asked, granted }: { asked: string[]; granted: string[] },
): string[] {
  return plainScopes(
    provider,
    asked.filter(scope => !granted.includes(scope)),
  )
}
