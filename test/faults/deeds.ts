import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../../src/shared/limits'
import type { View } from '../../src/shared/view'
import type { Cell } from './cell'
import { isSlow, isTransient, type Operation, ownSkewOf, skewOf } from './faults'
import { connectionOf, type Told, type World } from './world'

/** How an operation is done while something is broken, and how it is done again afterwards. */
export type Deed = {
  /** Whether there is a connection before. */
  isConnectedBefore: boolean
  /** Does it, and gives what it came to, in the words of `expected`. */
  during(world: World, cell: Cell, burst: number): Promise<string>
  /** Shows that all is well again without a person, or by the one click that a person is told to do; throws where it is not. */
  after(world: World, cell: Cell, burst: number): Promise<void>
}

const soon = 8_000
/** A time within which a request that is not answered has been given up, with what waits in line before it. */
const patience = (cell: Cell) => (isSlow(cell.fault) ? limits.request : 0) + 20_000

const words = ({ status, code, reason }: Told) =>
  status === undefined ? [code, reason].filter(Boolean).join(' ') : String(status)

const attemptOf = ({ attempts }: View, { id }: Cell) => attempts.find(({ provider }) => provider === id)
const isConnected = (view: View, cell: Cell) =>
  connectionOf(view, cell)?.status === 'connected' && !attemptOf(view, cell)

/** Connects a cell's provider, or its connection anew, by the one click that this is. */
async function click(world: World, cell: Cell): Promise<void> {
  const view = await world.until('the view is there', () => true, soon)
  const connection = connectionOf(view, cell)?.id
  await world.asScreen('connect', { provider: cell.id, ...(connection ? { connection } : {}) })
  await world.until('a click connects', now => isConnected(now, cell), 30_000)
}

const connecting: Deed = {
  isConnectedBefore: false,
  async during(world, cell) {
    await world.asScreen('connect', { provider: cell.id })
    const view = await world.until(
      'the attempt is over',
      now => attemptOf(now, cell)?.status === 'failed' || isConnected(now, cell),
      patience(cell) + 20_000,
    )
    const fault = attemptOf(view, cell)?.fault
    if (!fault) return 'connected'
    if (connectionOf(view, cell)) throw new Error('a failed Connect has left a connection')
    await world.shows('what to do', cell, text => /^Not connected · \S/m.test(text))
    // What was had and is not wanted is given back.
    if (cell.operation === 'probe' && cell.standIn.living() > 0)
      throw new Error('tokens of a failed Connect live on')
    return words(fault)
  },
  after: click,
}

/**
 * Chromium itself keeps an extension's requests back for a while after a third answer of 500 or 503 from one address, and says
 * of them that they failed (`net::ERR_TEMPORARILY_THROTTLED`; 700 ms, each time 1.4 times as long).
 */
export const isThrottled = ({ fault, operation }: Cell) =>
  operation === 'fetch' && (fault === '500' || fault === '503 Retry-After')

async function throttleEnds(world: World, cell: Cell): Promise<void> {
  const end = Date.now() + soon
  while (Date.now() < end) {
    const [told = {}] = await world.call(cell, 1)
    if (told.status === 200) return
    await delay(250)
  }
}

const calling: Deed = {
  isConnectedBefore: true,
  async during(world, cell, burst) {
    const began = Date.now()
    const told = await world.call(cell, burst)
    const took = Date.now() - began
    if (took > limits.call + soon) throw new Error(`the callers waited for ${took} ms`)
    const view = await world.until('the view is there', () => true, soon)
    const connection = connectionOf(view, cell)
    const needsAttention = connection?.status !== 'connected'
    const isSilent = connection?.notAnswering === true
    await world.shows(
      'what is known',
      cell,
      text =>
        text.includes('Needs attention') === needsAttention && text.includes('not answering') === isSilent,
    )
    const all = [...new Set(told.map(words))]
    // Whoever comes later may be told that it is left alone by now.
    const [said = '', ...others] = all.length > 1 ? all.filter(one => one !== 'provider-unreachable') : all
    if (others.length > 0 || (all.length > 1 && /^\d/.test(said)))
      throw new Error(`callers were told different things: ${told.map(words).join(', ')}`)
    return `${said}${isSilent ? ' *' : ''}${needsAttention ? ' !' : ''}`
  },
  async after(world, cell, burst) {
    if (!isTransient(cell.fault) && cell.operation === 'refresh') await click(world, cell)
    // By itself, with nobody asking: a timer, the end of a cool-down.
    const isOver = (view: View) => !view.outages[cell.brokenOrigin]
    await world.until('the outage ends by itself', isOver, 2 * soon)
    if (isThrottled(cell)) await throttleEnds(world, cell)
    for (const one of await world.call(cell, burst))
      if (words(one) !== '200') throw new Error(`a call afterwards gives ${words(one)}`)
    await world.until(
      'the connection is well again',
      view => isConnected(view, cell) && !connectionOf(view, cell)?.notAnswering,
      soon,
    )
    const lease = await world.lease(cell)
    if (lease.code) throw new Error(`a lease afterwards gives ${words(lease)}`)
  },
}

const ending: Deed = {
  isConnectedBefore: true,
  async during(world, cell) {
    const departed = (view: View) => view.departures.find(({ provider }) => provider === cell.id)
    const connection = connectionOf(await world.until('the view is there', () => true, soon), cell)?.id ?? ''
    await world.asScreen('disconnect', { connection })
    // It is in the middle of it that a computer sets its clock.
    const ahead = ownSkewOf(cell.fault)
    if (ahead !== 0) await world.setClock(ahead)
    const view = await world.until(
      'the Disconnect is over',
      now => departed(now) !== undefined,
      limits.undo + patience(cell),
    )
    if (connectionOf(view, cell)) throw new Error('the connection is still there')
    await world.shows('how it went', cell, text => /^Not connected · \S/m.test(text))
    const result = departed(view)?.result ?? ''
    if (result.startsWith('revoked') && cell.standIn.living() > 0)
      throw new Error(`it says ${result}, and tokens live on`)
    return result
  },
  after: click,
}

/** By operation. */
export const deeds: Record<Operation, Deed> = {
  connect: connecting,
  probe: connecting,
  refresh: calling,
  fetch: calling,
  revoke: ending,
  check: ending,
}

/** How far the providers' clocks have to be said to be ahead of this computer's; undefined where nothing is to be said. */
export function saidSkew({ fault, operation }: Cell): number | undefined {
  const skew = skewOf(fault) - ownSkewOf(fault)
  // Only a token endpoint's clock counts, and these ask none.
  const asksNone = deeds[operation] === ending || (operation === 'fetch' && skewOf(fault) !== 0)
  return skew === 0 || asksNone ? undefined : skew
}
