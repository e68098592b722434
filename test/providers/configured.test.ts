import { describe, expect, it } from 'vitest'
import { catalogue } from '../../src/providers'
import { providerOf, providersOf } from '../../src/providers/configured'
import type { ConfiguredProvider, SetupView } from '../../src/shared/view'

const acme: ConfiguredProvider = {
  name: 'Acme CRM',
  clientId: 'ours',
  endpoints: {
    authorization: 'https://id.acme.example:8443/authorize',
    token: 'https://id.acme.example/token',
  },
  api: ['https://api.acme.example/v1/'],
  scopes: ['profile'],
}

const setup = (providers: Record<string, ConfiguredProvider>): SetupView => ({
  organisation: {},
  providers,
  sites: [],
  rules: {},
})

const made = (change: Partial<ConfiguredProvider> = {}) => {
  const provider = providerOf(setup({ acme: { ...acme, ...change } }), 'acme')
  if (!provider) throw new Error('There is no acme')
  return provider
}

describe('providersOf', () => {
  it('is the catalogue, with or without a setup, and then the setup’s own', () => {
    const ids = catalogue.map(({ id }) => id)
    expect(providersOf(null)).toEqual(catalogue)
    expect(providersOf(setup({ sell: { clientId: 'x' } }))).toEqual(catalogue)
    expect(providersOf(setup({ acme, sell: { clientId: 'x' } })).map(({ id }) => id)).toEqual([
      ...ids,
      'acme',
    ])
  })

  it('finds nobody for what is none', () => {
    for (const id of ['', 'nobody', 'constructor', '__proto__', 'toString'])
      expect(providerOf(setup({ acme }), id)).toBeUndefined()
  })
})

describe('a provider of the setup’s own', () => {
  it('has its host beside its name, a neutral logo, and nothing invented', () => {
    expect(made()).toMatchObject({
      id: 'acme',
      name: 'Acme CRM',
      host: 'id.acme.example:8443',
      logo: { letters: 'Ac', colour: '#5a6472' },
      issuer: 'https://id.acme.example',
      flows: ['authorization_code'],
      clientAuth: 'basic',
      openid: false,
      scopes: {},
      defaultScopes: ['profile'],
      revokes: [],
      pages: [],
    })
    for (const key of ['whoIsIt', 'widgets', 'hooks', 'dashboard', 'docs', 'isPractice', 'otherAccount'])
      expect(made()).not.toHaveProperty(key)
  })

  it.each([
    ['Acme', 'Ac'],
    ['ACME', 'Ac'],
    ['x', 'X'],
    ['4 Ever', 'Ev'],
    ['Ölwerk', 'Öl'],
    ['42', 'A'],
  ])('called %s has the letters %s', (name, letters) => {
    expect(made({ name }).logo.letters).toBe(letters)
  })

  it('validates ID tokens only where the setup says whose they are', () => {
    expect(made({ scopes: ['openid'], issuer: 'https://id.acme.example/' })).toMatchObject({
      openid: true,
      issuer: 'https://id.acme.example/',
    })
    expect(made({ issuer: 'https://id.acme.example' }).openid).toBe(false)
    expect(made({ scopes: ['openid'] }).openid).toBe(false)
  })

  it('revokes where it has an endpoint, and asks who it is where it has one', () => {
    const endpoints = {
      ...acme.endpoints,
      revocation: 'https://id.acme.example/revoke',
      userinfo: 'https://id.acme.example/me',
    }
    expect(made({ endpoints }).revokes).toEqual(['refresh_token', 'access_token'])
    const { account } = made({ endpoints }).whoIsIt ?? {}
    expect(account?.({ sub: '7', name: 'Mia', email: 'm@a.example', more: 1 })).toEqual({
      id: '7',
      name: 'Mia',
      email: 'm@a.example',
    })
    expect(account?.({ id: 7 })).toMatchObject({ id: '7' })
    for (const body of [undefined, null, 'x', [], {}, { sub: '' }, { sub: {} }])
      expect(account?.(body)).toBeUndefined()
  })

  it('may be a key’s, which needs no page', () => {
    const key = made({ flow: 'client_credentials', endpoints: { token: 'https://id.acme.example/token' } })
    expect(key).toMatchObject({
      flows: ['client_credentials'],
      host: 'id.acme.example',
      needsSecret: ['client_credentials'],
    })
    expect(key.endpoints.authorization).toBeUndefined()
  })
})
