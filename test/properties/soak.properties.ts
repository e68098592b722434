import { describe, expect, it, vi } from 'vitest'
import type { Tokens } from '../../src/background/session'
import { limits, renewalMargin } from '../../src/shared/limits'
import { FakeEvent } from '../fakes/event'
import { ask, restartBrowser, senders, startWorker, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { dropTimers, pass, quiet, timerCount } from './clock'
import { isLong } from './form'
import { die, newProfile, peek, revive } from './profile'
import { hosts } from './providers'

const minute = 60_000
const hour = 60 * minute
const stores = [
  'connections',
  'credentials',
  'clientSecrets',
  'keys',
  'permits',
  'sites',
  'attempts',
  'departures',
  'journal',
  'kept',
]

/** All that could grow, as far as it can be seen from outside. */
function figures(): Record<string, number> {
  const session = Object.fromEntries(world.storage.session.values)
  const { tokens } = session as { tokens: Tokens }
  const listeners = Object.values(world).filter(one => one instanceof FakeEvent)
  return {
    ...Object.fromEntries(stores.map(store => [store, peek(store).size])),
    receipts: peek('receipts').size,
    'session keys': Object.keys(session).length,
    'session size': JSON.stringify(session).length,
    held: Object.keys(tokens.held).length,
    given: tokens.given.length,
    tickets: Object.keys(tokens.tickets).length,
    panels: Object.keys(tokens.panels).length,
    questions: Object.keys(tokens.questions).length,
    refreshing: tokens.refreshing.length,
    unpublished: tokens.unpublished,
    alarms: world.alarms.size,
    'living listeners': listeners.reduce(
      (sum, { listeners: all }) => sum + [...all.values()].filter(({ isOver }) => !isOver).length,
      0,
    ),
    timers: timerCount(),
    ports: world.channels.size,
    windows: world.windows.size,
  }
}

describe('a week', () => {
  it('leaves no more behind than a day', async () => {
    const started = performance.now()
    const server = await newProfile()
    server.window = 30_000
    const panels: { id: string; host: string; scopes: string[] | undefined }[] = []
    for (const [index, host] of [hosts[0], hosts[0], hosts[1]].entries()) {
      server.person = `user-${index}`
      const before = new Set(view().connections.map(({ id }) => id))
      await ask(senders.popup(), 'connect', { provider: host.split('.')[1] ?? '' })
      await quiet()
      const id = view().connections.find(one => !before.has(one.id))?.id ?? ''
      panels.push({ id, host, scopes: undefined }, { id, host, scopes: ['read'] })
      // Widgets on a page of a CRM, beside what asks for whole tokens.
      const { grant } = await import('../../src/background/permits')
      const { documentId: page = '', origin: site = '' } = senders.site()
      const provider = host.split('.')[1] ?? ''
      const connection = view().connections.find(one => one.id === id)
      if (!connection) throw new Error('Not connected')
      const asked = { provider, connection: id, use: 'fetch', access: 'read', scopes: ['read'] } as const
      await grant({ site, page, tabId: 1 }, [{ ask: { ...asked, scopes: ['read'] }, connection }], 'always')
    }
    let asks = 0
    const failures: Record<string, number> = {}
    let hoursOfUse = 0
    const every = (isLong ? 3 : 10) * minute

    const look = async () => {
      const { accessToken } = await import('../../src/background/broker')
      for (const { id, host, scopes } of panels) {
        asks += 1
        const input = { provider: host.split('.')[1] ?? '', connection: id, path: `leads?at=${asks}` }
        const asked = scopes ? ask(senders.site(), 'fetch', input) : accessToken(id)
        let isOver = false
        const over = asked
          .catch((error: unknown) => {
            failures[String(Object(error).code)] = (failures[String(Object(error).code)] ?? 0) + 1
          })
          .finally(() => {
            isOver = true
          })
        await quiet()
        // Shortly before the next try of a server that is down, whoever asks waits for it.
        for (let second = 0; !isOver && second < 10; second += 1) await pass(1_000)
        await over
      }
      await quiet()
    }

    /** Nine hours of work: panels ask, the worker dies every few minutes, and the network is away twice. */
    const work = async () => {
      await restartBrowser()
      await pass(0)
      const end = Date.now() + 9 * hour
      for (let round = 0; Date.now() < end; round += 1) {
        const at = end - Date.now()
        const isOffline = (at < 6.1 * hour && at > 5.4 * hour) || (at < 2.1 * hour && at > 1.9 * hour)
        for (const host of hosts) server.mode[host] = isOffline ? 'down' : 'well'
        await look()
        await pass(every)
        if (round % 2 === 1) {
          await die()
          await revive()
        }
      }
      server.mode = {}
      await look()
      hoursOfUse += 9
    }

    const night = async () => {
      // The computer sleeps: its clock goes on, and no timer or alarm comes.
      await die()
      const alarms = new Map(world.alarms)
      world.alarms.clear()
      vi.setSystemTime(Date.now() + 15 * hour)
      for (const [name, when] of alarms) world.alarms.set(name, when)
      dropTimers()
      await startWorker()
      await pass(0)
    }

    const settle = async () => {
      // Limits of requests that have long been answered stand until their time.
      await pass(limits.request + limits.retry)
      await quiet()
      return figures()
    }

    const seen: Record<string, number>[] = []
    for (let day = 1; day <= 7; day += 1) {
      await work()
      seen.push(await settle())
      await night()
    }
    const [first = {}, last = {}] = [seen[0], seen.at(-1)]
    console.log(
      Object.keys(first)
        .map(name => `${name.padEnd(18)}${first[name]} ${last[name]}`)
        .join('\n'),
    )
    // Digits of times and tokens come and go.
    const { 'session size': sizeAtFirst = 0, receipts: _, ...counts } = first
    const { 'session size': sizeAtLast = 0, receipts = 0, ...countsAtLast } = last
    expect(countsAtLast).toEqual(counts)
    // A line for each hour of uses that went well and of those that did not; their own limits end that.
    expect(receipts).toBeLessThanOrEqual(2 * 3 * (10 * 7 + 1))
    expect(Math.abs(sizeAtLast - sizeAtFirst)).toBeLessThan(200)
    expect(world.takeReports()).toEqual([])
    expect(server.violations).toEqual([])
    expect(view().connections.map(({ status }) => status)).toEqual(['connected', 'connected', 'connected'])
    const life = server.life * 1000
    const perHour = hour / (life - renewalMargin(life))
    const refreshes = server.uses.filter(({ outcome }) => outcome === 'ok').length
    const each = refreshes / panels.length / hoursOfUse
    console.log(
      `soak: ${asks} asks (${JSON.stringify(failures)}), ${server.uses.length} requests, ${refreshes} refreshes in ${hoursOfUse} hours of use, ` +
        `${each.toFixed(2)} per hour, connection and scope set; ${((performance.now() - started) / 1000).toFixed(1)} s`,
    )
    expect(each).toBeGreaterThan(0.8)
    // A night and a restart of the browser cost one more.
    expect(each).toBeLessThan(perHour + 2 / 9 + 0.1)
  })
})
