import { describe, expect, it } from 'vitest'
import { summaryOf } from '../../../../src/screens/panel/blocks/sellytics-summary'

const answer = {
  sandbox: 'invented',
  space: { id: 'space-north', name: 'North' },
  currency: 'EUR',
  revenue: { value: 560_000, previous: 500_000 },
  open_deals: { count: 37, value: 1_264_000 },
  win_rate: { value: 34, previous: 31 },
  trend: [{ month: '2026-09', revenue: 189_100 }],
}

describe('summaryOf', () => {
  it('reads all of it', () => {
    expect(summaryOf(answer)).toEqual({
      space: 'North',
      currency: 'EUR',
      isInvented: true,
      revenue: { value: 560_000, previous: 500_000 },
      openDeals: { count: 37, value: 1_264_000 },
      winRate: { value: 34, previous: 31 },
      trend: [{ month: '2026-09', revenue: 189_100 }],
    })
  })

  it('says of nothing but the sandbox that it is invented', () => {
    expect(summaryOf({ ...answer, sandbox: undefined }).isInvented).toBe(false)
  })

  it('leaves out figures that are missing or none', () => {
    const revenue = { value: 'much', previous: 1 }
    expect(summaryOf({ ...answer, revenue, open_deals: {}, win_rate: { value: '34.5' } })).toMatchObject({
      revenue: undefined,
      openDeals: undefined,
      winRate: { value: 34.5, previous: undefined },
    })
  })

  it('leaves out months that are none', () => {
    const trend = [{ month: '2026-13', revenue: 1 }, { month: '2026-10' }, { month: '2026-11', revenue: 3 }]
    expect(summaryOf({ ...answer, trend }).trend).toEqual([{ month: '2026-11', revenue: 3 }])
  })

  it.each([null, [], {}, 'text', { trend: {} }])('throws a TypeError for %j', body => {
    expect(() => summaryOf(body)).toThrow(TypeError)
  })
})
