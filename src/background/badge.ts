import { browser } from '../browser'
import { needsPerson } from '../shared/forecast'
import type { View } from '../shared/view'
import { watched } from './report'

let shown: string | undefined

/** Shows on the toolbar button how many connections a person has to see to within a day. */
export function showBadge(view: View): void {
  const { now, soon } = needsPerson(view, Date.now())
  const count = view.lock === 'locked' ? 0 : now.length + soon.length
  const text = count === 0 ? '' : String(count)
  if (text === shown) return
  shown = text
  watched('badge', browser.action.setBadgeText({ text }))
}
