import { type OAuthClient, oauthClient, type Registered } from '../../src/oauth/client'
import { salesos } from '../../src/providers/salesos'
import { sell } from '../../src/providers/sell'
import { sellsn } from '../../src/providers/sellsn'
import { sellytics } from '../../src/providers/sellytics'

/** SalesOS: a code with PKCE, OpenID Connect. */
export const codeClient = (more: Partial<Registered> = {}): OAuthClient =>
  oauthClient(salesos, { clientId: 'our-client', ...more })

/** Sell: the implicit grant, token info. */
export const implicitClient = (more: Partial<Registered> = {}): OAuthClient =>
  oauthClient(sell, { clientId: 'our-client', ...more })

/** sellytics: client credentials, whose client is a key. */
export const keyClient = (more: Partial<Registered> = {}): OAuthClient =>
  oauthClient(sellytics, { clientId: 'our-key', clientSecret: 'the-secret', ...more })

/** SellSN: a code that is exchanged for a key. */
export const exchangeClient = (more: Partial<Registered> = {}): OAuthClient =>
  oauthClient(sellsn, { clientId: 'our-app', clientSecret: 'the-secret', ...more })

export const redirectUri = 'https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/provider'
