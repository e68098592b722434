import { sayOfPermit } from '../../shared/texts/permit'
import type { Access, ProviderView } from '../../shared/view'
import { plainScopes } from './scopes'

/** What `access` and `scopes` let a site do, in plain words: how it may act first, on what after it. */
export function permitWords(
  provider: Pick<ProviderView, 'scopes'>,
  { access, scopes }: { access: Access; scopes: readonly string[] },
): { access: string; scopes: string[] } {
  return {
    access: sayOfPermit(access === 'read' ? 'mayRead' : 'mayChange'),
    scopes: plainScopes(provider, scopes),
  }
}
