import { textOf } from '../../../providers/provider'
import { dictionary, listOf } from './json'

/** A figure now and in the period before, where that is told. */
export type Figure = { value: number; previous?: number }

/** What a space has sold and may still sell. Amounts are in `currency`; the win rate is in percent. */
export type Summary = {
  space?: string
  currency?: string
  /** The sandbox made this endpoint up. */
  isInvented: boolean
  revenue?: Figure
  openDeals?: { count: number; value?: number }
  winRate?: Figure
  /** Oldest first; `month` is an ISO month. */
  trend: { month: string; revenue: number }[]
}

/**
 * Reads the answer of `summary`. A figure that is missing or no number is left out; a body that is no summary at all
 * throws a TypeError.
 */
export function summaryOf(body: unknown): Summary {
  const answer = dictionary(body)
  const count = numberOf(answer, 'open_deals', 'count')
  return {
    space: textOf(answer, 'space', 'name'),
    currency: textOf(answer, 'currency'),
    isInvented: answer.sandbox === 'invented',
    revenue: figureOf(answer, 'revenue'),
    openDeals: count === undefined ? undefined : { count, value: numberOf(answer, 'open_deals', 'value') },
    winRate: figureOf(answer, 'win_rate'),
    trend: listOf(answer.trend).flatMap(item => {
      const month = textOf(item, 'month')
      const revenue = numberOf(item, 'revenue')
      return month && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month) && revenue !== undefined
        ? [{ month, revenue }]
        : []
    }),
  }
}

function figureOf(answer: unknown, name: string): Figure | undefined {
  const value = numberOf(answer, name, 'value')
  return value === undefined ? undefined : { value, previous: numberOf(answer, name, 'previous') }
}

function numberOf(value: unknown, ...path: string[]): number | undefined {
  const number = Number(textOf(value, ...path) ?? Number.NaN)
  return Number.isFinite(number) ? number : undefined
}
