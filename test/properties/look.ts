import { expect } from 'vitest'
import type { Entry } from '../../src/background/journal'
import type { Tokens } from '../../src/background/session'
import type { Connection } from '../../src/background/vault'
import { limits } from '../../src/shared/limits'
import type { View } from '../../src/shared/view'
import { view } from '../fakes/worker'
import { world } from '../fakes/world'
import type { Modelled } from './model'
import { peek, refreshTokenOnDisk } from './profile'
import type { Stage } from './stage'

/** Whether everything is as the model has it: what the person sees, what is on disk and in memory, what servers saw. */
export async function look(stage: Stage): Promise<void> {
  const { server, model } = stage
  model.settle(Date.now())
  expect([...server.violations, ...model.violations].join('; '), 'what servers saw').toBe('')
  expect(world.takeReports(), 'what the extension reported').toEqual([])
  expect(world.strays).toEqual([])
  const shown = view()
  expect(shown.stopped).toBe(model.isStopped)
  expect(
    shown.attempts.filter(({ status }) => status !== 'failed'),
    'Connecting…',
  ).toEqual([])
  const { tokens } = world.storage.session.get('tokens') as { tokens: Tokens }
  expect(tokens.unpublished).toBe(0)
  for (const connection of model.connections) {
    await lookAt(connection, shown, tokens)
    if (connection.isGone && connection.refreshToken !== undefined)
      expect(server.isEnded(connection.refreshToken), `${connection.user} is revoked`).toBe(true)
  }
  const open = (kind: 'isOpen' | 'dueAt') =>
    model.connections.filter(one => !one.isGone && one[kind]).map(({ id }) => id)
  const entries = [
    ...open('isOpen').map(id => `refresh ${id}`),
    ...open('dueAt').map(id => `disconnect ${id}`),
  ]
  expect([...peek<Entry>('journal').keys()].sort(), 'journal').toEqual(entries.sort())
  expect([...tokens.refreshing].sort(), 'refreshes that the next start looks for').toEqual(
    open('isOpen').sort(),
  )
  lookAtOutages(stage, shown)
}

async function lookAt(connection: Modelled, shown: View, tokens: Tokens): Promise<void> {
  const { id, user, isGone, dueAt, fault, refreshToken, held } = connection
  const seen = shown.connections.find(one => one.id === id)
  const status = dueAt !== undefined ? 'disconnecting' : fault ? 'needs-attention' : 'connected'
  expect(seen && { status: seen.status, fault: seen.fault }, user).toEqual(
    isGone ? undefined : { status, fault },
  )
  const onDisk = peek<Connection>('connections').get(id)
  expect(onDisk?.status, `${user} on disk`).toBe(isGone ? undefined : status)
  expect(await refreshTokenOnDisk(id), `credentials of ${user}`).toBe(isGone ? undefined : refreshToken)
  const inMemory = Object.values(tokens.held).filter(token => token.connection === id)
  expect(Object.fromEntries(inMemory.map(({ asked, value }) => [asked, value])), `tokens of ${user}`).toEqual(
    isGone ? {} : Object.fromEntries([...held].map(([asked, { value }]) => [asked, value])),
  )
}

function lookAtOutages({ model }: Stage, { outages, connections }: View): void {
  for (const host of new Set(model.connections.map(one => one.host))) {
    const served = model.connections.filter(one => one.host === host && !one.isGone)
    const outage = outages[`https://${host}`]
    // Nobody is left who had it, so it may go unasked.
    if (served.length === 0 && !outage) model.outages.delete(host)
    expect(outage?.failures, `failures of ${host}`).toBe(model.outages.get(host)?.failures)
    for (const { id, user } of served) {
      const shown = connections.find(one => one.id === id)
      expect(shown?.notAnswering ?? false, `${user}: not answering`).toBe(outage !== undefined)
    }
    const known = model.outages.get(host)
    // Nobody can try for it, and the next who asks will.
    if (known && served.some(one => model.refusalOf(one) !== undefined)) known.isHeldUp = true
    if (outage && !known?.isHeldUp && outage.failures <= limits.retries)
      expect(outage.nextTry, `the next try of ${host} that is shown`).toBeGreaterThan(
        Date.now() - 2 * limits.alarm,
      )
  }
}
