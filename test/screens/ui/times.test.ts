import { describe, expect, it } from 'vitest'
import { ago } from '../../../src/screens/ui/times'

const minute = 60_000

describe('ago', () => {
  it.each([
    [59_999, undefined],
    [-minute, undefined],
    [minute, '1 minute ago'],
    [3.9 * minute, '3 minutes ago'],
    [60 * minute, '1 hour ago'],
    [47 * 60 * minute, '1 day ago'],
    [48 * 60 * minute, '2 days ago'],
  ])('says %i milliseconds as %s', (length, words) => {
    expect(ago(10_000_000, 10_000_000 + length)).toBe(words)
  })
})
