import { describe, expect, it, vi } from 'vitest'
import { clockSkewOf, oauthClient } from '../../src/oauth/client'
import { salesos } from '../../src/providers/salesos'
import { sell } from '../../src/providers/sell'

describe('oauthClient', () => {
  it('has the catalogue’s values where nothing else is configured', () => {
    expect(oauthClient(salesos, { clientId: 'ours' })).toMatchObject({
      provider: salesos,
      flow: 'authorization_code',
      scopes: salesos.defaultScopes,
      audience: 'https://api.play2sell.com',
      registration: { client_id: 'ours' },
      server: { issuer: salesos.issuer, token_endpoint: salesos.endpoints.token },
    })
    expect(oauthClient(sell, { clientId: 'ours' }).audience).toBeUndefined()
  })

  it('has what is configured', () => {
    const client = oauthClient(salesos, {
      clientId: 'ours',
      scopes: ['openid'],
      audience: 'https://a.example',
    })
    expect(client).toMatchObject({ scopes: ['openid'], audience: 'https://a.example' })
  })

  it('shares no list with the catalogue', () => {
    oauthClient(salesos, { clientId: 'ours' }).scopes.push('more')
    expect(oauthClient(salesos, { clientId: 'ours' }).scopes).toEqual(salesos.defaultScopes)
  })
})

describe('clockSkewOf', () => {
  it.each([
    ['Fri, 15 Jan 2027 08:01:00 GMT', 60_000],
    ['Fri, 15 Jan 2027 07:59:00 GMT', -60_000],
    ['yesterday', 0],
    ['', 0],
  ])('reads %j as %i ms', (date, skew) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2027-01-15T08:00:00Z') })
    expect(clockSkewOf(new Response(null, { headers: { date } }))).toBe(skew)
  })
})
