import type { Status } from './connection'
import { Icon } from './icon'

/** A status in an icon and words. Its changes are announced, so it stays in place while it changes. */
export function StatusLine({ status: { tone, text } }: { status: Status }) {
  return (
    <p class={`status ${tone}`}>
      <Icon name={tone} />
      <span aria-live="polite">{text}</span>
    </p>
  )
}
