import type { Access, Account, Flow, ProviderId, Use } from '../shared/view'

/** What an API path of the page's own CRM says about where the user is; ids from the URL, never from the DOM. */
export type PageContext = { kind: 'lead' | 'contact' | 'deal'; id: string }

/**
 * One entry of the catalogue. A provider is data; an oddity is a small pure hook over what came over the wire,
 * never a branch in shared code. Names of endpoints follow RFC 8414.
 */
export type Provider = {
  id: ProviderId
  name: string
  /** The two letters and the colour of its neutral logo. */
  logo: { letters: string; colour: string }
  /** The provider's own page about its OAuth. */
  docs: string
  /** Where a user sees and ends what apps may do, for what we cannot revoke. */
  dashboard?: string
  issuer: string
  endpoints: {
    authorization: string
    token: string
    revocation?: string
    userinfo?: string
    /** Asked with a Bearer token: whose client is it, and is it alive? */
    tokenInfo?: string
  }
  flows: readonly Flow[]
  defaultFlow: Flow
  clientAuth: 'none' | 'basic'
  /** OpenID Connect: an ID token comes with a code, and is validated. */
  openid: boolean
  /** Scopes in plain words; those that no widget needs to hear of (openid) have none. */
  scopes: Readonly<Record<string, string>>
  /** The least that says who the user is and makes our panel work. */
  defaultScopes: readonly string[]
  /** The audience parameter, where the provider wants one: its default. */
  audience?: string
  /** Parameters of the authorization request that let the user choose another account. */
  otherAccount?: Readonly<Record<string, string>>
  lifetimes: {
    /** Usual life of an access token, milliseconds. */
    accessToken: number
    /** A refresh answers with a new refresh token, and the old one dies. */
    rotation: boolean
  }
  /** Which of our tokens the revocation endpoint ends. */
  revokes: readonly ('refresh_token' | 'access_token')[]
  /** The probe that says whom a connection acts as; a 403 means that the provider would not tell. */
  whoIsIt: { url: string; account: (body: unknown) => Account | undefined }
  /** API addresses, each an origin with a path prefix that ends in a slash. The first one resolves relative paths. */
  api: readonly string[]
  /** The CRM's pages: match patterns on exact hosts, and what a path says. */
  pages: readonly string[]
  context?: (url: URL) => PageContext | undefined
  /** What our own panel and widgets ask a permit for. */
  widgets: { use: Use; access: Access; scopes: readonly string[] }
  endOfLife?: { on: string; source: string }
  hooks?: {
    /** The client a token was issued to, from the answer of token info; undefined where it does not say. */
    tokenInfoClient?: (body: unknown) => string | undefined
    /** The scope that a call needs: a permit is held to its scopes by it, also where the token could do more. */
    scopeOf?: (url: URL, access: Access) => string
  }
}

/** A property of a value that came over the wire, when it is a non-empty string or a number; as text. */
export function textOf(value: unknown, ...path: string[]): string | undefined {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  if (typeof at === 'number') return String(at)
  return typeof at === 'string' && at !== '' ? at : undefined
}
