import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { limits } from '../../shared/limits'
import { type Receipt, type ReceiptKind, receiptKinds } from '../../shared/receipt'
import { sayInActivity as say, sayKind } from '../../shared/texts/activity'
import type { View } from '../../shared/view'
import { Button } from '../ui/button'
import { csvOf, exportName, jsonOf } from './activity-export'
import { type ActivityFilter, filtered, noFilter } from './activity-filter'
import { ActivityLine } from './activity-line'
import { download } from './download'
import { receipts, watchReceipts } from './receipts'

const atOnce = 50

const dayOf = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

/** The activity log: what sites asked for and did, by day, the newest first; to be searched and exported. */
export function Activity({ view }: { view: View }) {
  useEffect(watchReceipts, [])
  const filter = useSignal(noFilter)
  const shown = useSignal(atOnce)
  const more = useRef<HTMLLIElement>(null)

  const all = receipts.value
  if (!all) return null
  if (all.length === 0)
    return (
      <p class="card empty">{say(view.setup?.rules.keepReceiptsDays === 0 ? 'keptNone' : 'nothingYet')}</p>
    )
  const fitting = filtered(view, all, filter.value)
  const lines = fitting.slice(0, shown.value)
  const firstOfMore = lines[shown.value - atOnce]
  const showMore = () => {
    shown.value += atOnce
    // Reading goes on where the new lines begin; the button may be gone.
    setTimeout(() => more.current?.focus())
  }
  const save = (extension: 'csv' | 'json', type: string, text: string) =>
    download(exportName(extension, Date.now()), text, type)
  return (
    <div class="card activity">
      <Filters
        receipts={all}
        filter={filter.value}
        onChange={changed => {
          filter.value = { ...filter.value, ...changed }
          shown.value = atOnce
        }}
      />
      <p class="muted small" role="status">
        {fitting.length === 0
          ? say('nothingFits')
          : say('showing', { shown: lines.length, count: fitting.length })}
      </p>
      {byDay(lines).map(([day, own]) => (
        <div key={day} class="day">
          <h3>{day}</h3>
          <ul class="lines" aria-label={day}>
            {own.map(receipt => (
              <ActivityLine
                key={receipt.id}
                view={view}
                receipt={receipt}
                place={receipt === firstOfMore ? more : undefined}
              />
            ))}
          </ul>
        </div>
      ))}
      {fitting.length > lines.length && <Button onClick={showMore}>{say('showMore')}</Button>}
      <p class="muted small">{keptFor(view.setup?.rules.keepReceiptsDays)}</p>
      {fitting.length > 0 && (
        <div class="export">
          {/* By the mark at its beginning spreadsheets know that a table is UTF-8. */}
          <Button onClick={() => save('csv', 'text/csv', `\uFEFF${csvOf(view, fitting)}`)}>
            {say('exportCsv')}
          </Button>
          <Button onClick={() => save('json', 'application/json', jsonOf(fitting))}>
            {say('exportJson')}
          </Button>
          <span class="muted">{say('exportHint')}</span>
        </div>
      )}
    </div>
  )
}

function Filters({
  receipts,
  filter,
  onChange,
}: {
  receipts: readonly Receipt[]
  filter: ActivityFilter
  onChange: (changed: Partial<ActivityFilter>) => void
}) {
  // The chosen one stays, also when its last line has gone.
  const sites = [...new Set([...receipts.map(({ site }) => site), ...(filter.site ? [filter.site] : [])])]
  return (
    <search class="filters">
      <label class="wide">
        <span>{say('search')}</span>
        <input
          type="search"
          name="search"
          value={filter.search}
          placeholder={say('searchHint')}
          autocomplete="off"
          onInput={({ currentTarget }) => onChange({ search: currentTarget.value })}
        />
      </label>
      <label>
        <span>{say('what')}</span>
        <select
          name="kind"
          value={filter.kind}
          onChange={({ currentTarget }) => onChange({ kind: currentTarget.value as ReceiptKind | '' })}
        >
          <option value="">{say('everything')}</option>
          {receiptKinds.map(kind => (
            <option key={kind} value={kind}>
              {sayKind(kind)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{say('site')}</span>
        <select
          name="site"
          value={filter.site}
          onChange={({ currentTarget }) => onChange({ site: currentTarget.value })}
        >
          <option value="">{say('everySite')}</option>
          {sites.sort().map(site => (
            <option key={site} value={site}>
              {site}
            </option>
          ))}
        </select>
      </label>
    </search>
  )
}

function keptFor(days: number = limits.receiptDays): string {
  const lines = limits.receipts.toLocaleString('en-GB')
  return days === 1 ? say('keptForOneDay', { lines }) : say('keptFor', { days, lines })
}

/** Lines under the days on which they happened (for the last time), in their order. */
function byDay(receipts: readonly Receipt[]): [string, Receipt[]][] {
  const days = new Map<string, Receipt[]>()
  for (const receipt of receipts) {
    const day = dayOf.format(receipt.at)
    days.set(day, [...(days.get(day) ?? []), receipt])
  }
  return [...days]
}
