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
  onClick,
}: {
  children: ComponentChildren
  name?: string
  look?: 'main' | 'plain' | 'quiet' | 'danger'
  icon?: IconName
  onClick: (event: MouseEvent) => void
}) {
  return (
    <button type="button" class={`button ${look}`} aria-label={name} onClick={onClick}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}
