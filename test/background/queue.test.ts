import { describe, expect, it } from 'vitest'
import { inOrder } from '../../src/background/queue'
import { settled } from '../fakes/worker'

/** A job that notes its beginning and its end, and ends when told to. */
function job(notes: string[], name: string) {
  let end = (_value: string) => {}
  let fail = (_error: Error) => {}
  const run = () => {
    notes.push(`${name} begins`)
    return new Promise<string>((resolve, reject) => {
      end = resolve
      fail = reject
    }).finally(() => notes.push(`${name} ends`))
  }
  return { run, end: (value: string) => end(value), fail: (error: Error) => fail(error) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('inOrder', () => {
  it('runs jobs of one key one after the other, in the order of the calls', async () => {
    const notes: string[] = []
    const [first, second] = [job(notes, 'first'), job(notes, 'second')]
    const results = Promise.all([inOrder('key', first.run), inOrder('key', second.run)])
    await turn()
    expect(notes).toEqual(['first begins'])
    first.end('1')
    await turn()
    expect(notes).toEqual(['first begins', 'first ends', 'second begins'])
    second.end('2')
    expect(await results).toEqual(['1', '2'])
  })

  it('runs jobs of different keys side by side', async () => {
    const notes: string[] = []
    const [first, second] = [job(notes, 'first'), job(notes, 'second')]
    const results = Promise.all([inOrder('one', first.run), inOrder('other', second.run)])
    await turn()
    expect(notes).toEqual(['first begins', 'second begins'])
    first.end('1')
    second.end('2')
    await results
  })

  it('goes on after a failed job, whose failure only its own caller hears of', async () => {
    const notes: string[] = []
    const first = job(notes, 'first')
    const failing = inOrder('key', first.run)
    const next = inOrder('key', async () => 'fine')
    await turn()
    first.fail(new Error('no'))
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('fine')
  })

  it('begins a job at once when the queue has run empty', async () => {
    await inOrder('key', async () => undefined)
    const notes: string[] = []
    const later = job(notes, 'later')
    const result = inOrder('key', later.run)
    await turn()
    expect(notes).toEqual(['later begins'])
    later.end('done')
    expect(await result).toBe('done')
  })
})

/** A promise that a test resolves; Node 20 has no `Promise.withResolvers`. */
function gate<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

describe('alone', () => {
  it('waits for what is under way, and lets nothing begin before it is over', async () => {
    const { alone, inOrder } = await import('../../src/background/queue')
    const done: string[] = []
    const gates = [gate<void>(), gate<void>()] as const
    const before = inOrder('a', () => gates[0].promise.then(() => done.push('before')))
    const only = alone(() => gates[1].promise.then(() => done.push('alone')))
    const after = [
      inOrder('a', async () => done.push('after, a')),
      inOrder('b', async () => done.push('after, b')),
    ]
    gates[1].resolve()
    await settled()
    expect(done).toEqual([])
    gates[0].resolve()
    await Promise.all([before, only, ...after])
    expect(done.slice(0, 2)).toEqual(['before', 'alone'])
    expect(done.slice(2).sort()).toEqual(['after, a', 'after, b'])
  })

  it('does not keep others waiting when it fails', async () => {
    const { alone, inOrder } = await import('../../src/background/queue')
    const failed = alone(() => Promise.reject(new Error('no')))
    const after = inOrder('a', async () => 'after')
    await expect(failed).rejects.toThrow('no')
    expect(await after).toBe('after')
  })
})

describe('atMost', () => {
  it('runs so many of a key at once, the others in their order, whatever becomes of each', async () => {
    const { atMost } = await import('../../src/background/queue')
    const begun: number[] = []
    const gates = Array.from({ length: 5 }, () => gate<number>())
    const jobs = gates.map((gate, index) =>
      atMost(2, 'a', () => {
        begun.push(index)
        return gate.promise
      }),
    )
    const other = atMost(2, 'b', async () => 'another key')
    expect(await other).toBe('another key')
    expect(begun).toEqual([0, 1])
    gates[1]?.reject(new Error('no'))
    await expect(jobs[1]).rejects.toThrow('no')
    expect(begun).toEqual([0, 1, 2])
    for (const [index, gate] of gates.entries()) gate.resolve(index)
    expect(await Promise.allSettled(jobs)).toMatchObject([
      { value: 0 },
      { status: 'rejected' },
      { value: 2 },
      { value: 3 },
      { value: 4 },
    ])
    expect(begun).toEqual([0, 1, 2, 3, 4])
  })
})
