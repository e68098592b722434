/** An on-off switch; its name is the visible text. */
export function Switch({
  children,
  isOn,
  describedBy,
  isDisabled,
  onChange,
}: {
  children: string
  isOn: boolean
  /** The id of what explains it. */
  describedBy?: string
  /** It stays in the tab order, so that people learn why. */
  isDisabled?: boolean
  onChange: (isOn: boolean) => void
}) {
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={isOn}
      aria-disabled={isDisabled}
      aria-describedby={describedBy}
      onClick={() => isDisabled || onChange(!isOn)}
    >
      <span>{children}</span>
      <span class="switch-track" aria-hidden="true">
        <span class="switch-thumb" />
      </span>
    </button>
  )
}
