import * as oauth from 'oauth4webapi'
import type { Provider } from '../providers/provider'
import type { ConfiguredProvider, Flow } from '../shared/view'
import { guardedFetch } from './guarded-fetch'

/** Everything the protocol needs to know about one provider and the app registered with it. */
export type OAuthClient = {
  provider: Provider
  flow: Flow
  /** Scopes to ask for. */
  scopes: string[]
  audience?: string
  server: oauth.AuthorizationServer
  registration: oauth.Client
  authentication: oauth.ClientAuth
}

/** Puts a provider of the catalogue and what is configured for it together. Nothing is sent. */
export function oauthClient(provider: Provider, configured: ConfiguredProvider): OAuthClient {
  const { endpoints } = provider
  return {
    provider,
    flow: configured.flow ?? provider.defaultFlow,
    scopes: [...(configured.scopes ?? provider.defaultScopes)],
    audience: configured.audience ?? provider.audience,
    server: {
      issuer: provider.issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      revocation_endpoint: endpoints.revocation,
      userinfo_endpoint: endpoints.userinfo,
    },
    registration: { client_id: configured.clientId },
    // Without a secret there is nothing to authenticate with, whatever the provider would prefer.
    authentication: oauth.None(),
  }
}

/** The library's symbol for "use this fetch", as an option of its requests. */
export const byGuardedFetch = { [oauth.customFetch]: guardedFetch as typeof fetch }

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
