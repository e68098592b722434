import { useEffect, useRef } from 'preact/hooks'

/** One field for a passphrase, with its label and what is wrong with it. The value stays in the element alone. */
export function Passphrase({
  name,
  label,
  hint,
  fault,
  hasFocus,
}: {
  name: string
  label: string
  hint?: string
  fault?: string
  hasFocus?: boolean
}) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (hasFocus) input.current?.focus()
  }, [hasFocus])
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ')
  return (
    <div class="passphrase">
      <label for={name}>{label}</label>
      <input
        ref={input}
        id={name}
        name={name}
        type="password"
        autocomplete="off"
        aria-invalid={fault !== undefined}
        aria-describedby={described || undefined}
      />
      {hint && (
        <p id={`${name}-hint`} class="small muted">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${name}-fault`} class="small fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  )
}
