import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { limits } from '../../shared/limits'
import { allowedDurations } from '../../shared/permit'
import { sayInConsent as say } from '../../shared/texts/consent'
import type { ConnectionId, ConsentView, PermitDuration, View } from '../../shared/view'
import { ask, explain } from '../ui/ask'
import { Button } from '../ui/button'
import { refusal } from '../ui/connect'
import { Mark } from '../ui/mark'
import { Notice } from '../ui/notice'
import { AskItem } from './ask-item'
import { askedOf } from './asked'
import { HowLong, usualDuration } from './how-long'
import { isByPerson } from './trusted'
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
  const wished = useSignal<Readonly<Record<number, ConnectionId>>>({})
  const wishedDuration = useSignal<PermitDuration | undefined>(undefined)
  const deny = useRef<HTMLDivElement>(null)

  const durations = allowedDurations(view)
  const until = durations.find(duration => duration === wishedDuration.value) ?? usualDuration(durations)
  const all = askedOf(view, consent, wished.value)
  const connections = all.flatMap(({ chosen }) => chosen?.id ?? [])
  const isAnswerable = connections.length === all.length
  const isArmed = useArmed(limits.allowDelay, JSON.stringify([consent.site, all, durations]))
  const canAllow = isAnswerable && isArmed

  const decide = async (allow: boolean) => {
    if (isDecided.value) return
    isDecided.value = true
    try {
      await ask('decide', { consent: consent.id, allow, until, connections: allow ? connections : [] })
      window.close()
    } catch (error) {
      isDecided.value = false
      refusal.value = explain(error)
    }
  }

  useEffect(() => deny.current?.querySelector('button')?.focus(), [])
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') void decide(false)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [consent.id, until])

  const site = new URL(consent.site)
  const origin = (
    <bdi class="origin" dir="ltr">
      {`${site.protocol}//`}
      <strong>{site.host}</strong>
    </bdi>
  )
  return (
    <main>
      <dialog open aria-labelledby="question" aria-describedby="covers">
        <header>
          <Mark />
          {all.some(({ news }) => news.isMore) ? (
            <h1 id="question">
              {origin}
              {say('wantsMore')}
            </h1>
          ) : (
            <h1 id="question">
              {say('mayUseStart')}
              {origin}
              {say('mayUseEnd')}
            </h1>
          )}
        </header>
        <ul class="asks">
          {all.map((asked, place) => (
            <AskItem
              key={place}
              view={view}
              asked={asked}
              place={place}
              tokenLife={consent.tokenLife}
              onChoose={connection => {
                wished.value = { ...wished.value, [place]: connection }
              }}
            />
          ))}
        </ul>
        <p id="covers" class="small muted">
          {say('wholeSite')}
        </p>
        <div class="decision">
          <HowLong
            allowed={durations}
            chosen={until}
            onChoose={duration => {
              wishedDuration.value = duration
            }}
          />
          {refusal.value && <Notice tone="attention">{refusal.value}</Notice>}
          {!isAnswerable && (
            <p id="blocked" class="small blocked">
              {say('nothingToAllow')}
            </p>
          )}
          <div class="buttons">
            <div ref={deny}>
              <Button onClick={() => decide(false)}>{say('deny')}</Button>
            </div>
            <button
              type="button"
              class={`button main allow ${isAnswerable && !isArmed ? 'arming' : ''}`}
              aria-disabled={!canAllow}
              aria-describedby={isAnswerable ? undefined : 'blocked'}
              onClick={event => {
                if (canAllow && isByPerson(event)) void decide(true)
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
