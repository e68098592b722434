/** The Dealpass mark: a pass with its two notches and a check. Its shapes are those of `public/icons/dealpass.svg`. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-pass" />
      <path class="mark-check" />
    </svg>
  )
}
