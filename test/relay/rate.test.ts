import { expect, it } from 'vitest'
import { createRate } from '../../src/relay/rate'

it('gives whoever asks oftener than they may what they may, and no less', () => {
  let now = 0
  const count = createRate(60, () => now)
  const isTaken = () => {
    try {
      count('user:mia')
      return true
    } catch {
      return false
    }
  }
  for (let asked = 0; asked < 60; asked += 1) expect(isTaken()).toBe(true)
  let taken = 0
  // Ten a second, for a minute, of which one a second is theirs.
  for (let asked = 0; asked < 600; asked += 1) {
    now += 100
    if (isTaken()) taken += 1
  }
  expect(taken).toBeGreaterThanOrEqual(59)
  expect(taken).toBeLessThanOrEqual(60)
})
