import { sayInOptions as say } from '../../shared/texts/options'
import type { View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { send } from '../ui/connect'
import { Icon } from '../ui/icon'
import { providerOf } from '../ui/provider-of'
import { dayAndTime, timeOfDay } from '../ui/times'
import { PermitItem } from './permit-item'
import { type ListedSite, siteName } from './site-list'

/** One site: since when Dealpass runs there, what it may do, what it was denied, and how all that ends. */
export function SiteCard({
  view,
  site: { origin, since, permits, denials },
  now,
}: {
  view: View
  site: ListedSite
  now: number
}) {
  return (
    <section class="card" aria-label={origin} data-row={origin} data-group={origin} tabIndex={-1}>
      <h3 class="site">{origin}</h3>
      {since !== undefined && (
        <p class="muted small">
          {say('runsSince', { day: dayAndTime(since) })} {permits.length === 0 && say('noPermits')}
        </p>
      )}
      {permits.length > 0 && (
        <ul class="permits" aria-label={origin}>
          {permits.map(permit => (
            <PermitItem key={permit.id} view={view} permit={permit} now={now} />
          ))}
        </ul>
      )}
      {denials.map(({ provider: id, until }) => {
        const provider = providerOf(view, id)?.name ?? id
        return (
          <div key={id} class="denial">
            <p>
              <Icon name="paused" />
              <span>{say('saidNo', { provider, time: timeOfDay(until) })}</span>
            </p>
            <Button
              name={say('letAskName', { site: origin, provider })}
              onClick={() => send(ask('forgetDenial', { site: origin, provider: id }))}
            >
              {say('letAsk')}
            </Button>
          </div>
        )
      })}
      {(since !== undefined || permits.length > 1) && (
        <footer class="ends">
          {permits.length > 1 && (
            <Button
              name={say('endPermitsOf', { site: origin })}
              onClick={() => send(ask('endPermits', { site: origin }))}
            >
              {say('endPermits')}
            </Button>
          )}
          {since !== undefined && (
            <>
              <Button onClick={() => send(ask('leaveSite', { origin }))}>
                {say('stopUsing', { site: siteName(origin) })}
              </Button>
              {permits.length > 0 && <span class="small muted">{say('stopUsingHint')}</span>}
            </>
          )}
        </footer>
      )}
    </section>
  )
}
