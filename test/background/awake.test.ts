import { beforeEach, describe, expect, it, vi } from 'vitest'
import { wordsOf } from '../fakes/words'
import { world } from '../fakes/world'

let awakeDuring: typeof import('../../src/background/awake').awakeDuring

/** Something that is waited for until the test says so. */
function wait() {
  let end = (_: string) => {}
  const over = new Promise<string>(resolve => {
    end = resolve
  })
  return { over, end }
}

beforeEach(async () => {
  ;({ awakeDuring } = await import('../../src/background/awake'))
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})

describe('awakeDuring', () => {
  it('calls the browser more often than it would take to end a silent worker, and gives what was waited for', async () => {
    const { over, end } = wait()
    const awake = awakeDuring(over)
    await vi.advanceTimersByTimeAsync(5 * 60_000)
    expect(world.platformInfos).toBe(15)
    end('here')
    expect(await awake).toBe('here')
    await vi.advanceTimersByTimeAsync(5 * 60_000)
    expect(world.platformInfos).toBe(15)
  })

  it('calls it as often for several, until the last one is over', async () => {
    const [first, second] = [wait(), wait()]
    const awake = [awakeDuring(first.over), awakeDuring(second.over)]
    await vi.advanceTimersByTimeAsync(40_000)
    expect(world.platformInfos).toBe(2)
    first.end('')
    await awake[0]
    await vi.advanceTimersByTimeAsync(40_000)
    expect(world.platformInfos).toBe(4)
    second.end('')
    await awake[1]
    await vi.advanceTimersByTimeAsync(40_000)
    expect(world.platformInfos).toBe(4)
  })

  it('rests after a failure, too, and wakes for the next', async () => {
    expect(await wordsOf(awakeDuring(Promise.reject(new Error('enough'))))).toBe('enough')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.platformInfos).toBe(0)
    void awakeDuring(new Promise(() => undefined))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.platformInfos).toBe(3)
  })
})
