import { limits } from '../../shared/limits'
import { sayInConsent as say } from '../../shared/texts/consent'
import type { PermitDuration } from '../../shared/view'
import { timeOfDay } from '../ui/times'
import { useMinute } from '../ui/use-clock'
import { Radio } from './radio'

/** How long it is to be allowed, and what that means. */
export function HowLong({
  allowed,
  chosen,
  onChoose,
}: {
  allowed: readonly PermitDuration[]
  chosen: PermitDuration
  onChoose: (duration: PermitDuration) => void
}) {
  const now = useMinute()
  return (
    <div>
      <div class="how-long" role="radiogroup" aria-labelledby="how-long" aria-describedby="how-long-hint">
        <p id="how-long">{say('howLong')}</p>
        {allowed.map(duration => (
          <Radio
            key={duration}
            group="until"
            isChosen={duration === chosen}
            onChoose={() => onChoose(duration)}
          >
            {say(duration)}
          </Radio>
        ))}
      </div>
      <p id="how-long-hint" class="small muted" aria-live="polite">
        {chosen === 'hours'
          ? say('hoursHint', { time: timeOfDay(now + limits.hours) })
          : say(`${chosen}Hint`)}
      </p>
    </div>
  )
}

/** What is chosen until the user chooses: the browser run, or the longest that there is where that is too long. */
export function usualDuration(allowed: readonly PermitDuration[]): PermitDuration {
  return allowed.includes('run') ? 'run' : (allowed.at(-1) ?? 'once')
}
