import { sayInOptions as say } from '../../shared/texts/options'
import type { Permit, View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { send } from '../ui/connect'
import { connectionName } from '../ui/connection'
import { Icon } from '../ui/icon'
import { Logo } from '../ui/logo'
import { permitWords } from '../ui/permit-words'
import { Practice } from '../ui/practice'
import { providerOf } from '../ui/provider-of'
import { plainScopes } from '../ui/scopes'
import { ProposedSiteItem } from './proposed-site'

/** What each site may do, each permit with its end; and what the setup proposes. */
export function Sites({ view }: { view: View }) {
  return (
    <>
      <Permitted view={view} />
      <Proposals view={view} />
    </>
  )
}

function Proposals({ view }: { view: View }) {
  const sites = view.setup?.sites ?? []
  if (sites.length === 0) return null
  return (
    <div class="card">
      <h3>{say('proposals')}</h3>
      <p class="muted">{say('proposalsHint')}</p>
      <ul class="proposed" aria-label={say('proposals')}>
        {sites.map(site => {
          const provider = providerOf(view, site.provider)
          return (
            <ProposedSiteItem
              key={`${site.origin} ${site.provider}`}
              site={site}
              name={provider?.name ?? site.provider}
              words={provider ? plainScopes(provider, site.scopes) : site.scopes}
            />
          )
        })}
      </ul>
    </div>
  )
}

function Permitted({ view }: { view: View }) {
  const live = view.permits.filter(({ run }) => run === view.run)
  if (live.length === 0) return <p class="card empty">{say('noSites')}</p>
  const sites = [...new Set(live.map(({ site }) => site))]
  return sites.map(site => (
    <div key={site} class="card">
      <h3 class="site">{site}</h3>
      <ul class="permits" aria-label={site}>
        {live
          .filter(permit => permit.site === site)
          .map(permit => (
            <PermitItem key={permit.id} view={view} permit={permit} />
          ))}
      </ul>
    </div>
  ))
}

function PermitItem({ view, permit }: { view: View; permit: Permit }) {
  const connection = view.connections.find(({ id }) => id === permit.connection)
  const provider = providerOf(view, connection?.provider)
  if (!connection || !provider) return null
  const words = permitWords(provider, permit)
  return (
    <li data-row={permit.id} data-group={permit.site} tabIndex={-1}>
      <Logo provider={provider} />
      <div>
        <div class="named">
          <strong>{connectionName(provider, connection)}</strong>
          <Practice provider={provider} />
        </div>
        <p>
          <Icon name={permit.access === 'read' ? 'see' : 'change'} />
          {words.access}: {words.scopes.join(', ')}
        </p>
        <p>
          <Icon name={permit.use === 'token' ? 'key' : 'locked'} />
          {say(permit.use === 'token' ? 'byToken' : 'byFetch')}
        </p>
        <p class="muted">
          <Icon name="ending" />
          {say('untilBrowserCloses')}
        </p>
      </div>
      <Button
        name={say('endPermitName', {
          site: permit.site,
          connection: connectionName(provider, connection),
        })}
        onClick={() => send(ask('endPermit', { permit: permit.id }), provider)}
      >
        {say('end')}
      </Button>
    </li>
  )
}
