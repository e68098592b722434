/**
 * Keeps the keyboard's place when a row changes its buttons. Where the focused one disappears, the focus goes to the
 * one that took its place; where none did to the row (`data-row`); and where that is gone too, to the row that now
 * stands for the same thing (`data-group`). Never to a button beside it, which would do something else.
 */
export function keepFocus(root: HTMLElement): void {
  let last: { element: Element; place: Element | null; row: string; group: string } | undefined
  root.addEventListener('focusin', ({ target }) => {
    const element = target as Element
    const { row, group } = element.closest<HTMLElement>('[data-row]')?.dataset ?? {}
    last = row && group ? { element, place: element.parentElement, row, group } : undefined
  })
  new MutationObserver(() => {
    // A click beside everything takes the focus away on purpose: the element is then still there.
    if (!last || last.element.isConnected || document.activeElement !== document.body) return
    const { place, row, group } = last
    const rows = [...root.querySelectorAll<HTMLElement>('[data-row]')]
    const same = rows.find(({ dataset }) => dataset.row === row)
    const heir =
      (same?.contains(place) && place?.querySelector('button')) ||
      same ||
      rows.find(({ dataset }) => dataset.group === group)
    heir?.focus()
  }).observe(root, { childList: true, subtree: true })
}
