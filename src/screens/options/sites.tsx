import { sayInOptions as say } from '../../shared/texts/options'
import type { View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { send } from '../ui/connect'
import { useClock, useMinute } from '../ui/use-clock'
import { Proposals } from './proposals'
import { SiteCard } from './site-card'
import { sitesOf } from './site-list'

/** Where Dealpass runs and what each site may do, with the ends of all that; and what the setup proposes. */
export function Sites({ view }: { view: View }) {
  useMinute()
  const now = useClock([
    ...view.permits.map(({ endsAt }) => endsAt),
    ...view.denials.map(({ until }) => until),
  ])
  const sites = sitesOf(view, now)
  return (
    <>
      {sites.length === 0 && <p class="card empty">{say('noSites')}</p>}
      {sites.map(site => (
        <SiteCard key={site.origin} view={view} site={site} now={now} />
      ))}
      {sites.flatMap(({ permits }) => permits).length > 1 && (
        <div class="ends all">
          <Button look="quiet" onClick={() => send(ask('endPermits', {}))}>
            {say('endPermits')}
          </Button>
          <span class="small muted">{say('ofEverySite')}</span>
        </div>
      )}
      <Proposals view={view} />
    </>
  )
}
