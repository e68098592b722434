import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Given } from '../../src/background/session'
import { restartBrowser, restartWorker, startWorker } from '../fakes/worker'
import { world } from '../fakes/world'

const now = 1_800_000_000_000
const minute = 60_000
const site = 'https://app.futuresimple.com'
const given = (value: string, more: Partial<Given> = {}): Given => ({
  site,
  connection: 'c',
  value,
  expiresAt: now + 10 * minute,
  ...more,
})
const module = () => import('../../src/background/given')
const note = async (...all: Given[]) => {
  for (const one of all) await (await module()).noteGiven(one)
}
const take = async (...args: Parameters<Awaited<ReturnType<typeof module>>['takeGiven']>) =>
  (await (await module()).takeGiven(...args)).map(({ value }) => value)
const stored = (): Given[] => Object(world.storage.session.get('tokens').tokens).given

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now })
  await startWorker()
})

describe('noteGiven', () => {
  it('remembers what a site was handed, once, and in another life, too', async () => {
    await note(given('a'), given('a'), given('b'))
    expect(stored()).toEqual([given('a'), given('b')])
    await restartWorker()
    expect(await take('c', site)).toEqual(['a', 'b'])
  })

  it('writes nothing for what it knows', async () => {
    await note(given('a'))
    const set = vi.spyOn(world.storage.session, 'set')
    await note(given('a', { expiresAt: now + 5 * minute }))
    expect(set).not.toHaveBeenCalled()
  })

  it('tells the same token of two sites and connections apart', async () => {
    await note(given('a'), given('a', { site: 'https://crm.example' }), given('a', { connection: 'd' }))
    expect(stored()).toHaveLength(3)
  })

  it('forgets what has ended meanwhile', async () => {
    await note(given('a', { expiresAt: now + minute }), given('b'))
    vi.setSystemTime(now + minute)
    await note(given('c'))
    expect(stored().map(({ value }) => value)).toEqual(['b', 'c'])
  })

  it('has forgotten it when the browser is started again', async () => {
    await note(given('a'))
    await restartBrowser()
    expect(await take('c')).toEqual([])
  })
})

describe('takeGiven', () => {
  it('takes what that site has of the connection, once', async () => {
    const others = [given('b', { site: 'https://crm.example' }), given('c', { connection: 'd' })]
    await note(given('a'), ...others)
    expect(await take('c', site)).toEqual(['a'])
    expect(await take('c', site)).toEqual([])
    expect(stored()).toEqual(others)
  })

  it('takes what any site has of the connection', async () => {
    await note(given('a'), given('b', { site: 'https://crm.example' }), given('c', { connection: 'd' }))
    expect(await take('c')).toEqual(['a', 'b'])
    expect(stored().map(({ value }) => value)).toEqual(['c'])
  })

  it('gives back what lives, and forgets what has ended', async () => {
    await note(given('a', { expiresAt: now + minute }), given('b'))
    vi.setSystemTime(now + minute)
    expect(await take('c', site)).toEqual(['b'])
    expect(stored()).toEqual([])
  })

  it('writes nothing where there is nothing', async () => {
    const set = vi.spyOn(world.storage.session, 'set')
    expect(await take('c', site)).toEqual([])
    expect(set).not.toHaveBeenCalled()
  })
})
