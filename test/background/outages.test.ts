import { describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/shared/limits'
import { holdBack } from '../fakes/network'
import { connected, renewed, startWithSetup, tokenRequests, withProviders } from '../fakes/providers'
import { wordsOf } from '../fakes/words'
import {
  ask,
  endLife,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import type { Fault } from '../sandbox/sandbox'

const providers = withProviders()
const minute = 60_000
const origin = 'https://auth.play2sell.com'
const passphrase = 'harbour lights at noon'
const down: Partial<Fault> = { status: 503 }

const accessToken = async (id: string, scopes?: string[]) =>
  (await import('../../src/background/broker')).accessToken(id, scopes ? { scopes } : {})

function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() + milliseconds })
}

const trouble = (fault: Partial<Fault> | null) =>
  providers.sandbox.set('salesos', { fault: fault && { path: '/oauth/token', ...fault } })

/** Two SalesOS connections whose access tokens have ended. */
async function two(): Promise<[string, string]> {
  await startWithSetup()
  const first = await connected('salesos')
  providers.person.user = providers.sandbox.users.colleague
  providers.visitor.forget()
  const second = await connected('salesos')
  later(11 * minute)
  providers.sandbox.forget()
  return [first, second]
}

const unreachable = async (id: string) => expect(await wordsOf(accessToken(id))).toBe('provider-unreachable')
const outage = () => view().outages[origin]

describe('an outage', () => {
  it('ends nothing, and is tried again by the next who asks', async () => {
    const [id] = await two()
    trouble(down)
    await unreachable(id)
    expect(view().connections).toMatchObject([
      { status: 'connected', notAnswering: true, nextTry: expect.any(Number) },
      { status: 'connected', notAnswering: true, nextTry: outage()?.nextTry },
    ])
    trouble(null)
    await accessToken(id)
    expect(view().outages).toEqual({})
    for (const connection of view().connections) expect(connection).not.toHaveProperty('notAnswering')
  })

  it('is one, too, when the server talks nonsense: it is not asked by every call', async () => {
    const [id] = await two()
    trouble({ body: '<title>Portal</title>' })
    const told = [await wordsOf(accessToken(id)), await wordsOf(accessToken(id))]
    expect(told).toEqual(Array(2).fill('provider-rejected: nonsense-answer'))
    expect(outage()).toMatchObject({ failures: 2 })
    vi.setSystemTime(outage()?.nextTry ?? 0)
    await wordsOf(accessToken(id))
    vi.setSystemTime(outage()?.nextTry ?? 0)
    await wordsOf(accessToken(id))
    providers.sandbox.forget()
    await unreachable(id)
    expect(tokenRequests(providers.sandbox)).toEqual([])
    trouble(null)
    vi.setSystemTime(outage()?.nextTry ?? 0)
    await accessToken(id)
    expect(view().outages).toEqual({})
  })

  it('is one for all connections of the issuer, with one cool-down', async () => {
    const [first, second] = await two()
    trouble(down)
    await unreachable(first)
    await unreachable(second)
    expect(outage()).toMatchObject({ failures: 2 })
    expect(tokenRequests(providers.sandbox)).toHaveLength(2)
    while ((outage()?.nextTry ?? 0) - Date.now() < 6_000) {
      vi.setSystemTime(outage()?.nextTry ?? 0)
      await unreachable(first)
    }
    // From the second failure on nobody asks before its time.
    providers.sandbox.forget()
    await unreachable(first)
    await unreachable(second)
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })

  it('makes those wait who ask shortly before the next try, and one of them tries', async () => {
    const [first, second] = await two()
    trouble(down)
    await unreachable(first)
    await unreachable(second)
    providers.sandbox.forget()
    const asked = [accessToken(first), accessToken(second)].map(one =>
      one.then(
        () => 'token',
        () => 'refused',
      ),
    )
    await settled()
    expect(tokenRequests(providers.sandbox)).toEqual([])
    trouble(null)
    const held = holdBack(/\/oauth\/token$/)
    vi.advanceTimersByTime((outage()?.nextTry ?? 0) - Date.now())
    await held.reached
    await settled()
    expect(held.count()).toBe(1)
    held.release()
    expect(await Promise.all(asked)).toEqual(['token', 'token'])
    expect(view().outages).toEqual({})
  })

  it('makes nobody wait longer because others of the same connection wait before them', async () => {
    const [id] = await two()
    trouble({ ...down, headers: { 'retry-after': '4' } })
    await unreachable(id)
    const failures = outage()?.failures ?? 0
    const told = Promise.all(Array.from({ length: 4 }, () => unreachable(id)))
    await settled()
    await vi.advanceTimersByTimeAsync((outage()?.nextTry ?? 0) - Date.now())
    await untilView(({ outages }) => (outages[origin]?.failures ?? 0) > failures)
    // No time goes on any more.
    await told
    expect(tokenRequests(providers.sandbox)).toHaveLength(2)
  })

  it('waits ever longer, never beyond five minutes, and never everybody alike', async () => {
    const [id] = await two()
    trouble(down)
    const waits: number[] = []
    for (let failures = 1; failures <= 12; failures += 1) {
      await unreachable(id)
      const { nextTry = 0, failures: counted } = outage() ?? {}
      expect(counted).toBe(failures)
      waits.push(nextTry - Date.now())
      vi.setSystemTime(nextTry)
    }
    waits.forEach((wait, index) => {
      const whole = Math.min(limits.retryMost, limits.retry * 2 ** index)
      expect(wait).toBeGreaterThanOrEqual(whole / 2)
      expect(wait).toBeLessThanOrEqual(whole)
    })
    expect(new Set(waits.slice(-4)).size).toBeGreaterThan(1)
  })

  it.each([
    ['seconds', () => '120'],
    ['a date, by the server’s clock', () => new Date(Date.now() + 120_000).toUTCString()],
  ])('keeps to Retry-After in %s from the first time on', async (_, value) => {
    const [id] = await two()
    trouble({ ...down, headers: { 'retry-after': value() } })
    await unreachable(id)
    const wait = (outage()?.nextTry ?? 0) - Date.now()
    expect(wait).toBeGreaterThan(117_000)
    expect(wait).toBeLessThanOrEqual(120_000)
    trouble(null)
    await unreachable(id)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
    vi.setSystemTime(outage()?.nextTry ?? 0)
    await accessToken(id)
    expect(tokenRequests(providers.sandbox)).toHaveLength(2)
  })

  it('leaves a server alone that asks for no wait at all', async () => {
    const [id] = await two()
    trouble({ ...down, headers: { 'retry-after': '0' } })
    await unreachable(id)
    expect((outage()?.nextTry ?? 0) - Date.now()).toBeGreaterThanOrEqual(limits.retry / 2)
    await vi.advanceTimersByTimeAsync(limits.retry / 4)
    await settled()
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it.each([
    ['while the worker lives', async () => undefined],
    ['before the next start', restartBrowser],
  ])('does not last as long as a clock was ahead that is set right %s', async (_, goesOn) => {
    const [id] = await two()
    later(365 * 24 * 60 * minute)
    trouble(down)
    await unreachable(id)
    await unreachable(id)
    trouble(null)
    later(-365 * 24 * 60 * minute)
    await goesOn()
    await accessToken(id)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
  })

  it('believes no Retry-After of more than an hour', async () => {
    const [id] = await two()
    trouble({ ...down, headers: { 'retry-after': '999999' } })
    await unreachable(id)
    expect((outage()?.nextTry ?? 0) - Date.now()).toBeLessThanOrEqual(60 * minute)
  })

  it('is over by itself once the server answers, and sites hear of it', async () => {
    const [id] = await two()
    trouble(down)
    await unreachable(id)
    trouble(null)
    providers.sandbox.forget()
    await vi.advanceTimersByTimeAsync(limits.retry)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
    await accessToken(id)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('is over by itself also where the token before still lives', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    const { value, expiresAt } = await accessToken(id)
    later(expiresAt - Date.now() - 30_000)
    trouble(down)
    expect((await accessToken(id)).value).toBe(value)
    expect(outage()).toBeDefined()
    trouble(null)
    providers.sandbox.forget()
    await vi.advanceTimersByTimeAsync(limits.retry)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('is over with a refusal of the app, too: the server is there', async () => {
    const [id] = await two()
    trouble(down)
    await unreachable(id)
    trouble({ status: 401, body: { error: 'invalid_client' } })
    await vi.advanceTimersByTimeAsync(limits.retry)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
    for (const connection of view().connections) expect(connection).not.toHaveProperty('notAnswering')
  })

  it('is tried again by an alarm when the worker has died meanwhile', async () => {
    const [id] = await two()
    trouble({ ...down, headers: { 'retry-after': '40' } })
    await unreachable(id)
    endLife()
    trouble(null)
    later(41_000)
    await restartWorker()
    world.ring(`outage:${origin}`)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
  })

  it('is known after a restart of the browser, with its time', async () => {
    const [id] = await two()
    trouble({ ...down, headers: { 'retry-after': '600' } })
    await unreachable(id)
    const before = outage()
    providers.sandbox.forget()
    await restartBrowser()
    expect(outage()).toEqual(before)
    await until(() => world.alarms.has(`outage:${origin}`))
    await unreachable(id)
    await settled()
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })

  it('is left alone while everything is stopped', async () => {
    const [id] = await two()
    trouble(down)
    await unreachable(id)
    await ask(senders.popup(), 'stop', { on: true })
    providers.sandbox.forget()
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'everything was stopped',
      () => ask(senders.popup(), 'stop', { on: true }),
      () => ask(senders.popup(), 'stop', { on: false }),
    ],
    [
      'it was locked',
      () => ask(senders.popup(), 'lock', {}),
      () => ask(senders.popup(), 'unlock', { passphrase }),
    ],
  ])('is over by itself also where its tries came while %s', async (_, stop, goOn) => {
    const [id] = await two()
    await ask(senders.options(), 'setPassphrase', { passphrase })
    trouble(down)
    await unreachable(id)
    await stop()
    trouble(null)
    later(minute)
    world.ring(`outage:${origin}`)
    await settled()
    expect(outage()).toBeDefined()
    await goOn()
    await settled()
    await vi.advanceTimersByTimeAsync(1)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
  })

  it('is not left to a connection that is lost to find out about', async () => {
    const [id, other] = await two()
    trouble(down)
    await unreachable(id)
    trouble(null)
    const { noteFailure } = await import('../../src/background/wellbeing')
    const { AppError } = await import('../../src/shared/errors')
    await noteFailure(id, new AppError('reconnect-required', 'sign-in-again'))
    providers.sandbox.forget()
    await vi.advanceTimersByTimeAsync(limits.retry)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
    expect(view().connections.find(one => one.id === other)).not.toHaveProperty('notAnswering')
  })

  it('of one issuer is none of another’s business', async () => {
    const [id] = await two()
    const sell = await connected('sell')
    trouble(down)
    await unreachable(id)
    expect(view().connections.find(one => one.id === sell)).not.toHaveProperty('notAnswering')
  })

  it('is over when a login there goes well', async () => {
    const [id] = await two()
    trouble(down)
    await unreachable(id)
    trouble(null)
    providers.person.user = providers.sandbox.users.rep
    providers.visitor.forget()
    await renewed('salesos', { connection: id })
    await untilView(({ outages }) => Object.keys(outages).length === 0)
  })

  it('goes with the last connection that had it', async () => {
    const [first, second] = await two()
    trouble(down)
    await unreachable(first)
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() })
    for (const id of [first, second])
      await ask(senders.popup(), 'disconnect', { connection: id, leave: true })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    expect(outage()).toBeDefined()
    vi.setSystemTime(Date.now() + minute)
    world.ring(`outage:${origin}`)
    await untilView(({ outages }) => Object.keys(outages).length === 0)
  })
})
