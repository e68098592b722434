import { describe, expect, it } from 'vitest'
import { progressOf, type Sent } from '../../../src/screens/entry/progress'
import type { Attempt, ConnectionView } from '../../../src/shared/view'
import { exampleConnection, exampleView, one } from '../example'

const sent: Sent = { provider: one, flow: 'personal_token', at: 5_000 }
const attempt: Attempt = { id: 'a', provider: one, status: 'running', startedAt: 5_000 }

function progress(
  attempts: Attempt[],
  connections: Partial<ConnectionView>[] = [],
  changes: Partial<Sent> = {},
) {
  const made = connections.map(one => exampleConnection({ flow: 'personal_token', ...one }))
  return progressOf(exampleView({ attempts, connections: made }), { ...sent, ...changes })
}

describe('progressOf', () => {
  it('follows the attempt that came of it, and no earlier or other one', () => {
    expect(progress([]).at).toBe('sent')
    expect(progress([{ ...attempt, startedAt: 4_999, status: 'failed' }]).at).toBe('sent')
    expect(progress([{ ...attempt, provider: 'other' }]).at).toBe('sent')
    expect(progress([attempt])).toEqual({ at: 'underway', attempt })
    const failed: Attempt = { ...attempt, status: 'failed', fault: { code: 'denied' } }
    expect(progress([failed])).toEqual({ at: 'failed', attempt: failed })
  })

  it('is done when a connection was made since', () => {
    expect(progress([], [{ id: 'new', connectedAt: 5_000 }])).toMatchObject({
      at: 'connected',
      connection: { id: 'new' },
    })
    expect(progress([], [{ connectedAt: 5_000, flow: 'implicit' }]).at).toBe('sent')
    expect(progress([], [{ connectedAt: 4_999 }]).at).toBe('sent')
  })

  it('is done when the attempt that was seen is gone, also where the connection is an old one', () => {
    expect(progress([], [{}], { seen: 'a' })).toMatchObject({ at: 'connected', connection: { id: 'ada' } })
    expect(progress([], [{}, { id: 'bob' }], { seen: 'a' })).toEqual({
      at: 'connected',
      connection: undefined,
    })
    const again = progress([], [{}, { id: 'bob' }], { seen: 'a', connection: 'bob' })
    expect(again).toMatchObject({ at: 'connected', connection: { id: 'bob' } })
  })

  it('is over without a result when nothing is left', () => {
    expect(progress([], [], { seen: 'a' })).toEqual({ at: 'gone' })
  })
})
