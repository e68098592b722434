import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { sayInOptions as say } from '../../shared/texts/options'
import type { View } from '../../shared/view'
import { ask, explain } from '../ui/ask'
import { Notice } from '../ui/notice'
import { CopyItem } from './copy-item'

/** By what a company's relay knows this browser; nothing where the setup has none. */
export function RelayCard({ view }: { view: View }) {
  const isThere = view.providers.some(({ relay }) => relay)
  const thumbprint = useSignal('')
  const refusal = useSignal('')
  useEffect(() => {
    if (!isThere) return
    ask('thumbprint', {}).then(
      text => {
        thumbprint.value = text
      },
      (error: unknown) => {
        refusal.value = explain(error)
      },
    )
  }, [isThere])
  if (!isThere) return null
  return (
    <div class="card relay-card" id="relay">
      <h3>{say('relayTitle')}</h3>
      <p>{say('thumbprintHint')}</p>
      {refusal.value && <Notice tone="attention">{refusal.value}</Notice>}
      {thumbprint.value && (
        <>
          <ul class="addresses" aria-label={say('relayTitle')}>
            <CopyItem title={say('thumbprint')} text={thumbprint.value} name={say('copyThumbprint')} />
          </ul>
          <p class="muted">{say('admitHint')}</p>
          <p>
            <code class="command">
              node relay.js admit <span>{thumbprint.value}</span> --config relay.json
            </code>
          </p>
        </>
      )}
    </div>
  )
}
