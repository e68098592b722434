import type { Ref } from 'preact'
import type { Receipt } from '../../shared/receipt'
import { sayInActivity as say } from '../../shared/texts/activity'
import type { View } from '../../shared/view'
import { Icon, type IconName } from '../ui/icon'
import { timeOfDay } from '../ui/times'
import { activityWords } from './activity-words'

/** One line of the activity log: when, what, how often, and of which site and login. */
export function ActivityLine({
  view,
  receipt,
  place,
}: {
  view: View
  receipt: Receipt
  place?: Ref<HTMLLIElement>
}) {
  const { at, since, count, site, kind } = receipt
  const { what, details } = activityWords(view, receipt)
  return (
    <li ref={place} class={kind} tabIndex={-1}>
      <time dateTime={new Date(at).toISOString()}>{timeOfDay(at)}</time>
      <Icon name={iconOf(receipt)} />
      <div>
        <p>
          {what}
          {count > 1 && (
            <>
              {' '}
              <span class="times">
                {timeOfDay(since) === timeOfDay(at)
                  ? say('times', { count })
                  : say('timesSince', { count, time: timeOfDay(since) })}
              </span>
            </>
          )}
        </p>
        <p class="muted small">{[site || say('byDealpass'), ...details].join(' · ')}</p>
      </div>
    </li>
  )
}

function iconOf({ kind, use, access, fault }: Receipt): IconName {
  switch (kind) {
    case 'asked':
      return 'note'
    case 'allowed':
      return 'good'
    case 'denied':
      return 'off'
    case 'refused':
      return 'attention'
    case 'ended':
      return 'ending'
    case 'kept':
      return 'good'
    case 'used':
      if (fault) return 'attention'
      return use === 'token' ? 'key' : access === 'change' ? 'change' : 'see'
  }
}
