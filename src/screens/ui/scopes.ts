import type { ProviderView } from '../../shared/view'

/**
 * Scopes in plain words. One without words is shown as it is, since nothing that was agreed to may stay unsaid;
 * except `openid`, which gives no access to anything.
 */
export function plainScopes(provider: Pick<ProviderView, 'scopes'>, scopes: readonly string[]): string[] {
  // A map, since an object would answer to `constructor` too.
  const words = new Map(Object.entries({ openid: '', ...provider.scopes }))
  return scopes.map(scope => words.get(scope) ?? scope).filter(Boolean)
}

/** What was asked for and not given, in plain words. */
export function missingScopes(
  provider: Pick<ProviderView, 'scopes'>,
  { asked, granted }: { asked: string[]; granted: string[] },
): string[] {
  return plainScopes(
    provider,
    asked.filter(scope => !granted.includes(scope)),
  )
}
