import { expect } from 'vitest'
import type { Connection } from '../../src/background/vault'
import { ask, send, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { askFor } from './asks'
import { pass, quiet, turns } from './clock'
import { figures } from './figures'
import type { Modelled } from './model'
import { die, peek, refreshTokenOnDisk, revive } from './profile'
import type { Event } from './sequence'
import type { Stage } from './stage'

type Death = Extract<Event, { kind: 'death' }>

/** The worker dies at some moment. What it leaves has to be one of the states on the way, and the next one has to go on from it. */
export async function dieIn(
  stage: Stage,
  { in: what, of, turns: count, isOut, after }: Death,
): Promise<void> {
  const { server, model } = stage
  const connection = stage.of({ of })
  const before = structuredClone(connection)
  const { id, provider, user } = connection
  const known = server.uses.length
  server.person = user
  const input = { provider, connection: id }
  const begin = {
    ask: () => askFor(id, ''),
    reconnect: () => send(senders.popup(), { dealpass: 'request', name: 'connect', input }),
    stop: () => ask(senders.popup(), 'stop', { on: !model.isStopped }),
    disconnect: () => ask(senders.popup(), 'disconnect', { connection: id }),
    undo: () => ask(senders.popup(), 'undo', { connection: id }),
  }
  if (isOut) server.gate = new Promise(() => undefined)
  // The dead do not answer.
  void begin[what]().catch(() => undefined)
  await turns(count)
  await die()
  server.gate = undefined
  world.takeReports()
  if (server.uses.slice(known).some(use => !use.isOver)) figures.count('death with a refresh out')
  await readDisk(stage, connection, before, what)
  stage.skip()
  model.forgetFailures()
  if (after > 0) {
    await pass(after * 1000)
    stage.learn()
  }
  // An alarm may have started one.
  if (world.onMessage.isHeard) {
    await quiet()
    stage.learn()
    model.settle(Date.now())
  } else await stage.revived(revive)
  if (what === 'reconnect' && !before.isGone) await afterReconnect(stage, connection)
}

/** A Reconnect whose worker died goes on where it has brought something, and else has changed nothing. */
async function afterReconnect(stage: Stage, connection: Modelled): Promise<void> {
  const attempt = view().attempts.find(({ provider }) => provider === connection.provider)
  expect(attempt?.status ?? 'failed', 'an attempt that stays open').toBe('failed')
  const onDisk = await refreshTokenOnDisk(connection.id)
  if (onDisk !== undefined && onDisk !== connection.refreshToken) await stage.takeOver(connection)
}

async function readDisk(
  stage: Stage,
  connection: Modelled,
  before: Modelled,
  what: Death['in'],
): Promise<void> {
  const { server, model } = stage
  const { id, user, host } = connection
  const uses = server.uses.filter(use => use.user === user && use.refreshToken === before.refreshToken)
  const onDisk = await refreshTokenOnDisk(id)
  const disk = peek<Connection>('connections').get(id)
  model.isStopped = peek<boolean>('kept').get('stopped') ?? false
  readOutages(stage, host)
  if (before.isGone) return
  connection.isOpen = peek('journal').has(`refresh ${id}`)
  connection.dueAt = disk?.status === 'disconnecting' ? disk.undoUntil : undefined
  const isWritten = peek('journal').has(`disconnect ${id}`)
  expect(isWritten, 'a Disconnect is marked and written down').toBe(connection.dueAt !== undefined)
  const last = uses.at(-1)
  const isEnded =
    disk?.status === 'needs-attention' && before.fault === undefined && before.dueAt === undefined
  if (isEnded) expect(last?.outcome, 'only a refusal ends a connection').toBe('refused')
  if (onDisk === undefined && before.refreshToken !== undefined)
    expect(last?.outcome, 'only a refusal drops credentials').toBe('refused')
  const isUsed = uses.some(use => use.isDone && use.next !== undefined && use.outcome !== 'refused')
  if (isUsed && onDisk === before.refreshToken)
    expect(connection.isOpen, 'a used refresh token is written down').toBe(true)
  connection.fault = disk?.fault
  connection.refreshToken = onDisk
  stage.readHeld(connection)
  const had = [...before.held.values(), ...uses.map(use => ({ value: use.accessToken }))]
  for (const { value } of what === 'reconnect' ? [] : connection.held.values())
    expect(
      had.map(one => one.value),
      'access tokens in memory',
    ).toContain(value)
}

function readOutages({ model }: Stage, host: string): void {
  const outages = peek<Record<string, { failures: number; nextTry: number }>>('kept').get('outages') ?? {}
  const outage = outages[`https://${host}`]
  if (!outage) return void model.outages.delete(host)
  const before = model.outages.get(host)
  expect(outage.failures - (before?.failures ?? 0), 'failures that were counted').toBeLessThanOrEqual(2)
  if (outage.failures !== before?.failures)
    model.outages.set(host, {
      failures: outage.failures,
      notBefore: outage.failures > 1 ? outage.nextTry : 0,
    })
}
