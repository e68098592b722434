import type { ComponentChildren } from 'preact'
import { isByPerson } from './trusted'

/** One of several answers. Only a person chooses: what a script clicked would mislead the person who then allows it. */
export function Radio({
  children,
  group,
  isChosen,
  describedBy,
  isDisabled,
  onChoose,
}: {
  children: ComponentChildren
  /** The same for all that exclude each other. */
  group: string
  isChosen: boolean
  /** The id of what explains it. */
  describedBy?: string
  isDisabled?: boolean
  onChoose: () => void
}) {
  return (
    <label>
      <input
        type="radio"
        name={group}
        checked={isChosen}
        disabled={isDisabled}
        aria-describedby={describedBy}
        // The browser then takes its mark back, and there is no change.
        onClick={event => isByPerson(event) || event.preventDefault()}
        onChange={event => {
          if (isByPerson(event)) onChoose()
        }}
      />
      <span>{children}</span>
    </label>
  )
}
