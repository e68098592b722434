export type IconName =
  | 'add'
  | 'attention'
  | 'busy'
  | 'change'
  | 'check'
  | 'ending'
  | 'file'
  | 'good'
  | 'key'
  | 'leave'
  | 'locked'
  | 'note'
  | 'off'
  | 'options'
  | 'paused'
  | 'see'

/**
 * A small picture beside words that say the same; never the only carrier of a meaning. Its shape is in `icons.css`,
 * which costs a screen's script nothing.
 */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon ${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path />
    </svg>
  )
}
