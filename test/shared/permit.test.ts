import { describe, expect, it } from 'vitest'
import {
  allowedDurations,
  choicesFor,
  type Difference,
  differenceOf,
  isLeasable,
  isLive,
  livePermits,
  misfit,
  satisfies,
  scopesOf,
  widgetAsk,
} from '../../src/shared/permit'
import {
  type Ask,
  type ConnectionView,
  type Flow,
  type Permit,
  type PermitDuration,
  permitDurations,
  type SetupView,
} from '../../src/shared/view'
import { connection, permit, site, view } from './permit-fixtures'

const now = 1_800_000_000_000
const hours = 8 * 60 * 60_000

/** A setup in force whose rules let permits hold no longer than this. */
const longest = (longestPermit?: PermitDuration): SetupView => ({
  organisation: {},
  providers: {},
  sites: [],
  rules: longestPermit ? { longestPermit } : {},
})

/** A permit of that duration, as it is written down. */
const lasting = (until: PermitDuration, more: Partial<Permit> = {}) =>
  permit('s', {
    until,
    grantedAt: now,
    ...(until === 'hours' ? { endsAt: now + hours } : {}),
    ...(until === 'once' ? { page: 'mine' } : {}),
    ...more,
  })

describe('allowedDurations', () => {
  it.each<[PermitDuration | undefined, PermitDuration[]]>([
    [undefined, ['once', 'run', 'hours', 'always']],
    ['always', ['once', 'run', 'hours', 'always']],
    ['hours', ['once', 'run', 'hours']],
    ['run', ['once', 'run']],
    ['once', ['once']],
  ])('are, where the longest is %s: %j', (rule, durations) => {
    expect(allowedDurations({ setup: longest(rule) })).toEqual(durations)
  })

  it('are all without a setup', () => {
    expect(allowedDurations({ setup: null })).toEqual(permitDurations)
  })
})

describe('isLive', () => {
  type Case = [isLive: boolean, until: PermitDuration, more: Partial<Permit>, page?: string, later?: number]
  it.each<Case>([
    [true, 'once', {}, 'mine'],
    [false, 'once', {}, 'another'],
    [false, 'once', { page: undefined }, 'mine'],
    [false, 'once', { run: 'before' }, 'mine'],
    [true, 'once', {}, undefined],
    [false, 'once', { run: 'before' }, undefined],
    [true, 'once', {}, 'mine', 10 * hours],
    [true, 'run', {}, 'another'],
    [true, 'run', {}, undefined, 1_000 * hours],
    [false, 'run', { run: 'before' }, 'mine'],
    [true, 'hours', {}, 'another', hours - 1],
    [false, 'hours', {}, 'mine', hours],
    [true, 'hours', { run: 'before' }, 'mine'],
    [false, 'hours', { endsAt: undefined }, 'mine'],
    [true, 'always', { run: 'before' }, 'another', 1_000 * hours],
  ])('says %s of %s %j for the page %s after %s ms', (expected, until, more, page, later = 0) => {
    expect(isLive(lasting(until, more), view([], []), page, now + later)).toBe(expected)
  })

  it.each(
    permitDurations.flatMap((until, index) =>
      permitDurations.map((rule, most) => [until, rule, index <= most] as const),
    ),
  )('of %s, where the rules let permits hold for %s at most: %s', (until, rule, expected) => {
    const state = view([], [], { setup: longest(rule) })
    expect(isLive(lasting(until), state, 'mine', now)).toBe(expected)
  })
})

describe('livePermits', () => {
  it('are those of the site in this run', () => {
    const mine = permit('s')
    const others = [
      permit('s', { run: 'before' }),
      permit('s', { site: 'https://app.futuresimple.com.evil.example' }),
      permit('s', { site: `${site}:8443` }),
    ]
    expect(livePermits(view([], [mine, ...others]), site)).toEqual([mine])
  })

  it('are for one page without those that were given for another', () => {
    const [mine, others, all] = [lasting('once'), lasting('once', { page: 'other' }), permit('s')]
    const state = view([], [mine, others, all])
    expect(livePermits(state, site, 'mine')).toEqual([mine, all])
    expect(livePermits(state, site)).toEqual([mine, others, all])
  })
})

const granted = (scopes: string[], more: Partial<ConnectionView> = {}) =>
  connection('s', 'sell', { scopes: { asked: scopes, granted: scopes }, ...more })

describe('scopesOf', () => {
  const all = ['openid', 'read', 'profile', 'offline_access']
  it.each<[string, Pick<Ask, 'use' | 'scopes'>, ConnectionView['renews'], string[]]>([
    ['what is asked for', { use: 'fetch', scopes: ['read'] }, 'refresh', ['read']],
    [
      'what is asked for, of a token that is narrowed',
      { use: 'token', scopes: ['read'] },
      'refresh',
      ['read'],
    ],
    ['all, of a token that cannot be narrowed', { use: 'token', scopes: ['read'] }, 'sign-in', all],
    ['all, of a token of a key', { use: 'token' }, 'key', all],
    ['what is asked for, where no token leaves', { use: 'fetch', scopes: ['read'] }, 'sign-in', ['read']],
    ['all that an API knows, where nothing is said', { use: 'fetch' }, 'refresh', ['read', 'profile']],
    ['the same for a token', { use: 'token' }, 'refresh', ['read', 'profile']],
    ['nothing, where nothing is asked for', { use: 'fetch', scopes: [] }, 'refresh', []],
  ])('are %s', (_, ask, renews, expected) => {
    expect(scopesOf(ask, granted(all, { renews }))).toEqual(expected)
  })

  it('are all that a call can do, where nothing holds it to less', () => {
    const connection = granted(all, { renews: 'sign-in', isWhole: true })
    expect(scopesOf({ use: 'fetch', scopes: ['read'] }, connection)).toEqual(['read', 'profile'])
    expect(scopesOf({ use: 'fetch' }, connection)).toEqual(['read', 'profile'])
  })
})

describe('satisfies', () => {
  const wanted: Ask = { provider: 'sell', use: 'fetch', access: 'read', scopes: ['read'] }
  it.each<[boolean, Partial<Permit>, Partial<Ask>]>([
    [true, {}, {}],
    [true, { use: 'token' }, {}],
    [true, { use: 'token' }, { use: 'token' }],
    [true, { access: 'change' }, {}],
    [true, { access: 'change' }, { access: 'change' }],
    [true, { scopes: ['read', 'write'] }, {}],
    [true, {}, { scopes: [] }],
    [true, {}, { scopes: undefined }],
    [false, {}, { use: 'token' }],
    [false, {}, { access: 'change' }],
    [false, {}, { scopes: ['read', 'write'] }],
    [false, { connection: 't' }, {}],
    [false, { scopes: [] }, { scopes: undefined }],
  ])('says %s for a permit with %j and an ask with %j', (expected, has, asks) => {
    expect(satisfies(permit('s', has), { ...wanted, ...asks }, granted(['read']))).toBe(expected)
  })

  it('wants all that a token can do where it cannot be narrowed', () => {
    const whole = granted(['read', 'profile'], { renews: 'sign-in' })
    const ask: Ask = { ...wanted, use: 'token' }
    expect(satisfies(permit('s', { use: 'token' }), ask, whole)).toBe(false)
    expect(satisfies(permit('s', { use: 'token', scopes: ['read', 'profile'] }), ask, whole)).toBe(true)
  })
})

describe('isLeasable', () => {
  it.each<[Flow, ConnectionView['renews'], boolean]>([
    ['authorization_code', 'refresh', true],
    ['authorization_code', 'sign-in', true],
    ['implicit', 'sign-in', true],
    ['password', 'refresh', true],
    ['client_credentials', 'key', false],
    ['exchange', 'sign-in', false],
    ['personal_token', 'never', false],
    ['authorization_code', 'key', false],
  ])('says of %s renewed by %s: %s', (flow, renews, expected) => {
    expect(isLeasable({ flow, renews })).toBe(expected)
  })
})

describe('widgetAsk', () => {
  const wants = { use: 'token', access: 'read', scopes: ['read'] } as const

  it('asks for what our widgets want of a connection', () => {
    expect(widgetAsk(granted(['read']), wants)).toEqual({
      provider: 'sell',
      connection: 's',
      use: 'token',
      access: 'read',
      scopes: ['read'],
    })
  })

  it('asks for no token where none may leave', () => {
    expect(widgetAsk(granted(['read'], { flow: 'personal_token', renews: 'never' }), wants).use).toBe('fetch')
  })
})

describe('choicesFor', () => {
  const sell = connection('s', 'sell')
  const other = connection('t', 'sell', { status: 'needs-attention' })
  const leaving = connection('u', 'sell', { status: 'disconnecting' })
  const salesos = connection('v', 'salesos')
  const state = view([sell, other, leaving, salesos], [])
  const ask: Ask = { provider: 'sell', use: 'fetch', access: 'read' }

  it.each<[string, Partial<Ask>, ConnectionView[]]>([
    ['every connection of the provider that is not being ended', {}, [sell, other]],
    ['the one that is named', { connection: 't' }, [other]],
    ['none that is being ended, though it is named', { connection: 'u' }, []],
    ['none of another provider, though it is named', { connection: 'v' }, []],
    ['none of a provider without any', { provider: 'sellsn' }, []],
  ])('are %s', (_, more, expected) => {
    expect(choicesFor(state, { ...ask, ...more })).toEqual(expected)
  })
})

describe('misfit', () => {
  const key = { flow: 'client_credentials', renews: 'key' } as const
  it.each<[string, Partial<Ask>, ConnectionView, ReturnType<typeof misfit>]>([
    ['a token of a key', { use: 'token' }, granted(['read'], key), 'not-leasable'],
    ['calls by a key', { use: 'fetch' }, granted(['read'], key), undefined],
    ['a scope that it has', { scopes: ['read'] }, granted(['read', 'write']), undefined],
    ['a scope that it lacks', { scopes: ['read', 'write'] }, granted(['read']), 'scopes'],
    ['whatever it has', {}, granted([]), undefined],
    [
      'a scope of a login that has what its server gives by itself',
      { scopes: ['read'] },
      granted([]),
      undefined,
    ],
  ])('says of %s', (_, more, of, expected) => {
    expect(misfit({ provider: 'sell', use: 'fetch', access: 'read', ...more }, of)).toBe(expected)
  })
})

describe('differenceOf', () => {
  const of = granted(['read', 'profile', 'write'])
  const ask: Ask = { provider: 'sell', use: 'fetch', access: 'read', scopes: ['read', 'profile'] }
  const nothing: Difference = { hasPermit: true, scopes: [], hadScopes: [], access: false, use: false }
  it.each<[string, Permit[], Partial<Ask>, Difference]>([
    [
      'all where there is no permit',
      [],
      {},
      { hasPermit: false, scopes: ['read', 'profile'], hadScopes: [], access: true, use: true },
    ],
    ['a scope', [permit('s')], {}, { ...nothing, scopes: ['profile'], hadScopes: ['read'] }],
    [
      'nothing, where several permits come to it',
      [permit('s'), permit('s', { scopes: ['profile'] })],
      {},
      { ...nothing, hadScopes: ['read', 'profile'] },
    ],
    [
      'to change',
      [permit('s')],
      { access: 'change', scopes: ['read'] },
      { ...nothing, scopes: ['read'], hadScopes: ['read'], access: true },
    ],
    [
      'to change one more thing',
      [permit('s'), permit('s', { access: 'change', scopes: ['write'] })],
      { access: 'change', scopes: ['read', 'write'] },
      { ...nothing, scopes: ['read'], hadScopes: ['read', 'write'] },
    ],
    [
      'a token for one thing where there is one for another',
      [permit('s', { use: 'token' }), permit('s', { scopes: ['profile'] })],
      { use: 'token', scopes: ['profile'] },
      { ...nothing, hadScopes: ['profile'], use: true },
    ],
    [
      'a token to change where there is one to read',
      [permit('s', { use: 'token' }), permit('s', { access: 'change' })],
      { use: 'token', access: 'change', scopes: ['read'] },
      { ...nothing, hadScopes: ['read'], use: true },
    ],
    [
      'a token',
      [permit('s')],
      { use: 'token', scopes: ['read'] },
      { ...nothing, hadScopes: ['read'], use: true },
    ],
    [
      'nothing less than it had',
      [permit('s', { use: 'token', access: 'change' })],
      { scopes: ['read'] },
      { ...nothing, hadScopes: ['read'] },
    ],
    [
      'all where the permits are another connection’s, page’s, site’s or run’s',
      [
        permit('t'),
        lasting('once', { page: 'other' }),
        permit('s', { site: 'https://other.example' }),
        permit('s', { run: 'before' }),
      ],
      {},
      { hasPermit: false, scopes: ['read', 'profile'], hadScopes: [], access: true, use: true },
    ],
  ])('is %s', (_, permits, more, expected) => {
    expect(differenceOf(view([of], permits), site, 'mine', { ...ask, ...more }, of)).toEqual(expected)
  })
})
