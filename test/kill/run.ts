import { setTimeout as delay } from 'node:timers/promises'
import type { Entry } from '../../src/background/journal'
import { limits } from '../../src/shared/limits'
import type { Seen } from '../sandbox/sandbox'
import type { Choice, Moment } from './choice'
import type { Found, Outcome, Rig, State } from './rig'

/** What the journal can say at a kill: the steps of `src/background/journal.ts`, or that it is empty. */
export const steps = [
  'idle',
  'connect sign-in',
  'connect exchange',
  'connect received',
  'refresh',
  'disconnect due',
  'disconnect revoking',
] as const
export type Step = (typeof steps)[number]

/** One kill: what stood in the journal, and whether the sandbox had a token request that it had not answered yet. */
type Kill = { of: Choice['kills']; steps: Step[]; isTokenCallOut: boolean; isLate: boolean }

/** How a run went. `lost`: the login has to be made anew, which is a fault where the provider could have spared it. */
export type Report = {
  kills: Kill[]
  lost: boolean
  stuck: boolean
  /** Errors of a worker that was being stopped: the browser's APIs refuse it then, and nobody can do about it. */
  last: string[]
  faults: string[]
}

const token = { host: 'auth.play2sell.com', path: '/oauth/token' }
const api = { host: 'api.play2sell.com' }

const life = 60
const soon = 5_000

/** Goes through one run: from what it begins with, over its kill or kills, until everything has come to an end. */
export async function run(rig: Rig, choice: Choice): Promise<Report> {
  const report: Report = { kills: [], lost: false, stuck: false, last: [], faults: [] }
  const pending: Promise<unknown>[] = []
  const kill = async (of: Choice['kills']) => {
    const out = rig.sandbox.saw(token).filter(({ answer }) => answer === 'open')
    const found = await (of === 'worker' ? rig.killWorker() : rig.killBrowser())
    const { disk, saw, isLate } = found
    if (of === 'worker') report.last.push(...(await rig.errors()))
    // One that was answered while the kill was on its way does not count.
    const isTokenCallOut = out.some(({ answer }) => answer !== 'sent')
    report.kills.push({ of, steps: stepsOf(disk.journal), isTokenCallOut, isLate })
    const handedOut = tokenHandedOut(saw)
    if (handedOut && disk.journal.some(({ kind }) => kind === 'refresh'))
      report.faults.push('an access token was used whose refresh was not on disk')
    // What is held back must not hold up whoever comes next.
    rig.sandbox.set('salesos', { fault: null })
    rig.sandbox.release()
    return found
  }
  try {
    await prepare(rig, choice)
    const found = await deeds[choice.deed](rig, choice, kill, pending)
    await rig.restored()
    if (choice.kills === 'worker') await wake(rig, choice, pending)
    await check(rig, choice, found, report)
  } catch (error) {
    report.faults.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
  await Promise.allSettled(pending)
  report.faults.push(...rig.sandbox.violations().map(({ rule, what }) => `violation: ${rule}, ${what}`))
  report.faults.push(...(await rig.errors()).map(text => `error of the extension: ${text}`))
  return report
}

/** What there has to be before the run begins; brings it about where it is not there, by the real ways. */
async function prepare(rig: Rig, { deed, reuseWindowMs }: Choice): Promise<void> {
  const { sandbox } = rig
  await rig.restored()
  sandbox.set('salesos', { fault: null, reuseWindowMs, accessTokenSeconds: life })
  sandbox.forget()
  const [connection] = (await rig.state()).connections
  if (deed === 'first') {
    if (!connection) return
    await rig.moveClock(-limits.undo)
    await rig.asScreen('disconnect', { connection: connection.id })
    await rig.killWorker()
    await rig.asScreen('hello', {})
    await expectState(rig, 'the connection is not gone', ({ connections }) => connections.length === 0)
  } else {
    if (connection?.status !== 'connected') {
      await rig.asScreen('connect', {
        provider: 'salesos',
        ...(connection ? { connection: connection.id } : {}),
      })
      await expectState(rig, 'Connect did not end', isConnected)
    }
    await rig.permit()
    const outcome = await rig.call()
    if (outcome.status !== 200)
      throw new Error(`The run cannot begin: a brokered call gives ${wordsOfOutcome(outcome)}.`)
    if (deed === 'refresh' || deed === 'amid') sandbox.advance('salesos', (life + 1) * 1000)
  }
  sandbox.forget()
}

const isConnected = ({ connections, journal, attempts }: State) =>
  journal.length === 0 && attempts.length === 0 && connections[0]?.status === 'connected'

async function expectState(rig: Rig, fault: string, fits: (state: State) => boolean): Promise<void> {
  const { isFit } = await rig.until(fits, soon)
  if (!isFit) throw new Error(`The run cannot begin: ${fault}.`)
}

type Deed = (
  rig: Rig,
  choice: Choice,
  kill: (of: Choice['kills']) => Promise<Found>,
  pending: Promise<unknown>[],
) => Promise<Found>

const deeds: Record<Choice['deed'], Deed> = {
  first: connecting,
  reconnect: connecting,
  refresh: calling,
  fetch: calling,
  async disconnect(rig, choice, kill) {
    const { moment, waits, kills } = choice
    const connection = await connectionOf(rig)
    if (!waits) await rig.moveClock(-limits.undo)
    if (!('path' in moment)) {
      const asked = rig.asScreen('disconnect', { connection })
      await delay(moment.delay)
      const found = await kill(kills)
      await asked
      return found
    }
    await rig.asScreen('disconnect', { connection })
    if (!waits) await kill('worker')
    hold(rig, moment)
    if (!waits) await rig.asScreen('hello', {})
    await reach(rig, moment, limits.undo + soon)
    return kill(kills)
  },
  async amid(rig, { moment, waits, kills }, kill, pending) {
    const connection = await connectionOf(rig)
    if (!waits) await rig.moveClock(-limits.undo)
    hold(rig, moment)
    pending.push(rig.call())
    await rig.sandbox.waitFor(token, { timeout: soon })
    await rig.asScreen('disconnect', { connection })
    await reach(rig, moment)
    return kill(kills)
  },
  async undo(rig, { moment, waits, kills }, kill, pending) {
    const connection = await connectionOf(rig)
    if (!waits) await rig.moveClock(-limits.undo)
    await rig.asScreen('disconnect', { connection })
    pending.push(rig.asScreen('undo', { connection }))
    await reach(rig, moment)
    return kill(kills)
  },
}

async function connecting(
  ...[rig, { deed, moment, kills }, kill, pending]: Parameters<Deed>
): Promise<Found> {
  const connection = deed === 'reconnect' ? { connection: await connectionOf(rig) } : {}
  hold(rig, moment)
  pending.push(rig.asScreen('connect', { provider: 'salesos', ...connection }))
  await reach(rig, moment)
  return kill(kills)
}

async function calling(...[rig, { moment, kills }, kill, pending]: Parameters<Deed>): Promise<Found> {
  hold(rig, moment)
  pending.push(rig.call())
  await reach(rig, moment)
  return kill(kills)
}

async function connectionOf(rig: Rig): Promise<string> {
  const [connection] = (await rig.state()).connections
  if (!connection) throw new Error('There is no connection.')
  return connection.id
}

function hold(rig: Rig, moment: Moment): void {
  if (!('path' in moment)) return
  const { path, is } = moment
  rig.sandbox.set('salesos', {
    fault: { path, times: 1, ...(is === 'asked' ? { hang: true } : { late: true }) },
  })
}

async function reach(rig: Rig, moment: Moment, timeout = soon): Promise<void> {
  if ('path' in moment) {
    await rig.sandbox.waitFor({ path: moment.path }, { timeout })
    if (moment.is === 'let-go') rig.sandbox.release()
  }
  if ('delay' in moment) await delay(moment.delay)
}

async function wake(rig: Rig, { wakes }: Choice, pending: Promise<unknown>[]): Promise<void> {
  if (wakes === 'screen') {
    await rig.leave()
    await rig.asScreen('hello', {})
  }
  if (wakes === 'use') pending.push(rig.call())
}

function stepsOf(journal: readonly Entry[]): Step[] {
  const found = journal.map((entry): Step => {
    if (entry.kind === 'refresh') return 'refresh'
    return entry.kind === 'connect' ? `connect ${entry.step}` : `disconnect ${entry.step}`
  })
  return found.length > 0 ? found : ['idle']
}

const isRefresh = ({ body }: Seen) => typeof body === 'object' && body.grant_type === 'refresh_token'

/** Whether an API has seen an access token that came with the last refresh. All refreshes of a connection are in line. */
function tokenHandedOut(saw: readonly Seen[]): boolean {
  const last = saw.findLastIndex(seen => seen.path === token.path && isRefresh(seen) && seen.status === 200)
  if (last < 0) return false
  const tokensOf = (requests: readonly Seen[]) =>
    requests.flatMap(({ host, headers }) => (host === api.host ? (headers.authorization ?? []) : []))
  const before = new Set(tokensOf(saw.slice(0, last)))
  return tokensOf(saw.slice(last)).some(value => !before.has(value))
}

function isSettled({ view, journal, unpublished, attempts, connections }: State): boolean {
  return (
    journal.length === 0 &&
    unpublished === 0 &&
    [...attempts, ...view.attempts].every(({ status }) => status === 'failed') &&
    [...connections, ...view.connections].every(({ status }) => status !== 'disconnecting')
  )
}

/** Waits for the end of everything, and holds what there is then against what was there at the kill. */
async function check(
  rig: Rig,
  { reuseWindowMs, waits }: Choice,
  { disk, saw: before, isLate }: Found,
  report: Report,
): Promise<void> {
  const { faults } = report
  const { state, isFit } = await rig.until(isSettled, waits ? limits.alarm + limits.undo + soon : 2 * soon)
  if (!isFit) {
    report.stuck = true
    const { journal, connections, attempts, unpublished } = state
    const open = { journal: stepsOf(journal), unpublished }
    const status = [...connections, ...attempts].map(one => one.status)
    faults.push(`stuck: ${JSON.stringify({ ...open, status })}`)
    return
  }
  const at = stepsOf(disk.journal)
  const hadArrived = before.some(({ path }) => path === '/userinfo')
  const wasConnecting = disk.attempts.some(({ status }) => status !== 'failed')
  if (hadArrived && wasConnecting && !at.includes('connect received'))
    faults.push('a login had arrived, and the journal does not have it')
  const isEnding = disk.journal.some(({ kind }) => kind === 'disconnect')
  const isThere = !isEnding && (disk.connections.length > 0 || hadArrived || at.includes('connect received'))

  if (state.connections.length !== (isThere ? 1 : 0)) {
    faults.push(`there are ${state.connections.length} connections, and ${isThere ? 1 : 0} should be`)
    return
  }
  if (at.includes('connect received') && state.attempts.length > 0)
    faults.push(`a login that was on disk ended as ${state.attempts[0]?.fault?.code}`)
  if (isEnding && !rig.sandbox.saw({ path: '/oauth/revoke' }).some(({ status }) => status === 200))
    faults.push('the provider was not told of the Disconnect')
  if (!isThere) return

  let outcome = await rig.call()
  if (outcome.code === 'not-permitted') {
    await rig.permit()
    outcome = await rig.call()
  }
  if (outcome.status === 200) return
  const { fault } = state.connections[0] ?? {}
  report.lost = outcome.code === 'reconnect-required'
  const hasRotated = before.some(seen => isRefresh(seen) && seen.status === 200)
  // A journal that was read late may already have been seen to by the next worker.
  const wasOut = at.includes('refresh') || isLate
  const couldNotHelp = reuseWindowMs === 0 && hasRotated && !tokenHandedOut(before) && wasOut
  if (!report.lost || !couldNotHelp || fault?.reason !== 'renewal-lost')
    faults.push(
      `a brokered call gives ${wordsOfOutcome(outcome)}; the connection says ${JSON.stringify(fault)}`,
    )
}

function wordsOfOutcome({ status, code, reason }: Outcome): string {
  return status === undefined ? [code, reason].filter(Boolean).join(' ') : String(status)
}
