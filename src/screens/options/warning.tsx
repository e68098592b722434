import type { ComponentChildren } from 'preact'
import { Icon } from '../ui/icon'

/** What has to be thought of before a decision. It stands there from the beginning, so it is not announced. */
export function Warning({ children }: { children: ComponentChildren }) {
  return (
    <p class="warning">
      <Icon name="attention" />
      <span>{children}</span>
    </p>
  )
}
