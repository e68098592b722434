import { describe, expect, it } from 'vitest'
import { permitFor } from '../../src/background/permit-for'
import type { View } from '../../src/shared/view'
import { thrownWords as words } from '../fakes/words'
import { connection, holder, permit, site, view } from '../shared/permit-fixtures'

const read = { provider: 'sell', use: 'fetch', access: 'read' } as const

describe('permitFor', () => {
  const sell = connection('s', 'sell')

  it('finds the permit and its connection', () => {
    const permits = [permit('s')]
    expect(permitFor(view([sell], permits), holder, read)).toEqual({ permit: permits[0], connection: sell })
  })

  it.each<[title: string, state: View, need: Parameters<typeof permitFor>[2], words: string]>([
    ['there is none', view([sell], []), read, 'not-permitted: no-permit'],
    [
      'it is another site’s',
      view([sell], [permit('s', { site: `${site}:8443` })]),
      read,
      'not-permitted: no-permit',
    ],
    [
      'it is of another run',
      view([sell], [permit('s', { run: 'before' })]),
      read,
      'not-permitted: no-permit',
    ],
    ['its connection is gone', view([], [permit('s')]), read, 'not-permitted: no-permit'],
    [
      'it is for another provider',
      view([sell], [permit('s')]),
      { ...read, provider: 'salesos' },
      'not-permitted: no-permit',
    ],
    [
      'it is for another connection',
      view([sell, connection('t', 'sell')], [permit('s')]),
      { ...read, connection: 't' },
      'not-permitted: no-permit',
    ],
    ['it gives no token', view([sell], [permit('s')]), { ...read, use: 'token' }, 'not-permitted: no-permit'],
    [
      'it may read only',
      view([sell], [permit('s')]),
      { ...read, access: 'change' },
      'not-permitted: read-only',
    ],
    [
      'it lacks a scope',
      view([sell], [permit('s')]),
      { ...read, scopes: ['read', 'write'] },
      'scope-missing',
    ],
  ])('refuses when %s', (_, state, need, expected) => {
    expect(words(() => permitFor(state, holder, need))).toBe(expected)
  })

  it('lets a permit for tokens call, and one for changes read', () => {
    const state = view([sell], [permit('s', { use: 'token', access: 'change' })])
    expect(permitFor(state, holder, read).connection).toBe(sell)
    expect(permitFor(state, holder, { ...read, access: 'change' }).connection).toBe(sell)
  })

  it('says the same of a connection without a permit as of none, so that nobody learns what is connected', () => {
    const asked = { ...read, connection: 's' }
    expect(words(() => permitFor(view([sell], []), holder, asked))).toBe(
      words(() => permitFor(view([], []), holder, asked)),
    )
  })

  it('takes the connection that is named, else the first that will do', () => {
    const other = connection('t', 'sell')
    const state = view([sell, other], [permit('s'), permit('t', { access: 'change' })])
    expect(permitFor(state, holder, read).connection).toBe(sell)
    expect(permitFor(state, holder, { ...read, connection: 't' }).connection).toBe(other)
    expect(permitFor(state, holder, { ...read, access: 'change' }).connection).toBe(other)
  })
})
