import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createClock } from './clock'

const HOUR = 3_600_000

describe('createClock', () => {
  it('moves Date inside run and nowhere else', async () => {
    const moved = createClock()
    const other = createClock()
    moved.advance(HOUR)
    const before = Date.now()
    const [inside, constructed, asText] = await moved.run(async () => {
      await turn()
      return [Date.now(), Date.parse(new Date().toISOString()), Date.parse(Date())]
    })
    expect(inside - before).toBeGreaterThanOrEqual(HOUR)
    expect(inside - before).toBeLessThan(HOUR + 60_000)
    expect(constructed - inside).toBeLessThan(1000)
    expect(asText).toBeGreaterThan(before + HOUR - 2000)
    expect(Date.now() - before).toBeLessThan(60_000)
    expect(other.run(() => Date.now()) - before).toBeLessThan(60_000)
    expect(moved.now() - before).toBeGreaterThanOrEqual(HOUR)
  })

  it('keeps the clocks of concurrent work apart', async () => {
    const late = createClock()
    const early = createClock()
    late.advance(HOUR)
    early.advance(-HOUR)
    const hours = await Promise.all(
      [late, early, late].map(clock =>
        clock.run(async () => {
          await turn()
          return Date.parse(new Date().toISOString())
        }),
      ),
    )
    const now = Date.now()
    expect(hours.map(time => Math.round((time - now) / HOUR))).toEqual([1, -1, 1])
  })

  it('leaves dates with arguments, and instanceof, as they were', () => {
    const clock = createClock()
    clock.advance(HOUR)
    clock.run(() => {
      expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
      expect(new Date('2026-01-02T03:04:05Z').getTime()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5))
      expect(new Date()).toBeInstanceOf(Date)
    })
  })

  it('stands still when held, but for advance', async () => {
    const clock = createClock()
    clock.advance(HOUR)
    clock.hold()
    const held = clock.now()
    // Real time must be seen to pass before standing still means anything.
    for (const start = Date.now(); Date.now() === start; ) await turn()
    expect(clock.now()).toBe(held)
    expect(clock.run(() => Date.now())).toBe(held)
    clock.advance(5)
    expect(clock.now()).toBe(held + 5)
    clock.reset()
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
  })

  it('comes back to real time by reset', () => {
    const clock = createClock()
    clock.advance(HOUR)
    clock.reset()
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
  })
})
