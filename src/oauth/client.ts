import * as oauth from 'oauth4webapi'
import type { Provider } from '../providers/provider'
import type { ClientAuth, ConfiguredProvider, Flow } from '../shared/view'
import { guardedFetch } from './guarded-fetch'

/** Everything the protocol needs to know about one provider and the app registered with it. */
export type OAuthClient = {
  provider: Provider
  flow: Flow
  /** Scopes to ask for. */
  scopes: string[]
  audience?: string
  /** How the setup wants the secret sent, where it says so. */
  clientAuth?: ClientAuth
  /** Keeps the refresh token of an implicit answer. */
  allowImplicitRefresh: boolean
  server: oauth.AuthorizationServer
  registration: oauth.Client
  authentication: oauth.ClientAuth
  /** For an exchange, which sends it in its own way. */
  clientSecret?: string
  /** What every request of the library takes along: our fetch. */
  options: { [oauth.customFetch]: typeof fetch; [oauth.allowInsecureRequests]?: boolean }
}

/** What is known of the registered app. */
export type Registered = Pick<
  ConfiguredProvider,
  'flow' | 'scopes' | 'audience' | 'clientAuth' | 'allowImplicitRefresh'
> & {
  clientId: string
  clientSecret?: string
  /** In the place of `guardedFetch`, and as strict: that of whoever goes through a relay. */
  fetch?: typeof guardedFetch
}

/** Puts a provider and the app registered with it together. Nothing is sent. */
export function oauthClient(provider: Provider, registered: Registered): OAuthClient {
  const { endpoints } = provider
  const { clientId, clientSecret, allowImplicitRefresh = false } = registered
  const flow = registered.flow ?? provider.defaultFlow
  // Without a secret there is nothing to authenticate with, whatever the provider would prefer.
  const method = clientSecret === undefined ? 'none' : (registered.clientAuth ?? provider.clientAuth)
  return {
    provider,
    flow,
    scopes: [...(registered.scopes ?? usualScopes(provider, flow))],
    audience: registered.audience ?? provider.audience,
    clientAuth: registered.clientAuth,
    allowImplicitRefresh,
    server: {
      issuer: provider.issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      revocation_endpoint: endpoints.revocation,
      userinfo_endpoint: endpoints.userinfo,
    },
    registration: { client_id: clientId },
    authentication: authentications[method](clientSecret ?? ''),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    options: {
      [oauth.customFetch]: (registered.fetch ??
        (method === 'json' ? jsonFetch : guardedFetch)) as typeof fetch,
      // Plain http is spoken on this machine alone: the schema of the setup lets no other such address in.
      ...(endpoints.token.startsWith('http:') ? { [oauth.allowInsecureRequests]: true } : {}),
    },
  }
}

function usualScopes(provider: Provider, flow: Flow): readonly string[] {
  return (flow === 'client_credentials' && provider.machineScopes) || provider.defaultScopes
}

// The library's own also encodes the likes of '-', which nothing asks for and servers that decode nothing do not know.
function basicAuthentication(secret: string): oauth.ClientAuth {
  const encoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return (_, { client_id: id }, __, headers) =>
    headers.set('authorization', `Basic ${btoa(`${encoded(id)}:${encoded(secret)}`)}`)
}

// RFC 6749 section 2.3.1. In a JSON body, which some servers document, the parameters have the same names.
const authentications = {
  none: () => oauth.None(),
  basic: basicAuthentication,
  post: oauth.ClientSecretPost,
  json: oauth.ClientSecretPost,
} as const

const jsonFetch = (address: string, init: RequestInit) => {
  if (!(init.body instanceof URLSearchParams)) return guardedFetch(address, init)
  const headers = new Headers(init.headers)
  headers.set('content-type', 'application/json')
  return guardedFetch(address, { ...init, headers, body: JSON.stringify(Object.fromEntries(init.body)) })
}

/** The registration with the server's clock: `Date` of this answer against ours, in whole seconds. */
export function atServerTime(registration: oauth.Client, response: Response): oauth.Client {
  const skew = clockSkewOf(response)
  return { ...registration, [oauth.clockSkew]: Math.round(skew / 1000), [oauth.clockTolerance]: 30 }
}

/** How far the server's clock is ahead of ours, milliseconds; 0 where the answer does not tell. */
export function clockSkewOf(response: Response): number {
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? 0 : date - Date.now()
}
