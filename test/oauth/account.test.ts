import { describe, expect, it } from 'vitest'
import { whoIsIt } from '../../src/oauth/account'
import { isDown, json, serve } from '../fakes/server'
import { wordsOf } from '../fakes/words'
import { codeClient, implicitClient } from './clients'

const mia = { sub: 'auth0|1', name: 'Mia', email: 'mia@acme.example' }

describe('whoIsIt', () => {
  it('asks with the token as Bearer, and reads who it is', async () => {
    const received = serve(() => json(mia))
    expect(await whoIsIt(codeClient(), 'access-1')).toEqual({
      id: 'auth0|1',
      name: 'Mia',
      email: 'mia@acme.example',
    })
    expect(received).toHaveLength(1)
    expect(received[0]?.url.href).toBe('https://auth.play2sell.com/userinfo')
    expect(received[0]?.headers.get('authorization')).toBe('Bearer access-1')
  })

  it('says null where the provider would not tell', async () => {
    serve(() => json({ error: 'insufficient_scope' }, { status: 403 }))
    expect(await whoIsIt(implicitClient(), 'access-1')).toBeNull()
  })

  it('says what the ID token said where the provider would not tell more', async () => {
    serve(() => json({ error: 'insufficient_scope' }, { status: 403 }))
    expect(await whoIsIt(codeClient(), 'access-1', 'auth0|1')).toEqual({ id: 'auth0|1' })
  })

  it('agrees with the ID token', async () => {
    serve(() => json(mia))
    expect(await whoIsIt(codeClient(), 'access-1', 'auth0|1')).toMatchObject({ id: 'auth0|1' })
    expect(await wordsOf(whoIsIt(codeClient(), 'access-1', 'auth0|2'))).toBe('foreign-token')
  })

  it.each<[string, () => Response, string]>([
    ['401', () => json({}, { status: 401 }), 'provider-rejected: token-refused'],
    ['404', () => json({}, { status: 404 }), 'provider-rejected'],
    ['429', () => json({}, { status: 429 }), 'provider-unreachable'],
    ['500', () => json({}, { status: 500 }), 'provider-unreachable'],
    ['a dead network', isDown, 'provider-unreachable'],
    ['HTML', () => new Response('<html>'), 'provider-rejected: nonsense-answer'],
    ['nobody', () => json({ name: 'Mia' }), 'provider-rejected: nonsense-answer'],
    ['an empty name of the account', () => json({ sub: '' }), 'provider-rejected: nonsense-answer'],
    ['something else for the account', () => json({ sub: { id: 1 } }), 'provider-rejected: nonsense-answer'],
  ])('says of %s', async (_, respond, words) => {
    serve(respond)
    expect(await wordsOf(whoIsIt(codeClient(), 'access-1'))).toBe(words)
  })
})
