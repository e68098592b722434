import { afterEach, describe, expect, it, vi } from 'vitest'

const { TZ } = process.env

afterEach(() => {
  if (TZ === undefined) delete process.env.TZ
  else process.env.TZ = TZ
})

/** The function as a browser in that time zone has it. */
async function dayIn(zone: string) {
  process.env.TZ = zone
  vi.resetModules()
  return (await import('../../../src/screens/panel/day')).day
}

describe('day', () => {
  it.each(['America/Los_Angeles', 'UTC', 'Pacific/Auckland'])(
    'is the day that was written, in %s',
    async zone => {
      const day = await dayIn(zone)
      expect(day('2026-11-05')).toMatch(/\b0?5\b/)
    },
  )

  it('is the day of a time as it was here', async () => {
    expect((await dayIn('America/Los_Angeles'))('2026-11-05T03:00:00Z')).toMatch(/\b0?4\b/)
    expect((await dayIn('Pacific/Auckland'))('2026-11-05T22:00:00Z')).toMatch(/\b0?6\b/)
  })

  it('is nothing for something else', async () => {
    const day = await dayIn('UTC')
    expect(day(undefined)).toBeUndefined()
    expect(day('soon')).toBeUndefined()
  })
})
