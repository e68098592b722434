import { describe, expect, it } from 'vitest'
import { exampleConnection as connection } from '../../example'
import { type DrawnNode, openPanel, permittedView } from '../drawn'

const view = permittedView([connection({ id: 'key', provider: 'sellytics', account: null, label: 'North' })])
const summary = {
  sandbox: 'invented',
  space: { id: 'space-north', name: 'North' },
  currency: 'EUR',
  revenue: { value: 560_000, previous: 500_000 },
  open_deals: { count: 37, value: 1_264_000 },
  win_rate: { value: 34, previous: 31 },
  trend: ['2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10'].map((month, index) => ({
    month,
    revenue: 100_000 + index * 20_000,
  })),
}
const invented =
  'Figures from an invented endpoint of the sandbox: sellytics documents no address for its data.'

async function shown(changes: object = {}) {
  const panel = openPanel(view, { 'key summary': { body: { ...summary, ...changes } } })
  await panel.shows('Figures of North')
  return { ...panel, text: panel.block('sellytics').text.replaceAll('\n', ' ') }
}

const chartIn = (root: DrawnNode) =>
  root.find('svg').find(({ attributes }) => attributes.get('role') === 'img')

describe('the sellytics block', () => {
  it('shows the figures with what changed', async () => {
    const { text, calls } = await shown()
    expect(calls).toEqual(['key summary'])
    expect(text).toMatch(/Connected as North/)
    expect(text).toMatch(/Revenue of the quarter .*560.000.* \+12.?% on the quarter before/)
    expect(text).toMatch(/Open deals 37 worth .*1.264.000/)
    expect(text).toMatch(/Win rate 34.?% \+3 points on the quarter before/)
    expect(text).toContain('€')
  })

  it.each([
    [{ revenue: { value: 450_000, previous: 500_000 } }, /quarter .*450.000.* -10.?% on the quarter before/],
    [{ revenue: { value: 5, previous: 0 } }, /Revenue of the quarter \S*5\S* Open deals/],
    [{ win_rate: { value: 30, previous: 31 } }, /30.?% -1 point on/],
    [{ win_rate: { value: 31, previous: 31 } }, /31.?% 0 points on/],
    [{ win_rate: { value: 31 } }, /Win rate 31.?% (?!.*on the quarter)/],
    [{ open_deals: { count: 0 } }, /Open deals 0 Win rate/],
  ])('says what changed by %j', async (changes, words) => {
    expect((await shown(changes)).text).toMatch(words)
  })

  it('draws six months, the highest as high as it goes, and says them in a sentence', async () => {
    const earlier = { month: '2026-04', revenue: 900_000 }
    const { root } = await shown({ trend: [earlier, ...summary.trend] })
    const trend = chartIn(root)
    const amounts = trend?.name?.match(
      /^Revenue by month: May 2026 .*100.000, June 2026 .*October 2026 .*200.000\.$/,
    )
    expect(amounts).not.toBeNull()
    const heights = trend?.find('rect').map(({ attributes }) => Number(attributes.get('height')))
    expect(heights).toHaveLength(6)
    expect(heights?.[0]).toBeCloseTo((heights?.[5] ?? 0) / 2)
  })

  it('draws no bar for a month without revenue, and no chart without months', async () => {
    const months = await shown({ trend: [{ month: '2026-10', revenue: -5 }] })
    expect(months.root.find('rect').map(({ attributes }) => attributes.get('height'))).toEqual(['0'])
    expect(chartIn((await shown({ trend: [] })).root)).toBeUndefined()
  })

  it('says where the figures are from when the sandbox made them up, and only then', async () => {
    expect((await shown()).text).toContain(invented)
    expect((await shown({ sandbox: undefined })).text).not.toContain(invented)
  })

  it('reads them once, whatever page is shown', async () => {
    const { calls, go, text } = await shown()
    go('/leads/1')
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(text).toContain('560')
    expect(calls).toEqual(['key summary'])
  })
})
