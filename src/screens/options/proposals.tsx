import { sayInOptions as say } from '../../shared/texts/options'
import type { View } from '../../shared/view'
import { Button } from '../ui/button'
import { Icon } from '../ui/icon'
import { providerOf } from '../ui/provider-of'
import { plainScopes } from '../ui/scopes'
import { isPanelSite, useSite } from '../ui/use-site'
import { ProposedSiteItem } from './proposed-site'
import { siteName } from './site-list'

/** What the setup proposes: whether Dealpass runs there by now, and the click that lets it. */
export function Proposals({ view }: { view: View }) {
  const proposed = view.setup?.sites ?? []
  if (proposed.length === 0) return null
  return (
    <div class="card">
      <h3>{say('proposals')}</h3>
      <p class="muted">{say('proposalsHint')}</p>
      <ul class="proposed" aria-label={say('proposals')}>
        {proposed.map((site, index) => {
          const { origin } = site
          const provider = providerOf(view, site.provider)
          const runs = isPanelSite(origin) || view.sites.some(used => used.origin === origin)
          const isFirst = proposed.findIndex(one => one.origin === origin) === index
          return (
            <ProposedSiteItem
              key={`${origin} ${site.provider}`}
              site={site}
              name={provider?.name ?? site.provider}
              words={provider ? plainScopes(provider, site.scopes) : site.scopes}
            >
              <p class={runs ? '' : 'waits'}>
                <Icon name={runs ? 'good' : 'ending'} />
                {say(runs ? 'runsThere' : 'waitsForYou')}
              </p>
              {/* The browser's permission is for the site, whatever is proposed there. */}
              {!runs && isFirst && (
                <Button onClick={() => useSite(origin)}>{say('useSite', { site: siteName(origin) })}</Button>
              )}
            </ProposedSiteItem>
          )
        })}
      </ul>
    </div>
  )
}
