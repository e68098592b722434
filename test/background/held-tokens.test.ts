import { describe, expect, it } from 'vitest'
import { isFresh, scopeSet } from '../../src/background/held-tokens'
import type { HeldToken } from '../../src/background/session'
import { startWorker } from '../fakes/worker'
import { world } from '../fakes/world'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

const of = (id: string) => ({ id, addresses: { token: 'https://id.example', api: ['https://api.example'] } })

describe('isFresh', () => {
  const end = 1_800_000_000_000
  const token = (life: number): HeldToken => ({
    connection: 'one',
    asked: '',
    scopes: [],
    value: 'value',
    expiresAt: end,
    life,
    isLifeKnown: true,
    api: [],
  })

  // Design rule 12: min(half its life, max(60 s, 10 % of it)) before the end.
  it.each([
    ['30 seconds', 30 * second, 15 * second],
    ['a minute', minute, 30 * second],
    ['two minutes', 2 * minute, minute],
    ['five minutes', 5 * minute, minute],
    ['ten minutes', 10 * minute, minute],
    ['twenty minutes', 20 * minute, 2 * minute],
    ['an hour', hour, 6 * minute],
    ['a day', 24 * hour, 2.4 * hour],
    ['nothing', 0, 0],
  ])('says no %s token is fresh from its renewal on', (_, life, before) => {
    expect(isFresh(token(life), end - before - 1)).toBe(true)
    expect(isFresh(token(life), end - before)).toBe(false)
    expect(isFresh(token(life), end)).toBe(false)
  })

  it('says so of none with more left than its life, since the clock was put back', () => {
    expect(isFresh(token(hour), end - hour)).toBe(true)
    expect(isFresh(token(hour), end - 24 * hour)).toBe(false)
  })
})

describe('scopeSet', () => {
  it('is the same for the same scopes in another order, or named twice', () => {
    expect(scopeSet(['b', 'a', 'b'])).toBe(scopeSet(['a', 'b']))
    expect(scopeSet(['a'])).not.toBe(scopeSet(['a', 'b']))
  })

  it('is empty for all that was granted', () => {
    expect(scopeSet(undefined)).toBe('')
  })
})

describe('holdToken', () => {
  const given = (accessToken: string) => ({
    accessToken,
    expiresAt: 2,
    life: 1,
    isLifeKnown: true,
    scopes: ['a', 'b'],
  })

  it('keeps one token for a connection and scope set, in memory that another life finds', async () => {
    await startWorker()
    const { holdToken, heldToken } = await import('../../src/background/held-tokens')
    const { session } = await import('../../src/background/session')
    await holdToken(of('one'), undefined, given('whole'))
    await holdToken(of('one'), ['b', 'a'], given('old'))
    await holdToken(of('one'), ['a', 'b'], given('new'))
    await holdToken(of('two'), undefined, given('other'))
    const state = await session()
    expect(heldToken(state, 'one', undefined)).toMatchObject({ value: 'whole', api: ['https://api.example'] })
    expect(heldToken(state, 'one', ['b', 'a'])?.value).toBe('new')
    expect(heldToken(state, 'one', ['a'])).toBeUndefined()
    expect(heldToken(state, 'two', undefined)?.value).toBe('other')
    const stored = Object(world.storage.session.get('tokens').tokens).held
    expect(Object.values(stored).map(held => Object(held).value)).toEqual(
      expect.arrayContaining(['whole', 'new', 'other']),
    )
  })
})

describe('forgetHeld', () => {
  it('forgets every token of a connection and no other, and gives them back', async () => {
    await startWorker()
    const { holdToken, heldToken, forgetHeld } = await import('../../src/background/held-tokens')
    const { session } = await import('../../src/background/session')
    const given = { expiresAt: 2, life: 1, isLifeKnown: true, scopes: [] }
    await holdToken(of('one'), undefined, { ...given, accessToken: 'a' })
    await holdToken(of('one'), ['x'], { ...given, accessToken: 'b' })
    await holdToken(of('two'), undefined, { ...given, accessToken: 'c' })
    expect((await forgetHeld('one')).map(({ value }) => value).sort()).toEqual(['a', 'b'])
    expect(heldToken(await session(), 'one', undefined)).toBeUndefined()
    expect(heldToken(await session(), 'two', undefined)?.value).toBe('c')
    expect(await forgetHeld('one')).toEqual([])
  })
})
