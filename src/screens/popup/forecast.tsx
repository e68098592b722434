import { needsPerson } from '../../shared/forecast'
import { sayInPopup as say } from '../../shared/texts/popup'
import type { View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { send } from '../ui/connect'
import { enumerate } from '../ui/enumerate'
import { Notice } from '../ui/notice'

/** What a person has to see to before tomorrow, with one button for all of it; and a clock that is wrong. */
export function Forecast({ view, now }: { view: View; now: number }) {
  const { clockSkew, renewing, lock, stopped } = view
  const needed = needsPerson(view, now)
  const names = view.providers
    .filter(({ id }) => [...needed.soon, ...needed.now].some(({ provider }) => provider === id))
    .map(({ name }) => name)
  return (
    <>
      {clockSkew !== undefined && (
        <Notice tone="attention">
          {say(clockSkew < 0 ? 'clockAhead' : 'clockBehind', {
            minutes: Math.round(Math.abs(clockSkew) / 60_000),
          })}
        </Notice>
      )}
      {renewing ? (
        <section class="forecast">
          <label for="renewing">{say('renewing', { done: renewing.done + 1, total: renewing.total })}</label>
          <progress id="renewing" value={renewing.done} max={renewing.total} />
        </section>
      ) : (
        (needed.soon.length > 0 || needed.now.length > 1) &&
        lock !== 'locked' &&
        !stopped && (
          <section class="forecast">
            <p>{say('needsYou', { names: enumerate(names) })}</p>
            <Button look="main" onClick={() => send(ask('renewAll', {}))}>
              {say('renewAll')}
            </Button>
          </section>
        )
      )}
    </>
  )
}
