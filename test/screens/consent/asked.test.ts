import { describe, expect, it } from 'vitest'
import { askedOf } from '../../../src/screens/consent/asked'
import { usualDuration } from '../../../src/screens/consent/how-long'
import { allowedDurations } from '../../../src/shared/permit'
import type { Ask, ConnectionView, ConsentView, Permit, View } from '../../../src/shared/view'
import {
  exampleConnection as connection,
  exampleProvider,
  exampleSetup,
  exampleView,
  one,
  other,
  examplePermit as permit,
} from '../example'

const ask: Ask = { provider: one, use: 'fetch', access: 'read', scopes: ['read'] }
const site = 'https://crm.example'
const words = exampleProvider().scopes
const ada = connection()
const bob = connection({ id: 'bob', account: { id: '2', name: 'Bob' } })

function asked(asks: Partial<Ask>, changes: Partial<View> = {}, wished?: Record<number, string>) {
  const consent: ConsentView = { id: 'c', site, page: 'page', asks: [{ ...ask, ...asks }] }
  const [first] = askedOf(exampleView({ connections: [ada], ...changes }), consent, wished)
  if (!first) throw new Error('Nothing is asked.')
  return first
}

const news = (asks: Partial<Ask>, permits: Partial<Permit>[] = [], changes: Partial<View> = {}) =>
  asked(asks, { permits: permits.map(permit), ...changes }).news

describe('the login that is meant', () => {
  const chosen = (connections: ConnectionView[], asks: Partial<Ask> = {}, changes: Partial<View> = {}) =>
    asked(asks, { connections, ...changes }).chosen?.id

  it('is the first sound one', () => {
    expect(chosen([connection({ status: 'needs-attention' }), bob])).toBe('bob')
    expect(chosen([connection({ status: 'needs-attention' })])).toBe('ada')
    expect(chosen([connection({ status: 'disconnecting' })])).toBeUndefined()
    expect(chosen([])).toBeUndefined()
  })

  it('is rather the one that the site uses already', () => {
    const used = [permit({ connection: 'bob' })]
    expect(chosen([ada, bob], {}, { permits: used })).toBe('bob')
    expect(chosen([ada, bob], {}, { permits: used.map(old => ({ ...old, run: 'before' })) })).toBe('ada')
    expect(
      chosen([ada, bob], {}, { permits: used.map(old => ({ ...old, site: 'https://b.example' })) }),
    ).toBe('ada')
  })

  it('is the one that the user chose, as long as it can be had', () => {
    const view = { connections: [ada, bob] }
    expect(asked({}, view, { 0: 'bob' }).chosen?.id).toBe('bob')
    expect(asked({}, view, { 0: 'gone' }).chosen?.id).toBe('ada')
    expect(asked({}, view, { 1: 'bob' }).chosen?.id).toBe('ada')
  })

  it('is none that cannot be what is asked for, and that says why', () => {
    const key = connection({ id: 'key', renews: 'key' })
    const narrow = connection({ id: 'narrow', scopes: { asked: [], granted: ['profile'] } })
    const { choices, chosen } = asked({ use: 'token' }, { connections: [key, narrow, bob] }, { 0: 'key' })
    expect(choices.map(({ misfit }) => misfit)).toEqual(['not-leasable', 'scopes', undefined])
    expect(chosen?.id).toBe('bob')
  })

  it('is the one that is named, and no other', () => {
    expect(chosen([ada, bob], { connection: 'bob' })).toBe('bob')
    expect(chosen([ada], { connection: 'bob' })).toBeUndefined()
  })

  it('is none where nobody can say what its provider is called', () => {
    expect(chosen([connection({ provider: 'acme' })], { provider: 'acme' })).toBeUndefined()
  })
})

describe('what is new', () => {
  it('is all of it for a site without a permit', () => {
    expect(news({ scopes: ['read', 'profile'] })).toEqual({
      isMore: false,
      access: 'May read',
      scopes: [words.read, words.profile],
      already: [],
    })
    expect(news({ use: 'token', access: 'change' })).toMatchObject({
      access: 'May create, change and delete',
      token: 'own',
    })
  })

  it('is everything that the login may do where the ask names no scopes', () => {
    expect(news({ scopes: undefined }).scopes).toEqual([words.read, words.profile])
    expect(news({ scopes: undefined }, [], { connections: [] }).scopes).toEqual([
      'Everything that the login may do',
    ])
    expect(news({}, [], { connections: [] }).scopes).toEqual([words.read])
  })

  it('is only the scopes that were not allowed', () => {
    expect(news({ scopes: ['read', 'profile'] }, [{}])).toEqual({
      isMore: true,
      access: 'May also read',
      scopes: [words.profile],
      already: [`Already allowed: ${words.read}`],
    })
  })

  it('is the way to act', () => {
    expect(news({ access: 'change', scopes: ['read', 'profile'] }, [{}])).toEqual({
      isMore: true,
      access: 'May now create, change and delete',
      scopes: [words.read, words.profile],
      already: [`Already allowed, but only to read: ${words.read}`],
    })
  })

  it('is the token', () => {
    expect(news({ use: 'token', scopes: ['read', 'profile'] }, [{ scopes: ['read', 'profile'] }])).toEqual({
      isMore: true,
      scopes: [],
      token: 'new',
      already: [`Already allowed: ${words.read}, ${words.profile}`],
    })
  })

  it('says of a token with more in it what it means all the same', () => {
    const more: Partial<Ask> = { use: 'token', scopes: ['read', 'profile'] }
    expect(news(more, [{ use: 'token' }])).toMatchObject({ scopes: [words.profile], token: 'own' })
  })

  it('is not hidden by permits that have it in parts only', () => {
    const apart: Partial<Permit>[] = [{ access: 'change' }, { id: 'second', scopes: ['profile'] }]
    expect(news({ access: 'change', scopes: ['profile'] }, apart)).toMatchObject({
      access: 'May also create, change and delete',
      scopes: [words.profile],
      already: [`Already allowed, but only to read: ${words.profile}`],
    })
    const renewed = { connections: [connection({ renews: 'refresh' })] }
    const tokenApart: Partial<Permit>[] = [{ use: 'token' }, { id: 'second', scopes: ['profile'] }]
    expect(news({ use: 'token', scopes: ['profile'] }, tokenApart, renewed)).toMatchObject({
      scopes: [],
      token: 'new',
    })
  })

  it('is nothing where several permits come to it', () => {
    const both: Partial<Permit>[] = [{}, { id: 'second', scopes: ['profile'] }]
    expect(news({ scopes: ['read', 'profile'] }, both)).toMatchObject({ isMore: true, scopes: [] })
    expect(news({ scopes: ['read', 'profile'] }, both).access).toBeUndefined()
  })

  it('is all of it where a permit is over, of another page, or another login’s', () => {
    const over: Partial<Permit>[] = [
      { run: 'before' },
      { until: 'once', page: 'another' },
      { until: 'hours', endsAt: 1 },
      { connection: 'bob' },
    ]
    for (const old of over) expect(news({}, [old]).isMore).toBe(false)
    expect(news({}, [{ until: 'once', page: 'page' }]).isMore).toBe(true)
  })

  it('says what every provider calls its scopes', () => {
    const eve = connection({ provider: other, scopes: { asked: [], granted: ['openid', 'leads:read'] } })
    expect(
      news({ provider: other, scopes: ['openid', 'leads:read'] }, [], { connections: [eve] }).scopes,
    ).toEqual(['See leads'])
  })
})

describe('usualDuration', () => {
  it.each([
    [undefined, 'run'],
    ['once', 'once'],
    ['run', 'run'],
    ['hours', 'run'],
    ['always', 'run'],
  ] as const)('where the longest is %s is %s', (longestPermit, usual) => {
    const setup = exampleSetup({ rules: { longestPermit } })
    expect(usualDuration(allowedDurations({ setup }))).toBe(usual)
  })
})
