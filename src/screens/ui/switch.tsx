/** An on-off switch; its name is the visible text. */
export function Switch({
  children,
  isOn,
  onChange,
}: {
  children: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}) {
  return (
    <button type="button" class="switch" role="switch" aria-checked={isOn} onClick={() => onChange(!isOn)}>
      <span>{children}</span>
      <span class="switch-track" aria-hidden="true">
        <span class="switch-thumb" />
      </span>
    </button>
  )
}
