import { describe, expect, it } from 'vitest'
import { inOrder } from '../../src/background/queue'

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
