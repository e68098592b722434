import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon'

/**
 * A button. `name` is its accessible name where several of the same words stand on a screen; it has to contain what
 * is visible (WCAG 2.5.3).
 */
export function Button({
  children,
  name,
  look = 'plain',
  icon,
  action,
  onClick,
}: {
  children: ComponentChildren
  name?: string
  look?: 'main' | 'plain' | 'quiet' | 'danger'
  icon?: IconName
  /** By which the focus finds the way back to it. */
  action?: string
  onClick: (event: MouseEvent) => void
}) {
  return (
    <button
      type="button"
      class={`button ${look}`}
      aria-label={name}
      title={look === 'quiet' ? name : undefined}
      data-action={action}
      onClick={onFirstClick(onClick)}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

/**
 * Only the first click of a double click counts: by the second, another button may stand in the same place (Cancel
 * where Connect was). A key press has no count.
 */
function onFirstClick(onClick: (event: MouseEvent) => void) {
  return (event: MouseEvent) => {
    if (event.detail <= 1) onClick(event)
  }
}
