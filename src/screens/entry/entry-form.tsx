import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { sayInEntry as say } from '../../shared/texts/entry'
import { sentenceOf } from '../../shared/texts/errors'
import type { ConnectionView, ProviderView, View } from '../../shared/view'
import { ask } from '../ui/ask'
import { Button } from '../ui/button'
import { connect, refusal } from '../ui/connect'
import { Icon } from '../ui/icon'
import { checkEntry, type EntryFlow, type FieldFault, type FieldName, fieldsOf } from './check-entry'
import { EntryHeader } from './entry-header'
import { Explanation } from './explanation'
import { Field } from './field'
import { type Progress, progressOf, type Sent } from './progress'
import { ProgressLine } from './progress-line'

// Time to read that it worked before the window goes.
const closesAfter = 1500

/** Takes what has to be entered, sends it once, and shows how it goes until the window can close itself. */
export function EntryForm({
  view,
  provider,
  flow,
  connection,
}: {
  view: View
  provider: ProviderView
  flow: EntryFlow
  connection?: ConnectionView
}) {
  const form = useRef<HTMLFormElement>(null)
  const faults = useSignal<Partial<Record<FieldName, FieldFault>>>({})
  const sent = useSignal<Sent | undefined>(undefined)
  const isBusyElsewhere = useSignal(false)
  // A request that was refused has begun no attempt.
  const progress = sent.value && !refusal.value ? progressOf(view, sent.value) : undefined
  const isUnderWay = progress?.at === 'sent' || progress?.at === 'underway'
  const isOver = progress?.at === 'connected'
  const seen = progress?.at === 'underway' ? progress.attempt.id : undefined
  const failure =
    refusal.value ??
    failureOf(progress, provider) ??
    (isBusyElsewhere.value ? say('busyElsewhere', { provider: provider.name }) : undefined)

  useEffect(() => focusOn(form.current, connection ? 'input[data-secret]' : 'input'), [])
  // Once an answer is there, what was wrong stands out; a secret has to be typed again.
  useEffect(() => {
    if (failure) focusOn(form.current, 'input[data-secret]')
    else focusOn(form.current, '[aria-invalid=true]')
  }, [failure, faults.value])
  useEffect(() => {
    if (seen && sent.value) sent.value = { ...sent.value, seen }
  }, [seen])
  useEffect(() => {
    if (!isOver) return
    const timer = setTimeout(() => window.close(), closesAfter)
    return () => clearTimeout(timer)
  }, [isOver])

  const inputOf = (name: FieldName) => form.current?.elements.namedItem(name) as HTMLInputElement | null
  const submit = () => {
    if (isUnderWay || isOver) return
    sent.value = undefined
    refusal.value = undefined
    faults.value = {}
    const checked = checkEntry(flow, name => inputOf(name)?.value ?? '')
    if ('faults' in checked) {
      faults.value = checked.faults
      return
    }
    // The background would take the other attempt for this one, and what was entered would be lost.
    isBusyElsewhere.value = view.attempts.some(
      ({ provider: id, status }) => id === provider.id && status !== 'failed',
    )
    if (isBusyElsewhere.value) return
    sent.value = { provider: provider.id, flow, connection: connection?.id, at: Date.now() }
    connect(provider, {
      flow,
      entry: checked.entry,
      ...(connection ? { connection: connection.id } : {}),
    })
    for (const { name, isSecret } of fieldsOf[flow]) {
      const input = isSecret && inputOf(name)
      if (input) input.value = ''
    }
  }
  const cancel = async () => {
    if (progress?.at === 'underway')
      await ask('cancel', { attempt: progress.attempt.id }).catch(() => undefined)
    window.close()
  }

  return (
    <main>
      <dialog open aria-labelledby="title">
        <EntryHeader provider={provider} connection={connection} />
        <form
          ref={form}
          noValidate
          autocomplete="off"
          onSubmit={event => {
            event.preventDefault()
            submit()
          }}
        >
          {fieldsOf[flow].map(({ name, isSecret }) => (
            <Field
              key={name}
              name={name}
              label={labelOf(flow, name)}
              hint={name === 'label' ? say('labelHint') : undefined}
              fault={faults.value[name]}
              isSecret={isSecret}
              canShow={name === 'token'}
              initial={name === 'label' ? connection?.label : undefined}
              isReadOnly={isUnderWay || isOver}
            />
          ))}
          <Explanation provider={provider} flow={flow} />
          <div class="decision">
            {failure && (
              <div class="notice attention" role="alert">
                <Icon name="attention" />
                <div>{failure}</div>
              </div>
            )}
            <ProgressLine progress={progress} provider={provider} connection={connection} />
            <div class="buttons">
              <Button onClick={cancel}>{say('cancel')}</Button>
              <button type="submit" class="button main" aria-disabled={isUnderWay || isOver}>
                {say('connect')}
              </button>
            </div>
          </div>
        </form>
      </dialog>
    </main>
  )
}

/** How the attempt failed, if it did. Nobody closed a window here: this attempt was taken back elsewhere. */
function failureOf(progress: Progress | undefined, { name }: ProviderView): string | undefined {
  if (progress?.at === 'gone') return say('takenBack')
  if (progress?.at !== 'failed') return undefined
  const { fault = { code: 'unexpected' as const } } = progress.attempt
  return fault.code === 'cancelled' ? say('takenBack') : sentenceOf(fault, name)
}

/** A name is a person's own for a token, and a space's or team's for a key. */
function labelOf(flow: EntryFlow, name: FieldName): string {
  return say(name === 'label' && flow === 'personal_token' ? 'name' : name)
}

function focusOn(form: HTMLFormElement | null, selector: string): void {
  form?.querySelector<HTMLElement>(selector)?.focus()
}
