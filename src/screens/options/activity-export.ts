import type { Receipt } from '../../shared/receipt'
import type { View } from '../../shared/view'
import { namesOf } from './activity-words'

type Cell = string | number | boolean | undefined

const columns: Readonly<Record<string, (receipt: Receipt, view: View) => Cell>> = {
  at: ({ at }) => new Date(at).toISOString(),
  since: ({ since }) => new Date(since).toISOString(),
  count: ({ count }) => count,
  kind: ({ kind }) => kind,
  site: ({ site }) => site,
  provider: (receipt, view) => namesOf(view, receipt).provider,
  account: (receipt, view) => namesOf(view, receipt).account,
  use: ({ use }) => use,
  access: ({ access }) => access,
  method: ({ method }) => method,
  path: ({ path }) => path,
  until: ({ until }) => until,
  code: ({ fault }) => fault?.code,
  reason: ({ fault }) => fault?.reason,
  revoked: ({ revoked }) => revoked,
}

/** Receipts as a table (RFC 4180): a line each, times in UTC, the first line names the columns. */
export function csvOf(view: View, receipts: readonly Receipt[]): string {
  const rows = [
    Object.keys(columns),
    ...receipts.map(receipt => Object.values(columns).map(cell => cell(receipt, view))),
  ]
  return rows.map(row => `${row.map(written).join(',')}\r\n`).join('')
}

/** Receipts as they are kept. */
export function jsonOf(receipts: readonly Receipt[]): string {
  return `${JSON.stringify(receipts, null, 2)}\n`
}

/** The name of an exported file: it begins with ours and ends with its day. */
export function exportName(extension: 'csv' | 'json', at: number): string {
  const now = new Date(at)
  const [month, day] = [now.getMonth() + 1, now.getDate()].map(part => String(part).padStart(2, '0'))
  return `dealpass-activity-${now.getFullYear()}-${month}-${day}.${extension}`
}

/**
 * A cell. A spreadsheet takes what begins so for a formula, and an account's name is what its owner or a provider wrote:
 * an apostrophe makes it text. https://owasp.org/www-community/attacks/CSV_Injection
 */
function written(cell: Cell): string {
  const text = String(cell ?? '')
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
