import { describe, expect, it } from 'vitest'
import { revoke } from '../../src/oauth/revocation'
import { isDown, json, serve } from '../fakes/server'
import { wordsOf } from '../fakes/words'
import { codeClient, implicitClient } from './clients'

describe('revoke', () => {
  it.each(['refresh_token', 'access_token'] as const)(
    'sends a %s in the body, without a secret',
    async kind => {
      const received = serve(() => new Response(null, { status: 200 }))
      await revoke(implicitClient(), 'the-token', kind)
      expect(received).toHaveLength(1)
      const [sent] = received
      expect(sent?.url.href).toBe('https://api.getbase.com/oauth2/revoke')
      expect(Object.fromEntries(new URLSearchParams(sent?.body))).toEqual({
        client_id: 'our-client',
        token: 'the-token',
        token_type_hint: kind,
      })
      expect(sent?.headers.get('authorization')).toBeNull()
      expect(sent?.request.credentials).toBe('omit')
    },
  )

  it.each([200, 204])('is done with %i', async status => {
    serve(() => new Response(status === 204 ? null : '', { status }))
    await expect(revoke(codeClient(), 'the-token', 'refresh_token')).resolves.toBeUndefined()
  })

  it.each<[string, () => Response, string]>([
    [
      'invalid_client',
      () => json({ error: 'invalid_client' }, { status: 401 }),
      'setup-wrong: client-refused',
    ],
    [
      'a challenge for Basic',
      () => json({ error: 'invalid_client' }, { status: 401, headers: { 'www-authenticate': 'Basic' } }),
      'setup-wrong: client-refused',
    ],
    [
      'unsupported_token_type',
      () => json({ error: 'unsupported_token_type' }, { status: 400 }),
      'provider-rejected',
    ],
    ['404', () => new Response('', { status: 404 }), 'provider-rejected'],
    ['429', () => new Response('', { status: 429 }), 'provider-unreachable'],
    ['503', () => new Response('', { status: 503 }), 'provider-unreachable'],
    ['a dead network', isDown, 'provider-unreachable'],
  ])('says of %s', async (_, respond, words) => {
    serve(respond)
    expect(await wordsOf(revoke(codeClient(), 'the-token', 'refresh_token'))).toBe(words)
  })
})
