import { sayInPanel as say } from '../../../shared/texts/panel'
import { Loading } from '../loading'
import { money } from '../money'
import { useApi } from '../use-api'
import type { BlockProps } from './block-content'
import { type Figure, type Summary, summaryOf } from './sellytics-summary'
import { Trend } from './trend'

/** sellytics in the panel: the figures of the key's space. They belong to no page, so they are read once. */
export function SellyticsBlock(props: BlockProps) {
  const { loaded, again } = useApi(props, 'summary', undefined, summaryOf)
  return (
    <Loading loaded={loaded} again={again} missing={say('noFigures')}>
      {summary => <Figures {...summary} />}
    </Loading>
  )
}

function Figures({ space, currency, isInvented, revenue, openDeals, winRate, trend }: Summary) {
  return (
    <>
      {space && <h3>{say('figuresOf', { space })}</h3>}
      <dl class="figures">
        {revenue && (
          <FigureItem
            name={say('revenueOfQuarter')}
            value={money(String(revenue.value), currency)}
            under={shareWords(revenue)}
          />
        )}
        {openDeals && (
          <FigureItem
            name={say('openDeals')}
            value={plain.format(openDeals.count)}
            under={worthWords(openDeals.value, currency)}
          />
        )}
        {winRate && (
          <FigureItem
            name={say('winRate')}
            value={percent.format(winRate.value)}
            under={pointsWords(winRate)}
          />
        )}
      </dl>
      {trend.length > 0 && <Trend trend={trend} currency={currency} />}
      {isInvented && <p class="small muted">{say('inventedFigures')}</p>}
    </>
  )
}

function FigureItem({ name, value, under }: { name: string; value?: string; under?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        {under && <span class="small muted">{under}</span>}
      </dd>
    </div>
  )
}

const plain = new Intl.NumberFormat()
const percent = new Intl.NumberFormat(undefined, {
  style: 'unit',
  unit: 'percent',
  maximumFractionDigits: 1,
})
const share = new Intl.NumberFormat(undefined, {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
})
const points = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, signDisplay: 'exceptZero' })

// From nothing, or from a loss, there is no share to speak of.
function shareWords({ value, previous }: Figure): string | undefined {
  return previous !== undefined && previous > 0
    ? say('onQuarter', { change: share.format((value - previous) / previous) })
    : undefined
}

// Percent of percent would be misread.
function pointsWords({ value, previous }: Figure): string | undefined {
  if (previous === undefined) return undefined
  const change = value - previous
  return say(Math.abs(change) === 1 ? 'pointOnQuarter' : 'pointsOnQuarter', {
    change: points.format(change),
  })
}

function worthWords(value: number | undefined, currency: string | undefined): string | undefined {
  const amount = value === undefined ? undefined : money(String(value), currency)
  return amount && say('worth', { amount })
}
