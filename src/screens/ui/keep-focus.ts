/**
 * Keeps the keyboard's place when a row changes its buttons: where the focused element disappears, the focus goes to
 * the first button of the same row (`data-row`), and where that row is gone to the row that now stands for the same
 * thing (`data-group`) itself, never to a button of another meaning.
 */
export function keepFocus(root: HTMLElement): void {
  let last: { element: Element; row: string; group: string } | undefined
  root.addEventListener('focusin', ({ target }) => {
    const row = target instanceof Element && target.closest<HTMLElement>('[data-row]')
    last = row
      ? { element: target as Element, row: row.dataset.row ?? '', group: row.dataset.group ?? '' }
      : undefined
  })
  // A click beside everything moves the focus away on purpose: the element is then still there.
  new MutationObserver(() => {
    if (!last || last.element.isConnected || document.activeElement !== document.body) return
    const { row, group } = last
    const rows = [...root.querySelectorAll<HTMLElement>('[data-row]')]
    const same = rows.find(element => element.dataset.row === row)
    const heir = same
      ? (same.querySelector('button') ?? same)
      : rows.find(element => element.dataset.group === group)
    heir?.focus()
  }).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-row'] })
}
