import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { reviewOfSetup } from '../../providers/setup-review'
import { limits } from '../../shared/limits'
import type { SetupFault } from '../../shared/setup-fault'
import type { SetupReview } from '../../shared/setup-review'
import { sayInOptions as say } from '../../shared/texts/options'
import type { View } from '../../shared/view'
import { ask, explain } from '../ui/ask'
import { Icon } from '../ui/icon'
import { Notice } from '../ui/notice'
import { CurrentSetup } from './current-setup'
import { Faults } from './faults'
import { Review } from './review'

/** Where an import is. Nothing of it is stored before `used`. */
type Import =
  | { at: 'start' }
  | { at: 'refused'; sentence: string }
  | { at: 'faulty'; faults: SetupFault[] }
  | { at: 'review'; text: string; review: SetupReview }
  | { at: 'cancelled' }
  | { at: 'used' }

/** The setup in force, and the import of another one: file, review, decision. */
export function Setup({ view }: { view: View }) {
  const state = useSignal<Import>({ at: 'start' })
  const isOver = useSignal(false)
  const result = useRef<HTMLDivElement>(null)

  const go = (next: Import) => {
    state.value = next
    // What came of it stands elsewhere than what was clicked, and that may be gone.
    setTimeout(() => result.current?.focus())
  }
  const read = async (file: File) => {
    if (file.size > limits.setup)
      return go({ at: 'refused', sentence: say('tooLarge', { size: limits.setup / 1024 }) })
    const text = await file.text().catch(() => undefined)
    if (text === undefined) return go({ at: 'refused', sentence: say('unreadable') })
    try {
      const answer = await ask('reviewSetup', { text })
      go(
        'faults' in answer
          ? { at: 'faulty', faults: answer.faults }
          : { at: 'review', text, review: reviewOfSetup(answer.setup, view.setup, answer) },
      )
    } catch (error) {
      go({ at: 'refused', sentence: explain(error) })
    }
  }
  const use = async (text: string) => {
    try {
      await ask('useSetup', { text })
      go({ at: 'used' })
    } catch (error) {
      go({ at: 'refused', sentence: explain(error) })
    }
  }

  const now = state.value
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a second way beside the button
    <div
      class={`setup ${isOver.value ? 'over' : ''}`}
      onDragOver={event => {
        event.preventDefault()
        isOver.value = true
      }}
      onDragLeave={() => {
        isOver.value = false
      }}
      onDrop={event => {
        event.preventDefault()
        isOver.value = false
        const file = event.dataTransfer?.files[0]
        if (file) void read(file)
      }}
    >
      <div ref={result} tabIndex={-1} class="result">
        {now.at === 'refused' && <Notice tone="attention">{now.sentence}</Notice>}
        {now.at === 'faulty' && <Faults faults={now.faults} />}
        {now.at === 'used' && <Notice tone="good">{say('setupUsed')}</Notice>}
        {now.at === 'cancelled' && <Notice>{say('setupCancelled')}</Notice>}
        {now.at === 'review' && (
          <Review review={now.review} onUse={() => use(now.text)} onCancel={() => go({ at: 'cancelled' })} />
        )}
      </div>
      {now.at !== 'review' && (
        <>
          <CurrentSetup view={view} />
          <div class="import">
            <label class={`button ${view.setup ? 'plain' : 'main'}`}>
              <Icon name="file" />
              {say('importSetupFile')}
              <input
                type="file"
                class="hidden"
                accept=".json,application/json"
                onChange={({ currentTarget }) => {
                  const file = currentTarget.files?.[0]
                  // The same file, mended, can then be chosen again.
                  if (file) void read(file).finally(() => (currentTarget.value = ''))
                }}
              />
            </label>
            <span class="muted">{say('dropHint')}</span>
          </div>
        </>
      )}
    </div>
  )
}
