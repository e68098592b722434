import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../src/shared/errors'
import { type PathTemplate, type Receipt, receiptNews } from '../../src/shared/receipt'
import { startWithSetup } from '../fakes/providers'
import { endLife, onDisk, restartWorker, settled, startWorker, until } from '../fakes/worker'
import { sandboxSetup } from '../sandbox/setup'

const start = Date.UTC(2026, 9, 5, 12)
const second = 1_000
const hour = 3_600_000
const day = 24 * hour

const site = 'https://crm.example'
const path = '/v2/leads/:id' as PathTemplate
const use = { site, provider: 'sell', connection: 'ada', use: 'fetch', method: 'GET', path } as const
const refusal = { kind: 'refused', site, provider: 'sell', fault: { code: 'not-permitted' } } as const
const allowed = { kind: 'allowed', site, provider: 'sell', connection: 'ada' } as const

/** The module of the life that runs now. */
const receipts = () => import('../../src/background/receipts')

async function written(): Promise<Receipt[]> {
  return ((await onDisk()).receipts ?? []) as Receipt[]
}

/** What is on disk, as few words of each line as tell it. */
async function counts(): Promise<[number, number][]> {
  return (await written()).map(({ id, count }) => [id, count])
}

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await settled()
}

/** Puts lines on disk that an earlier life is to have written. */
async function put(lines: Receipt[]): Promise<void> {
  const { write } = await import('../../src/background/vault')
  await write(async stores => {
    for (const line of lines) await stores.receipts.put(line)
  })
}

const lineAt = (id: number, at: number): Receipt => ({ ...allowed, id, at, since: at, count: 1 })
const ruled = (keepReceiptsDays: number) => ({ ...sandboxSetup(), rules: { keepReceiptsDays } })

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start })
  await startWorker()
})

describe('record', () => {
  it.each(['asked', 'allowed', 'denied', 'refused', 'ended'] as const)('writes %s at once', async kind => {
    const { record } = await receipts()
    await record({ kind, site, provider: 'sell' })
    expect(await written()).toEqual([
      { id: 1, kind, site, provider: 'sell', at: start, since: start, count: 1 },
    ])
  })

  it('gives lines that come at once ids of their own, in their order', async () => {
    const { record } = await receipts()
    const kinds = ['asked', 'allowed', 'ended', 'asked', 'denied'] as const
    await Promise.all(kinds.map(kind => record({ kind, site })))
    expect((await written()).map(({ id, kind }) => [id, kind])).toEqual(
      kinds.map((kind, at) => [at + 1, kind]),
    )
  })

  it('writes while another write is under way', async () => {
    const { record } = await receipts()
    const first = record(allowed)
    await new Promise(resolve => setImmediate(resolve))
    await Promise.all([first, record(allowed), record(allowed)])
    expect(await counts()).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
  })

  it('goes on after the highest id on disk in the next life of the worker', async () => {
    await (await receipts()).record(allowed)
    await restartWorker()
    await (await receipts()).record(allowed)
    endLife()
    await startWorker()
    await (await receipts()).record(allowed)
    expect((await written()).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('writes ten refusals of a kind and counts those that follow in the last of them', async () => {
    const { record } = await receipts()
    for (let time = 0; time < 12; time += 1) await record(refusal)
    expect((await counts()).map(([, count]) => count)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    await pass(second)
    expect((await counts()).map(([, count]) => count)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 3])
    expect((await written()).at(-1)).toMatchObject({ since: start, at: start })
  })

  it('writes no more often for fifty refusals a second', async () => {
    const { record } = await receipts()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    for (let time = 0; time < 500; time += 1) {
      await record(refusal)
      await pass(20)
    }
    await pass(2 * second)
    const lines = await written()
    expect(lines).toHaveLength(10)
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(500)
    // Ten at once, the eleventh to find that out, and one for each second.
    expect(put.mock.calls.length).toBeLessThanOrEqual(23)
  })

  it('counts refusals that come all at once', async () => {
    const { record } = await receipts()
    await Promise.all(Array.from({ length: 50 }, () => record(refusal)))
    expect((await counts()).map(([, count]) => count)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 41])
  })

  it('writes what comes at once in one go', async () => {
    const { record } = await receipts()
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await Promise.all(Array.from({ length: 50 }, () => record(allowed)))
    expect(transaction).toHaveBeenCalledTimes(1)
    expect(await counts()).toHaveLength(50)
  })

  it('counts them by site, provider and fault', async () => {
    const { record } = await receipts()
    for (let time = 0; time < 11; time += 1) await record(refusal)
    await record({ ...refusal, site: 'https://other.example' })
    await record({ ...refusal, provider: 'salesos' })
    await record({ ...refusal, fault: { code: 'stopped' } })
    await record({ ...refusal, fault: { code: 'not-permitted', reason: 'read-only' } })
    expect((await counts()).slice(9)).toEqual([
      [10, 2],
      [11, 1],
      [12, 1],
      [13, 1],
      [14, 1],
    ])
  })

  it('begins a new line of counted refusals each hour, and ten of their own each day', async () => {
    const { record } = await receipts()
    for (let time = 0; time < 11; time += 1) await record(refusal)
    vi.setSystemTime(start + hour)
    await record(refusal)
    await record(refusal)
    await pass(second)
    expect((await counts()).slice(9)).toEqual([
      [10, 2],
      [11, 2],
    ])
    vi.setSystemTime(start + 2 * day)
    await record(refusal)
    await record(refusal)
    expect((await counts()).slice(11)).toEqual([
      [12, 1],
      [13, 1],
    ])
  })

  it('keeps no more than the type has, whatever it is given', async () => {
    const secret = 'a-secret-that-must-not-be-kept'
    const { record, recordUse } = await receipts()
    const fault = new AppError('provider-rejected', 'redirected', { cause: secret, message: secret })
    await record({ ...refusal, fault, ...{ note: secret } })
    recordUse({ ...use, fault, ...{ url: secret } })
    await pass(second)
    expect(JSON.stringify(await written())).not.toContain(secret)
    expect((await written()).map(one => one.fault)).toEqual([
      { code: 'provider-rejected', reason: 'redirected' },
      { code: 'provider-rejected', reason: 'redirected' },
    ])
  })

  it('leaves out what a refused page calls a provider and nobody knows', async () => {
    const { record } = await receipts()
    await record({ ...refusal, provider: 'eyJhbGciOi' })
    expect((await written())[0]).not.toHaveProperty('provider')
  })

  it('is rejected when the disk takes nothing, and goes on when it does again', async () => {
    const { record } = await receipts()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('Full', 'QuotaExceededError')
    })
    await expect(record(allowed)).rejects.toThrow('Full')
    put.mockRestore()
    await record(allowed)
    expect(await counts()).toEqual([[1, 1]])
  })
})

describe('recordUse', () => {
  it('adds up what is the same and writes it within two seconds of the first', async () => {
    const { recordUse } = await receipts()
    recordUse(use)
    await pass(900)
    recordUse(use)
    recordUse(use)
    expect(await written()).toEqual([])
    await pass(1_000)
    expect(await written()).toEqual([
      { ...use, id: 1, kind: 'used', since: start, at: start + 900, count: 3 },
    ])
  })

  it.each([
    ['site', { site: 'https://other.example' }],
    ['connection', { connection: 'bob' }],
    ['use', { use: 'token' }],
    ['method', { method: 'POST' }],
    ['path', { path: '/v2/deals' as PathTemplate }],
    ['fault', { fault: { code: 'provider-rejected' } }],
  ] as const)('tells uses apart by their %s, before and on disk', async (_, other) => {
    const { recordUse } = await receipts()
    for (const part of [1, 2]) {
      recordUse(use)
      recordUse({ ...use, ...other })
      await pass(second)
      expect(await counts()).toEqual([
        [1, part],
        [2, part],
      ])
    }
  })

  it('adds to the line on disk for an hour: a day of polling is 24 lines', async () => {
    const { recordUse } = await receipts()
    for (let time = 0; time < day; time += 10 * 60_000) {
      vi.setSystemTime(start + time)
      recordUse(use)
      await pass(second)
    }
    const lines = await written()
    expect(lines.map(({ count }) => count)).toEqual(Array(24).fill(6))
    expect(lines[1]).toMatchObject({ since: start + hour, at: start + hour + 50 * 60_000 })
  })

  it('adds to what an earlier life wrote', async () => {
    const first = await receipts()
    first.recordUse(use)
    await pass(second)
    await restartWorker()
    const { recordUse } = await receipts()
    recordUse(use)
    await pass(second)
    expect(await counts()).toEqual([[1, 2]])
  })

  it('loses with a worker no more than the last two seconds, and the ids go on', async () => {
    const first = await receipts()
    first.recordUse(use)
    await pass(second)
    first.recordUse({ ...use, method: 'POST' })
    endLife()
    await startWorker()
    await (await receipts()).record(allowed)
    await pass(2 * second)
    expect((await written()).map(({ id, kind, count }) => [id, kind, count])).toEqual([
      [1, 'used', 1],
      [2, 'allowed', 1],
    ])
  })

  it('goes to disk before what is written at once after it', async () => {
    const { record, recordUse } = await receipts()
    recordUse(use)
    await record({ ...allowed, kind: 'ended' })
    expect((await written()).map(({ kind }) => kind)).toEqual(['used', 'ended'])
    await pass(2 * second)
    expect(await counts()).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('never lets a line end before it began when the clock is set back', async () => {
    const { recordUse } = await receipts()
    recordUse(use)
    await pass(second)
    vi.setSystemTime(start - day)
    recordUse(use)
    await pass(second)
    expect(await written()).toMatchObject([{ count: 2, since: start, at: start }])
  })
})

describe('readReceipts', () => {
  it('has what was not written yet, the newest first', async () => {
    const { record, recordUse, readReceipts } = await receipts()
    recordUse(use)
    await record(allowed)
    vi.setSystemTime(start + 5)
    await record({ ...allowed, kind: 'denied' })
    vi.setSystemTime(start + 9)
    recordUse(use)
    const read = await readReceipts()
    expect(read.map(({ kind, count }) => [kind, count])).toEqual([
      ['used', 2],
      ['denied', 1],
      ['allowed', 1],
    ])
    expect((await written()).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('keeps 2,000 and lets the oldest go', async () => {
    await put(Array.from({ length: 2_000 }, (_, index) => lineAt(index + 1, start - 10)))
    const { record, readReceipts } = await receipts()
    expect(await readReceipts()).toHaveLength(2_000)
    await Promise.all([record(allowed), record(allowed)])
    const ids = (await written()).map(({ id }) => id)
    expect(ids).toHaveLength(2_000)
    expect([ids[0], ids.at(-1)]).toEqual([3, 2_002])
  })

  it('keeps 30 days where the setup does not say how many', async () => {
    await put([lineAt(1, start - 30 * day), lineAt(2, start - 30 * day + 1)])
    const { readReceipts } = await receipts()
    expect((await readReceipts()).map(({ id }) => id)).toEqual([2])
    expect((await written()).map(({ id }) => id)).toEqual([2])
  })

  it('keeps as many days as the setup says, and forgets the rest with the next write', async () => {
    await startWithSetup(ruled(7))
    await put([lineAt(1, start - 7 * day), lineAt(2, start - 6 * day)])
    await (await receipts()).record(allowed)
    expect((await written()).map(({ id }) => id)).toEqual([2, 3])
  })

  it('keeps what began before that and has gone on', async () => {
    await put([{ ...lineAt(1, start - 40 * day), at: start - day }])
    expect(await (await receipts()).readReceipts()).toHaveLength(1)
  })

  it('keeps none where the setup says 0 days, and forgets what there was', async () => {
    await startWithSetup(ruled(0))
    await put([lineAt(1, start - 1), lineAt(2, start + day)])
    const { record, recordUse, readReceipts } = await receipts()
    expect(await readReceipts()).toEqual([])
    expect(await written()).toEqual([])
    await record(allowed)
    recordUse(use)
    await pass(2 * second)
    expect(await written()).toEqual([])
  })
})

describe('the news of receipts', () => {
  let channel: BroadcastChannel
  let news: unknown[]

  beforeEach(() => {
    news = []
    channel = new BroadcastChannel(receiptNews)
    channel.onmessage = event => news.push(event.data)
  })
  afterEach(() => channel.close())

  it('is a bare word after each write that changed something', async () => {
    const { record, readReceipts } = await receipts()
    await record(allowed)
    await until(() => news.length === 1)
    expect(news).toEqual(['changed'])
    await readReceipts()
    await settled()
    expect(news).toHaveLength(1)
  })
})
