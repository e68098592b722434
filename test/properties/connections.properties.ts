import fc from 'fast-check'
import { describe, it } from 'vitest'
import { figures } from './figures'
import { holds } from './form'
import { modes } from './modes'
import { type Event, run, type Sequence } from './sequence'

/** Printed as it would be written. */
const rec = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true })

const of = fc.nat({ max: 2 })
const host = fc.nat({ max: 1 })
const set = fc.constantFrom('', '', 'read', 'write')
const mode = fc.oneof({ weight: 2, arbitrary: fc.constant('well' as const) }, fc.constantFrom(...modes))

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: rec({
      kind: fc.constant('pass'),
      seconds: fc.constantFrom(1, 10, 35, 70, 600, 3400, 4000),
    }),
  },
  {
    weight: 6,
    arbitrary: rec({
      kind: fc.constant('ask'),
      of,
      asked: fc.array(set, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: rec({ kind: fc.constant('mode'), host, mode }) },
  { weight: 1, arbitrary: rec({ kind: fc.constant('end login'), of }) },
  { weight: 1, arbitrary: rec({ kind: fc.constant('stop'), on: fc.boolean() }) },
  { weight: 1, arbitrary: rec({ kind: fc.constant('disconnect'), of }) },
  { weight: 1, arbitrary: rec({ kind: fc.constant('undo'), of }) },
  { weight: 1, arbitrary: rec({ kind: fc.constant('reconnect'), of }) },
  {
    weight: 2,
    arbitrary: rec({
      kind: fc.constant('slow'),
      of,
      during: fc.constantFrom('stop', 'disconnect', 'time'),
    }),
  },
  { weight: 1, arbitrary: rec({ kind: fc.constant('overtaken'), of }) },
  {
    weight: 3,
    arbitrary: rec({
      kind: fc.constant('death'),
      in: fc.constantFrom('ask', 'ask', 'ask', 'reconnect', 'disconnect', 'undo', 'stop'),
      of,
      turns: fc.nat({ max: 60 }),
      isOut: fc.boolean(),
      after: fc.constantFrom(0, 0, 20, 120),
    }),
  },
  { weight: 1, arbitrary: rec({ kind: fc.constantFrom('restart', 'browser') }) },
) as fc.Arbitrary<Event>

// Time passes first, so that there is something to renew.
const events = fc
  .array(event, { minLength: 1, maxLength: 9 })
  .map((rest): Event[] => [{ kind: 'pass', seconds: 4000 }, ...rest])

const sequence: fc.Arbitrary<Sequence> = rec({
  rotates: fc.constantFrom(true, true, true, false),
  window: fc.constantFrom(0, 0, 30_000),
  life: fc.constantFrom(3600, 600),
  chance: fc.nat(),
  events,
})

/** Most of the time goes into making a profile, so it serves for some sequences. */
const perProfile = 10

describe('connections', () => {
  it('are as a small model has them, whatever happens in whatever order', async () => {
    const rounds = fc.array(sequence, { minLength: perProfile, maxLength: perProfile })
    await holds('connections', rounds, run, { long: 10_000 / perProfile, short: 10 })
    console.log(`connections: ${figures}`)
  })
})
