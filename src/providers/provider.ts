import type { Access, Account, ClientAuth, Endpoints, Flow, ProviderId, Use } from '../shared/view'

/** What an API path of the page's own CRM says about where the user is; ids from the URL, never from the DOM. */
export type PageContext = { kind: 'lead' | 'contact' | 'deal'; id: string }

/** What an exchange (a hook's, in place of RFC 6749's code grant) works with. */
export type ExchangeInput = {
  /** The provider's token endpoint. */
  token: string
  clientId: string
  clientSecret: string
  code: string
}

/** What an exchange brought: a key, or whose fault it is that there is none, as far as the provider tells. */
export type ExchangeResult = { key: string } | { refused: 'client' | 'client-or-code' | 'nonsense' }

/**
 * One entry of the catalogue. A provider is data; an oddity is a small pure hook over what came over the wire,
 * never a branch in shared code. Names of endpoints follow RFC 8414.
 */
export type Provider = {
  id: ProviderId
  name: string
  /** The two letters and the colour of its neutral logo. */
  logo: { letters: string; colour: string }
  /** Its host, where a setup defined it: anybody could have given it this name. */
  host?: string
  /** A setup moved it to loopback: nothing of it is real. */
  isPractice?: true
  /** The provider's own page about its OAuth. */
  docs?: string
  /** Where a user sees and ends what apps may do, for what we cannot revoke. */
  dashboard?: string
  issuer: string
  /** `tokenInfo` is asked with a Bearer token: whose client is it, and is it alive? */
  endpoints: Endpoints & { token: string }
  /** The company's relay by its origin, and the endpoints that it calls: the provider's own in the place of ours. */
  relay?: { origin: string; endpoints: Endpoints }
  flows: readonly Flow[]
  defaultFlow: Flow
  /** Flows that the provider's token endpoint refuses without a client secret. */
  needsSecret: readonly Flow[]
  /** How a client secret is sent, where there is one. */
  clientAuth: ClientAuth
  /** OpenID Connect: an ID token comes with a code, and is validated. */
  openid: boolean
  /** Its ID token takes the access token's place, for a company's relay that knows people by it. */
  idToken?: boolean
  /** Scopes in plain words; those that no widget needs to hear of (openid) have none. */
  scopes: Readonly<Record<string, string>>
  /** The least that says who the user is and makes our panel work. */
  defaultScopes: readonly string[]
  /** The scopes that client credentials ask for, where they differ from a person's. */
  machineScopes?: readonly string[]
  /** The audience parameter, where the provider wants one: its default. */
  audience?: string
  /** Parameters of the authorization request that let the user choose another account. */
  otherAccount?: Readonly<Record<string, string>>
  lifetimes: {
    /** Usual life of an access token, milliseconds. */
    accessToken: number
    /** A refresh answers with a new refresh token, and the old one dies. */
    rotation: boolean
    /** A refresh token ends when it is not used for so long, milliseconds; left out where nobody says. */
    login?: number
  }
  /** Which of our tokens the revocation endpoint ends. */
  revokes: readonly ('refresh_token' | 'access_token')[]
  /**
   * The probe that says whom a connection acts as: a path of the API, else the userinfo endpoint. A 403 means that
   * the provider would not tell; `scope` is the one that was not given then. Client credentials act as nobody and are not asked.
   */
  whoIsIt?: { path?: string; scope?: string; account: (body: unknown) => Account | undefined }
  /** API addresses, each an origin with a path prefix that ends in a slash. The first one resolves relative paths. */
  api: readonly string[]
  /** The CRM's pages: match patterns on exact hosts, and what a path says. */
  pages: readonly string[]
  context?: (url: URL) => PageContext | undefined
  /**
   * What our own panel and widgets ask a permit for. `script` is a widget's content script, as it is built: it runs on
   * the pages of CRMs that may have tokens of this provider.
   */
  widgets?: { use: Use; access: Access; scopes: readonly string[]; script?: string }
  endOfLife?: { on: string; source: string }
  hooks?: {
    /** What the answer of token info says of a token: its client and its scopes, each undefined where it does not. */
    tokenInfo?: (body: unknown) => { client?: string; scopes?: string[] }
    /** The scope that a call needs: a permit is held to its scopes by it, also where the token could do more. */
    scopeOf?: (url: URL, access: Access) => string
    /** The authorization request where it is not RFC 6749's: made of the standard one. */
    authorizationRequest?: (standard: URL) => URL
    /** The requests that exchange a code for a key, in the order in which they are tried until one is not refused. */
    exchangeRequests?: (input: ExchangeInput) => Request[]
    exchangeResult?: (status: number, body: unknown) => ExchangeResult
    /** Whether a token answer itself says that tokens of that time (milliseconds) are void. */
    isIssuedVoid?: (answer: unknown, issuedAt: number) => boolean
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
