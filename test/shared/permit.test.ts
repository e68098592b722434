import { describe, expect, it } from 'vitest'
import { livePermits, satisfies } from '../../src/shared/permit'
import type { Ask, Permit } from '../../src/shared/view'
import { permit, site, view } from './permit-fixtures'

describe('livePermits', () => {
  it('are those of the site in this run', () => {
    const mine = permit('s')
    const others = [
      permit('s', { run: 'before' }),
      permit('s', { site: 'https://app.futuresimple.com.evil.example' }),
    ]
    expect(livePermits(view([], [mine, ...others]), site)).toEqual([mine])
  })
})

describe('satisfies', () => {
  const wanted: Ask = { connection: 's', use: 'fetch', access: 'read', scopes: ['read'] }
  it.each<[boolean, Partial<Permit>, Partial<Ask>]>([
    [true, {}, {}],
    [true, { use: 'token' }, {}],
    [true, { access: 'change' }, {}],
    [true, { scopes: ['read', 'write'] }, {}],
    [true, {}, { scopes: [] }],
    [false, {}, { use: 'token' }],
    [false, {}, { access: 'change' }],
    [false, {}, { scopes: ['read', 'write'] }],
    [false, {}, { connection: 't' }],
  ])('says %s for a permit with %j and an ask with %j', (expected, has, asks) => {
    expect(satisfies(permit('s', has), { ...wanted, ...asks })).toBe(expected)
  })
})
