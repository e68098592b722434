import { type OAuthClient, oauthClient } from '../../src/oauth/client'
import { salesos } from '../../src/providers/salesos'
import { sell } from '../../src/providers/sell'

/** SalesOS: a code with PKCE, OpenID Connect. */
export const codeClient = (): OAuthClient => oauthClient(salesos, { clientId: 'our-client' })

/** Sell: the implicit grant, token info. */
export const implicitClient = (): OAuthClient => oauthClient(sell, { clientId: 'our-client' })

export const redirectUri = 'https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/provider'
