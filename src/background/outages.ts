import { browser } from '../browser'
import { retryAfterOf } from '../oauth/errors'
import { outagePlace } from '../providers/hosts'
import { AppError, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { ConnectionId, Outage } from '../shared/view'
import { tellSites } from './news'
import { watched } from './report'
import { change, session } from './session'
import { allConnections, type Connection, keep, kept, readSnapshot } from './vault'

/** Renews what an outage kept from being renewed; rejects when it could not be. */
type Retry = (connection: ConnectionId, scopes: string[] | undefined) => Promise<unknown>

const alarmPrefix = 'outage:'

const placeOf = ({ provider, addresses }: Connection) => outagePlace(provider, addresses)

/** Tries of token endpoints that failed before: while one is out, nobody else asks. */
const tries = new Map<string, Promise<unknown>>()

/**
 * Makes a request to a token endpoint, or waits with it for up to five seconds from `asked` on (milliseconds since the epoch)
 * while that is left alone, or while somebody else finds out whether it is back. After a first failure nothing is waited for.
 *
 * Throws `provider-unreachable` when the next try is further off, and what the request throws.
 */
export async function inItsTime<T>(
  connection: Connection,
  request: () => Promise<T>,
  asked = Date.now(),
): Promise<T> {
  const place = placeOf(connection)
  const end = asked + limits.patience
  for (;;) {
    const outage = (await session()).view.outages[place]
    if (!outage || outage.failures < 2) return request()
    const wait = waitFor(outage)
    const other = tries.get(place)
    if (wait === 0 && !other) {
      const made = request()
      const over = made.catch(() => undefined).then(() => tries.delete(place))
      tries.set(place, over)
      return made
    }
    if (Date.now() + wait > end) throw unreachable(outage)
    const late = new Promise(resolve => setTimeout(resolve, wait > 0 ? wait : end - Date.now()))
    await Promise.race(wait > 0 ? [late] : [late, other])
    if (Date.now() >= end) throw unreachable(outage)
  }
}

function unreachable({ isOfRelay }: Outage): AppError {
  return new AppError('provider-unreachable', isOfRelay ? 'relay-unreachable' : undefined)
}

/** Counts a failure, and sees to the next try: as late as the server asked (RFC 9110 section 10.2.3), else ever later. */
export async function noteOutage(
  connection: Connection,
  scopes: readonly string[] | undefined,
  error: unknown,
  retry: Retry,
): Promise<void> {
  const place = placeOf(connection)
  const asked = retryAfterOf(error)
  const outage = await change(async stores => {
    const outages = (await kept(stores, 'outages')) ?? {}
    const before = outages[place]
    const failures = (before?.failures ?? 0) + 1
    const now = Date.now()
    const wait = Math.min(limits.retryMost, limits.retry * 2 ** Math.min(failures - 1, 20))
    const next: Outage = {
      since: before?.since ?? now,
      // One that the server has named counts from the first time on. It is the least that the server wants.
      failures: asked === undefined ? failures : Math.max(2, failures),
      nextTry: now + Math.max(jittered(wait), Math.min(asked ?? 0, limits.retryAfterMost)),
      connection: connection.id,
      ...(scopes ? { asked: [...scopes] } : {}),
      ...(faultOf(error).reason === 'relay-unreachable' ? { isOfRelay: true } : {}),
    }
    await keep(stores, 'outages', { ...outages, [place]: next })
    return next
  })
  await schedule(place, outage, retry)
}

/** How long it is until the next try; nothing where no server could have asked for so long: then the clock was set back. */
function waitFor({ nextTry }: Outage): number {
  const wait = nextTry - Date.now()
  return wait > limits.retryAfterMost ? 0 : Math.max(0, wait)
}

// Not all who saw a server fall come back to it in the same moment.
function jittered(wait: number): number {
  return Math.round(wait * (0.5 + Math.random() / 2))
}

/** A token endpoint has answered. The connections that it serves are told to be well. */
export async function endOutage(connection: Connection): Promise<void> {
  const place = placeOf(connection)
  if (!(await session()).view.outages[place]) return
  await browser.alarms.clear(alarmPrefix + place)
  const well = await change(async stores => {
    const { [place]: ended, ...outages } = (await kept(stores, 'outages')) ?? {}
    if (!ended) return []
    await keep(stores, 'outages', outages)
    const served = (await allConnections(stores)).filter(one => placeOf(one) === place)
    for (const { notAnswering, ...well } of served) if (notAnswering) await stores.connections.put(well)
    return served.map(({ id }) => id)
  })
  for (const id of well) await tellSites(id, 'recovered')
}

/** At every start: sees to the tries that are due. */
export async function resumeOutages(retry: Retry): Promise<void> {
  for (const [place, outage] of Object.entries((await session()).view.outages))
    await schedule(place, outage, retry)
}

/** True when the alarm was one of ours. */
export async function outageAlarm(name: string, retry: Retry): Promise<boolean> {
  if (!name.startsWith(alarmPrefix)) return false
  await tryAgain(name.slice(alarmPrefix.length), retry)
  return true
}

async function schedule(place: string, outage: Outage, retry: Retry): Promise<void> {
  // Nobody has missed it for an hour: it is tried again when somebody does.
  if (outage.failures > limits.retries) return
  const wait = waitFor(outage)
  await browser.alarms.create(alarmPrefix + place, { when: Date.now() + Math.max(wait, limits.alarm) })
  // A worker that lives so long need not wait for an alarm, which may not come sooner than in 30 s.
  if (wait < limits.alarm) setTimeout(() => watched('outage', tryAgain(place, retry)), wait)
}

async function tryAgain(place: string, retry: Retry): Promise<void> {
  const { stopped, outages } = (await session()).view
  const outage = outages[place]
  if (stopped || !outage || waitFor(outage) > limits.early) return
  // One that is lost finds nothing out.
  const served = (await readSnapshot()).connections.filter(
    one => placeOf(one) === place && one.fault?.code !== 'reconnect-required',
  )
  const target = served.find(({ id }) => id === outage.connection) ?? served[0]
  if (!target) return dropOutage(place)
  // How it went is noted where it was tried.
  await retry(target.id, target.id === outage.connection ? outage.asked : undefined).catch(() => undefined)
}

/** Nobody is left who had it. */
async function dropOutage(place: string): Promise<void> {
  await change(async stores => {
    const { [place]: _, ...outages } = (await kept(stores, 'outages')) ?? {}
    await keep(stores, 'outages', outages)
  })
}
