import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lately } from '../../src/background/lately'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('lately', () => {
  it('knows for its span what was noted, of each thing alone', () => {
    const failed = lately(1_000)
    expect(failed.was('a')).toBe(false)
    failed.note('a')
    vi.setSystemTime(Date.now() + 999)
    expect(failed.was('a')).toBe(true)
    expect(failed.was('b')).toBe(false)
    vi.setSystemTime(Date.now() + 1)
    expect(failed.was('a')).toBe(false)
  })

  it('knows it no longer when the clock is put back', () => {
    const failed = lately(1_000)
    failed.note('a')
    vi.setSystemTime(Date.now() - 60_000)
    expect(failed.was('a')).toBe(false)
  })

  it('counts from the latest note', () => {
    const failed = lately(1_000)
    failed.note('a')
    vi.setSystemTime(Date.now() + 900)
    failed.note('a')
    vi.setSystemTime(Date.now() + 900)
    expect(failed.was('a')).toBe(true)
  })
})
