import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { limits } from '../../shared/limits'
import { sayInConsent as say } from '../../shared/texts/consent'
import { type ConsentView, type PermitDuration, permitDurations, type View } from '../../shared/view'
import { ask, explain } from '../ui/ask'
import { Button } from '../ui/button'
import { Mark } from '../ui/mark'
import { Notice } from '../ui/notice'
import { AskItem } from './ask-item'
import { useArmed } from './use-armed'

/** Asks whether a site may do what it wants with connections of the user's. The safe answer has the focus. */
export function Question({
  view,
  consent,
  isDecided,
}: {
  view: View
  consent: ConsentView
  isDecided: Signal<boolean>
}) {
  const isArmed = useArmed(limits.allowDelay)
  const until = useSignal<PermitDuration>(permitDurations[0])
  const refusal = useSignal('')
  const deny = useRef<HTMLDivElement>(null)

  const decide = async (allow: boolean) => {
    if (isDecided.value) return
    isDecided.value = true
    try {
      await ask('decide', { consent: consent.id, allow, until: until.value })
      window.close()
    } catch (error) {
      isDecided.value = false
      refusal.value = explain(error)
    }
  }

  useEffect(() => {
    deny.current?.querySelector('button')?.focus()
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') void decide(false)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])

  const site = new URL(consent.site)
  return (
    <main>
      <dialog open aria-labelledby="question" aria-describedby="covers">
        <header>
          <Mark />
          <h1 id="question">
            {say('mayUseStart')}
            <span class="origin">
              {`${site.protocol}//`}
              <strong>{site.host}</strong>
            </span>
            {say('mayUseEnd')}
          </h1>
        </header>
        <ul class="asks">
          {consent.asks.map(ask => (
            <AskItem key={ask.connection} view={view} ask={ask} tokenLife={consent.tokenLife} />
          ))}
        </ul>
        <p id="covers" class="small muted">
          {say('wholeSite')}
        </p>
        <div class="decision">
          <div role="radiogroup" aria-labelledby="how-long">
            <p id="how-long">{say('howLong')}</p>
            {permitDurations.map(duration => (
              <label key={duration}>
                <input
                  type="radio"
                  name="until"
                  checked={until.value === duration}
                  onChange={() => {
                    until.value = duration
                  }}
                />
                {say(duration)}
              </label>
            ))}
          </div>
          {refusal.value && <Notice tone="attention">{refusal.value}</Notice>}
          <div class="buttons">
            <div ref={deny}>
              <Button onClick={() => decide(false)}>{say('deny')}</Button>
            </div>
            <button
              type="button"
              class={`button main allow ${isArmed ? '' : 'arming'}`}
              aria-disabled={!isArmed}
              onClick={event => {
                if (isArmed && event.isTrusted) void decide(true)
              }}
            >
              {say('allow')}
            </button>
          </div>
        </div>
      </dialog>
    </main>
  )
}
