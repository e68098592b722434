import { sayInPanel as say } from '../../../shared/texts/panel'
import { money } from '../money'
import type { Summary } from './sellytics-summary'

const width = 300
const height = 104
/** Room for the amounts above the bars and the months under them. */
const top = 16
const floor = height - 18

const month = new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' })
const monthAndYear = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** The latest months' revenue as bars; who cannot see them hears all of it as one sentence. */
export function Trend({ trend, currency }: Pick<Summary, 'trend' | 'currency'>) {
  const shown = trend.slice(-6)
  const highest = Math.max(...shown.map(({ revenue }) => revenue), 1)
  const step = width / shown.length
  const months = shown.map(({ month: iso, revenue }) =>
    say('monthRevenue', {
      month: monthAndYear.format(new Date(iso)),
      amount: money(String(revenue), currency) ?? '',
    }),
  )
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={say('trend', { months: months.join(', ') })}
    >
      {shown.map(({ month: iso, revenue }, index) => {
        const middle = (index + 0.5) * step
        // A month without any, or with a loss, stands on the floor.
        const bar = (Math.max(revenue, 0) / highest) * (floor - top)
        return (
          <g key={iso}>
            <rect x={middle - 14} y={floor - bar} width={28} height={bar} rx={3} />
            <text x={middle} y={floor - bar - 5}>
              {money(String(revenue), currency, 'compact')}
            </text>
            <text x={middle} y={height - 4}>
              {month.format(new Date(iso))}
            </text>
          </g>
        )
      })}
      <path d={`M0 ${floor}.5h${width}`} />
    </svg>
  )
}
