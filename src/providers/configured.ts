import type { ConfiguredProvider, Flow, ProviderId, SetupView } from '../shared/view'
import { catalogue } from './index'
import { type Provider, textOf } from './provider'
import { relayed } from './relayed'

/**
 * The providers that there are under a setup: those of the catalogue, each moved to loopback where the setup says
 * so, and then the setup's own; each behind the company's relay where the setup names one.
 */
export function providersOf(setup: SetupView | null): Provider[] {
  const configured = setup?.providers ?? {}
  const isBuiltIn = (id: ProviderId) => catalogue.some(provider => provider.id === id)
  return [
    ...catalogue.map(provider => moved(provider, configured[provider.id])),
    ...Object.entries(configured).flatMap(([id, own]) => (isBuiltIn(id) ? [] : [ownProvider(id, own)])),
  ].map(provider => {
    const relay = configured[provider.id]?.relay
    return relay === undefined ? provider : relayed(provider, relay)
  })
}

/** The provider of that id under a setup, or undefined: an id that came by message may be anything. */
export function providerOf(setup: SetupView | null, id: ProviderId): Provider | undefined {
  return providersOf(setup).find(provider => provider.id === id)
}

function moved(provider: Provider, configured: ConfiguredProvider | undefined): Provider {
  const { endpoints, api, issuer } = configured ?? {}
  if (!endpoints?.token || !api) return provider
  const { dashboard: _, ...rest } = provider
  return {
    ...rest,
    isPractice: true,
    issuer: issuer ?? new URL(endpoints.token).origin,
    endpoints: { ...endpoints, token: endpoints.token },
    api,
  }
}

/** A provider that the catalogue does not have: what every OAuth server has in common, and nothing invented. */
function ownProvider(id: ProviderId, configured: ConfiguredProvider): Provider {
  const {
    name = id,
    issuer,
    endpoints = {},
    api = [],
    scopes = [],
    flow = 'authorization_code',
    idToken,
  } = configured
  const token = endpoints.token ?? ''
  return {
    id,
    name,
    logo: { letters: lettersOf(name), colour: '#5a6472' },
    // Where what a person enters or signs in with goes; an unused address must not stand in its place.
    host: new URL((isSignIn(flow) && endpoints.authorization) || token).host,
    issuer: issuer ?? new URL(token).origin,
    endpoints: { ...endpoints, token },
    flows: [flow],
    defaultFlow: flow,
    needsSecret: ['client_credentials'],
    clientAuth: 'basic',
    // An ID token can be validated only where the setup says who issues it.
    openid: issuer !== undefined && flow === 'authorization_code' && scopes.includes('openid'),
    ...(idToken ? { idToken } : {}),
    scopes: {},
    defaultScopes: scopes,
    lifetimes: { accessToken: 60 * 60_000, rotation: false },
    revokes: endpoints.revocation ? ['refresh_token', 'access_token'] : [],
    ...(endpoints.userinfo ? { whoIsIt: { account: accountOf } } : {}),
    api,
    pages: [],
  }
}

const isSignIn = (flow: Flow) => flow === 'authorization_code' || flow === 'implicit'

// OpenID Connect Core section 5.1; a server that is none has often the same names.
function accountOf(body: unknown) {
  const id = textOf(body, 'sub') ?? textOf(body, 'id')
  return id === undefined ? undefined : { id, name: textOf(body, 'name'), email: textOf(body, 'email') }
}

function lettersOf(name: string): string {
  const [first = 'A', second = ''] = name.match(/\p{L}/gu) ?? []
  return first.toUpperCase() + second.toLowerCase()
}
