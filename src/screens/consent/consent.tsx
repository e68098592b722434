import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { sayInConsent as say } from '../../shared/texts/consent'
import type { ConsentId } from '../../shared/view'
import { view } from '../ui/use-view'
import { Question } from './question'

// Time to read why the window goes.
const closesAfter = 1500

/** The question of that id; the window goes when the question does. */
export function Consent({ id }: { id: ConsentId }) {
  const isDecided = useSignal(false)
  const known = view.value
  const consent = known?.consents.find(consent => consent.id === id)
  const isGone = known !== undefined && !consent
  useEffect(() => {
    if (!isGone) return
    const timer = setTimeout(() => window.close(), isDecided.value ? 0 : closesAfter)
    return () => clearTimeout(timer)
  }, [isGone, isDecided.value])
  if (known && consent) return <Question view={known} consent={consent} isDecided={isDecided} />
  return isGone && !isDecided.value ? (
    <main class="gone">
      <p role="status">{say('questionGone')}</p>
    </main>
  ) : null
}
