import type { Receipt, ReceiptKind } from '../../shared/receipt'
import type { View } from '../../shared/view'
import { activityWords } from './activity-words'

/** Which lines of the activity log are shown and exported; empty lets everything through. */
export type ActivityFilter = { search: string; kind: ReceiptKind | ''; site: string }

export const noFilter: ActivityFilter = { search: '', kind: '', site: '' }

/** The lines that a filter lets through. Every word of the search has to stand somewhere in a line as it is shown. */
export function filtered(
  view: View,
  receipts: readonly Receipt[],
  { search, kind, site }: ActivityFilter,
): Receipt[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
  return receipts.filter(receipt => {
    if ((kind && receipt.kind !== kind) || (site && receipt.site !== site)) return false
    if (words.length === 0) return true
    const { what, details } = activityWords(view, receipt)
    const text = [receipt.site, what, ...details].join(' ').toLowerCase()
    return words.every(word => text.includes(word))
  })
}
