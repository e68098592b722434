import { describe, expect, it } from 'vitest'
import { connected, give, startWithSetup, withProviders } from '../fakes/providers'
import { ask, refused, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { clients } from '../sandbox/setup'

const providers = withProviders()

const at = 'https://id.acme.example'

/** A provider that does not tell which scope a call needs: its tokens alone hold a page to its permit. */
const setup = {
  version: 1,
  providers: [
    {
      id: 'acme',
      name: 'Acme CRM',
      clientId: clients.acme.id,
      clientAuth: 'none',
      scopes: ['profile', 'things.read'],
      endpoints: { authorization: `${at}/authorize`, token: `${at}/token`, userinfo: `${at}/userinfo` },
      api: ['https://api.acme.example/v1/'],
    },
  ],
}

const things = { provider: 'acme', path: '/v1/things', scopes: ['profile'] }
const me = { provider: 'acme', path: '/v1/me', scopes: ['profile'] }

async function made(refreshToken: boolean): Promise<string> {
  world.granted = new Set([...world.granted, `${at}/*`, 'https://api.acme.example/*'])
  providers.sandbox.set('acme', { refreshToken })
  await startWithSetup(setup)
  const id = await connected('acme')
  providers.sandbox.forget()
  return id
}

describe('a permit for some of the scopes', () => {
  it('is one for all where the token cannot be narrowed, and says so', async () => {
    const connection = await made(false)
    expect(view().connections[0]).toMatchObject({ renews: 'sign-in', isWhole: true })
    await give([{ connection, use: 'fetch', access: 'read', scopes: ['profile'] }])
    expect(view().permits).toMatchObject([{ scopes: ['profile', 'things.read'] }])
    expect(await ask(senders.site(), 'fetch', things)).toMatchObject({ status: 200 })
  })

  it('binds where the token is narrowed', async () => {
    const connection = await made(true)
    expect(view().connections[0]).not.toHaveProperty('isWhole')
    await give([{ connection, use: 'fetch', access: 'read', scopes: ['profile'] }])
    expect(await ask(senders.site(), 'fetch', things)).toMatchObject({ status: 403 })
    expect(await ask(senders.site(), 'fetch', me)).toMatchObject({ status: 200 })
  })

  it('is no use where a server narrows nothing', async () => {
    const connection = await made(true)
    await give([{ connection, use: 'fetch', access: 'read', scopes: ['profile'] }])
    const wide = { access_token: 'wide-token-of-acme', token_type: 'Bearer', expires_in: 600 }
    const body = { ...wide, scope: 'profile things.read' }
    providers.sandbox.set('acme', { fault: { path: '/token', body } })
    expect(await refused(senders.site(), 'fetch', me)).toBe('not-permitted: wide-token')
    expect(providers.sandbox.saw({ host: 'api.acme.example' })).toEqual([])
  })
})
