import type { ComponentChildren } from 'preact'
import { Icon } from './icon'

/** Something that happened or that needs to be known; announced when it appears. */
export function Notice({
  children,
  tone = 'note',
}: {
  children: ComponentChildren
  tone?: 'note' | 'good' | 'attention'
}) {
  return (
    <div class={`notice ${tone}`} role="status">
      <Icon name={tone} />
      <div>{children}</div>
    </div>
  )
}
