import { useSignal } from '@preact/signals'
import { sayInEntry as say } from '../../shared/texts/entry'
import type { FieldFault, FieldName } from './check-entry'

/** One field with its label, what is said of it, and what is wrong with it. The value stays in the element alone. */
export function Field({
  name,
  label,
  hint,
  fault,
  isSecret,
  canShow,
  initial,
  isReadOnly,
}: {
  name: FieldName
  label: string
  hint?: string
  fault?: FieldFault
  isSecret?: boolean
  /** A button shows what was typed. */
  canShow?: boolean
  initial?: string
  isReadOnly?: boolean
}) {
  const isShown = useSignal(false)
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <div class="input">
        <input
          id={name}
          name={name}
          // Preact knows attributes by the type, one at a time.
          {...(isSecret && !isShown.value ? { type: 'password' as const } : { type: 'text' as const })}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={name === 'label' ? 60 : undefined}
          defaultValue={initial}
          readOnly={isReadOnly}
          data-secret={isSecret}
          aria-invalid={fault !== undefined}
          aria-describedby={described || undefined}
        />
        {canShow && (
          <button
            type="button"
            class="button"
            aria-pressed={isShown.value}
            aria-controls={name}
            onClick={() => {
              isShown.value = !isShown.value
            }}
          >
            {say('show')}
          </button>
        )}
      </div>
      {hint && (
        <p id={`${name}-hint`} class="small muted">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${name}-fault`} class="fault small" role="alert">
          {say(fault, { field: label })}
        </p>
      )}
    </div>
  )
}
