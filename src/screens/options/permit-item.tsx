import { limits } from '../../shared/limits'
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
import { ago, timeOfDay } from '../ui/times'
import { lastUse } from './last-use'
import { receipts } from './receipts'

const day = 24 * 60 * 60_000

/** One permit: what it lets the site do, how long, when it was used last, and its end. */
export function PermitItem({ view, permit, now }: { view: View; permit: Permit; now: number }) {
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
          <span>{[words.access, words.scopes.join(', ')].filter(Boolean).join(': ')}</span>
        </p>
        <p>
          <Icon name={permit.use === 'token' ? 'key' : 'locked'} />
          {say(permit.use === 'token' ? 'byToken' : 'byFetch')}
        </p>
        <p class="muted">
          <Icon name="ending" />
          <span>{[untilWhen(permit), useOf(view, permit, now)].filter(Boolean).join(' · ')}</span>
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

function untilWhen({ until, endsAt }: Permit): string {
  return until === 'hours' ? say('until-hours', { time: timeOfDay(endsAt ?? 0) }) : say(`until-${until}`)
}

/** When a permit was used last, as far back as the activity log goes; nothing before that is there. */
function useOf({ setup }: View, permit: Permit, now: number): string | undefined {
  const days = setup?.rules.keepReceiptsDays ?? limits.receiptDays
  if (!receipts.value || days === 0) return undefined
  const at = lastUse(receipts.value, permit)
  if (at === undefined)
    return now - permit.grantedAt < days * day ? say('notUsed') : say('notUsedLately', { days })
  const past = ago(at, now)
  return past ? say('lastUsed', { ago: past }) : say('lastUsedNow')
}
