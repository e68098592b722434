import { describe, expect, it } from 'vitest'
import { confirmClient, isTokenDead } from '../../src/oauth/token-info'
import { isDown, json, serve } from '../fakes/server'
import { wordsOf } from '../fakes/words'
import { codeClient, implicitClient } from './clients'

describe('confirmClient', () => {
  it('asks with the token as Bearer, and never in the address', async () => {
    const received = serve(() => json({ client_id: 'our-client' }))
    expect(await confirmClient(implicitClient(), 'access-1')).toBe(true)
    expect(received).toHaveLength(1)
    expect(received[0]?.url.href).toBe('https://api.getbase.com/oauth2/token/info')
    expect(received[0]?.method).toBe('GET')
    expect(received[0]?.headers.get('authorization')).toBe('Bearer access-1')
    expect(received[0]?.request.credentials).toBe('omit')
  })

  it.each<[title: string, body: unknown, confirmed: boolean]>([
    ['client_id', { client_id: 'our-client' }, true],
    ['application.uid', { application: { uid: 'our-client' } }, true],
    ['both, of which the first counts', { client_id: 'our-client', application: { uid: 'x' } }, true],
    ['neither', { resource_owner_id: 1 }, false],
    ['an empty one', { client_id: '' }, false],
    ['something that is no text', { client_id: { id: 'our-client' } }, false],
    ['a list', [], false],
    ['null', null, false],
  ])('reads %s', async (_, body, confirmed) => {
    serve(() => json(body))
    expect(await confirmClient(implicitClient(), 'access-1')).toBe(confirmed)
  })

  it.each([
    { client_id: 'another-client' },
    { application: { uid: 'another-client' } },
    { client_id: 'our-clientx' },
  ])('refuses a token of another client: %j', async body => {
    serve(() => json(body))
    expect(await wordsOf(confirmClient(implicitClient(), 'access-1'))).toBe('foreign-token')
  })

  it.each<[string, () => Response]>([
    ['404', () => json({ client_id: 'another-client' }, { status: 404 })],
    ['HTML', () => new Response('<html>')],
    ['a dead network', isDown],
  ])('accepts what cannot be read: %s', async (_, respond) => {
    serve(respond)
    expect(await confirmClient(implicitClient(), 'access-1')).toBe(false)
  })

  it('asks nothing of a provider without token info', async () => {
    const received = serve(() => json({}))
    expect(await confirmClient(codeClient(), 'access-1')).toBe(false)
    expect(received).toEqual([])
  })
})

describe('isTokenDead', () => {
  it.each<[string, () => Response, boolean | undefined]>([
    ['401', () => json({ error: 'invalid_token' }, { status: 401 }), true],
    ['200', () => json({ client_id: 'our-client' }), false],
    ['200 with an error', () => json({ error: 'temporarily_unavailable' }), undefined],
    ['200 with a page', () => new Response('<title>Portal</title>'), undefined],
    ['404', () => json({}, { status: 404 }), undefined],
    ['500', () => json({}, { status: 500 }), undefined],
    ['a dead network', isDown, undefined],
  ])('learns from %s', async (_, respond, dead) => {
    serve(respond)
    expect(await isTokenDead(implicitClient(), 'access-1')).toBe(dead)
  })

  it('cannot say for a provider without token info', async () => {
    expect(await isTokenDead(codeClient(), 'access-1')).toBeUndefined()
  })
})
