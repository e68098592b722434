import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { clients } from '../setup'
import type { SellyticsSwitches } from './sellytics'
import { DATA_SCOPE, type SellyticsTokens } from './tokens'

/** What a space has sold, month by month of the year, in whole euros, and what is open. */
type Space = {
  id: string
  name: string
  revenue: readonly number[]
  openDeals: { count: number; value: number }
  /** Percent of decided deals that were won, last quarter and the one before. */
  winRate: { value: number; previous: number }
  cycleDays: { value: number; previous: number }
  dealSize: number
}

const { sellyticsNorth, sellyticsSouth } = clients

// biome-ignore format: twelve months on a line read as a year
const spaces: Record<string, Space> = {
  [sellyticsNorth.id]: {
    id: 'space-north',
    name: sellyticsNorth.name,
    revenue: [148_200, 139_700, 171_400, 158_900, 164_300, 182_600, 151_800, 143_500, 189_100, 196_400, 203_700, 224_900],
    openDeals: { count: 37, value: 1_264_000 },
    winRate: { value: 34, previous: 31 },
    cycleDays: { value: 41, previous: 44 },
    dealSize: 18_400,
  },
  [sellyticsSouth.id]: {
    id: 'space-south',
    name: sellyticsSouth.name,
    revenue: [92_600, 97_300, 88_100, 104_500, 99_800, 95_200, 83_400, 78_900, 101_700, 96_300, 91_500, 108_200],
    openDeals: { count: 22, value: 587_500 },
    winRate: { value: 27, previous: 29 },
    cycleDays: { value: 52, previous: 49 },
    dealSize: 11_200,
  },
}

const PERIODS: Record<string, number> = { month: 1, quarter: 3, year: 12 }

/** The figures of `count` whole months, oldest first; the last one ended before `skip` further months. */
function monthsBefore({ revenue }: Space, count: number, skip = 0): { month: string; revenue: number }[] {
  const now = new Date()
  return Array.from({ length: count }, (_one, index) => {
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - skip - count + index))
    // Years before this one sold a little less, or a year would equal the one before.
    const growth = 0.93 ** (now.getUTCFullYear() - first.getUTCFullYear())
    const value = Math.round((revenue[first.getUTCMonth()] ?? 0) * growth)
    return { month: first.toISOString().slice(0, 7), revenue: value }
  })
}

const revenueOf = (space: Space, count: number, skip?: number) =>
  monthsBefore(space, count, skip).reduce((sum, { revenue }) => sum + revenue, 0)

/**
 * Makes the DATA API. INVENTED: sellytics documents how to get a token and no address or resource to use it at, so
 * every path, field and error here is ours, and every answer says so in `sandbox`.
 */
export function createDataApi(
  switches: SellyticsSwitches,
  tokens: SellyticsTokens,
): { app: Hono; reset(): void } {
  const app = new Hono()
  const recent = new Map<string, number[]>()

  const send = (context: Context, body: object, status?: ContentfulStatusCode) =>
    context.json({ sandbox: 'invented', ...body }, status, { 'cache-control': 'no-store' })

  const fail = (context: Context, status: ContentfulStatusCode, code: string, message: string) =>
    send(context, { error: { code, message } }, status)

  const secondsToWait = (key: string): number => {
    const now = Date.now()
    const calls = (recent.get(key) ?? []).filter(at => at > now - 60_000 && at <= now)
    const [oldest] = calls
    const isOver = calls.length >= switches.requestsPerMinute
    if (!isOver) calls.push(now)
    recent.set(key, calls)
    return isOver ? Math.ceil(((oldest ?? now) + 60_000 - now) / 1000) : 0
  }

  const allow = (use: (context: Context, space: Space) => Response) => (context: Context) => {
    const token = /^bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
    const claims = tokens.read(token)
    const space = spaces[claims?.azp ?? '']
    if (claims?.typ !== 'Bearer' || !space) {
      context.header('www-authenticate', 'Bearer error="invalid_token"')
      return fail(context, 401, 'invalid_token', 'The access token is missing, expired, revoked or not ours')
    }
    if (!claims.scope.split(' ').includes(DATA_SCOPE))
      return fail(context, 403, 'insufficient_scope', `The access token lacks the scope ${DATA_SCOPE}`)
    const wait = secondsToWait(claims.azp)
    if (wait) {
      context.header('retry-after', String(wait))
      return fail(context, 429, 'too_many_requests', 'This key has made too many requests in a minute')
    }
    return use(context, space)
  }

  const about = ({ id, name }: Space) => ({ space: { id, name }, currency: 'EUR' })

  app.get(
    '/data/v1/summary',
    allow((context, space) =>
      send(context, {
        ...about(space),
        as_of: new Date().toISOString(),
        revenue: { value: revenueOf(space, 3), previous: revenueOf(space, 3, 3) },
        open_deals: space.openDeals,
        win_rate: space.winRate,
        trend: monthsBefore(space, 6),
      }),
    ),
  )

  app.get(
    '/data/v1/kpis',
    allow((context, space) => {
      const period = context.req.query('period') ?? 'month'
      const months = PERIODS[period]
      if (!months) return fail(context, 400, 'invalid_period', 'period must be month, quarter or year')
      const revenue = { value: revenueOf(space, months), previous: revenueOf(space, months, months) }
      const won = (sum: number) => Math.round(sum / space.dealSize)
      return send(context, {
        ...about(space),
        period: {
          name: period,
          from: monthsBefore(space, months)[0]?.month,
          to: monthsBefore(space, 1)[0]?.month,
        },
        kpis: [
          { id: 'revenue', label: 'Revenue', unit: 'EUR', ...revenue },
          {
            id: 'won_deals',
            label: 'Won deals',
            unit: 'deals',
            value: won(revenue.value),
            previous: won(revenue.previous),
          },
          { id: 'win_rate', label: 'Win rate', unit: 'percent', ...space.winRate },
          { id: 'sales_cycle', label: 'Sales cycle', unit: 'days', ...space.cycleDays },
        ],
      })
    }),
  )

  app.notFound(context => fail(context, 404, 'not_found', 'There is nothing at this path'))

  return { app, reset: () => recent.clear() }
}
