import { beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/shared/limits'
import { shippedHosts } from '../fakes/providers'
import { ask, send, senders, startWorker } from '../fakes/worker'
import { world } from '../fakes/world'

const start = 1_800_000_000_000
const origin = 'https://crm.example'

describe('admit', () => {
  beforeEach(() => vi.resetModules())

  const admitted = async (times: number, at = start, who = origin) => {
    const { admit } = await import('../../src/background/rate')
    let count = 0
    for (let index = 0; index < times; index += 1)
      try {
        admit(who, at)
        count += 1
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate-limited' })
      }
    return count
  }

  it('lets an origin ask 1,500 times at once, and 50 times a second after that', async () => {
    expect(await admitted(1_600)).toBe(1_500)
    expect(await admitted(100, start + 1_000)).toBe(50)
    expect(await admitted(100, start + 1_010)).toBe(0)
    expect(await admitted(100, start + 1_020)).toBe(1)
  })

  it('fills up to the burst and not beyond', async () => {
    await admitted(1_500)
    expect(await admitted(2_000, start + 3_600_000)).toBe(limits.rateBurst)
  })

  it('counts each origin by itself', async () => {
    await admitted(1_500)
    expect(await admitted(10)).toBe(0)
    expect(await admitted(10, start, 'https://other.example')).toBe(10)
  })

  it('gives nothing for a clock that was set back, and goes on', async () => {
    await admitted(1_500)
    expect(await admitted(10, start - 3_600_000)).toBe(0)
    expect(await admitted(100, start - 3_600_000 + 1_000)).toBe(50)
  })

  it('keeps an empty bucket in mind among ever so many origins', async () => {
    await admitted(1_500)
    for (let index = 0; index < limits.rateOrigins + 10; index += 1)
      await admitted(1, start + 1, `https://${index}.example`)
    expect(await admitted(10, start + 1)).toBe(0)
  })
})

describe('serve', () => {
  beforeEach(async () => {
    world.granted = new Set(shippedHosts)
    await startWorker()
  })

  it('tells a site that asks too often, whatever it asks, and no other', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: start })
    world.grant('https://other.example/*')
    await ask(senders.popup(), 'useSite', { origin: 'https://other.example' })
    const message = { dealpass: 'request', name: 'connections', input: {} }
    const asked = await Promise.all(
      Array.from({ length: limits.rateBurst }, () => send(senders.site(), message)),
    )
    expect(asked.every(({ ok }) => ok)).toBe(true)
    for (const name of ['connections', 'fetch', 'disconnect'])
      expect(await send(senders.site(), { ...message, name })).toMatchObject({
        ok: false,
        error: { code: 'rate-limited', message: expect.stringContaining('too often') },
      })
    expect(await send(senders.site('https://other.example'), message)).toMatchObject({ ok: true })
    await ask(senders.popup(), 'hello', {})
    vi.setSystemTime(start + 1_000)
    expect(await send(senders.site(), message)).toMatchObject({ ok: true })
  })
})
