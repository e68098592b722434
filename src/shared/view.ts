import type { Fault } from './errors'

export type ProviderId = string
export type ConnectionId = string
export type AttemptId = string
export type PermitId = string
export type ConsentId = string

export type Flow =
  | 'authorization_code'
  | 'implicit'
  | 'password'
  | 'client_credentials'
  | 'exchange'
  | 'personal_token'

/** `token` includes `fetch`. */
export type Use = 'fetch' | 'token'

/** `read` is GET and HEAD. */
export type Access = 'read' | 'change'

/** Whom a connection acts as, in the provider's own words. `id` is what tells accounts apart. */
export type Account = { id: string; name?: string; email?: string }

/**
 * `waiting`: for a host permission. `running`: the authorization flow is under way. `failed`: how the latest
 * attempt ended. An attempt that succeeded leaves a connection and nothing else.
 */
export type Attempt = {
  id: AttemptId
  provider: ProviderId
  /** Set when an existing connection is reconnected. */
  connection?: ConnectionId
  /** The flow that was chosen, where it is not the provider's usual one. */
  flow?: Flow
  /** The key of the setup that was chosen (client credentials), by its client id. */
  key?: string
  /** Where the provider was when the attempt began: it goes on there or not at all. */
  addresses?: Addresses
  /** It goes by what the user entered, which stands in the worker's memory and nowhere else. */
  isEntered?: true
  status: 'waiting' | 'running' | 'failed'
  startedAt: number
  fault?: Fault
}

type ConnectionStatus = 'connected' | 'needs-attention' | 'disconnecting' | 'locked'

/** One connection as screens see it. */
export type ConnectionView = {
  id: ConnectionId
  provider: ProviderId
  /** Null where the provider would not tell. */
  account: Account | null
  flow: Flow
  /** The name that tells several long-lived tokens of one account apart. */
  label?: string
  /**
   * How a new access token is had: by a refresh token, by signing in again (silently, where that works), by the key
   * that it stands for (client credentials), or not at all (a personal token).
   */
  renews: 'refresh' | 'sign-in' | 'key' | 'never'
  /**
   * Nothing holds its calls to fewer scopes than were granted: its tokens cannot be narrowed, and the provider does not
   * tell which scope a call needs.
   */
  isWhole?: true
  /** Its key stands nowhere else: once forgotten, it has to be entered or imported anew. */
  isKeyOurs?: boolean
  status: ConnectionStatus
  /** Why it needs attention. */
  fault?: Fault
  /** The provider did not answer last time; the connection is as good as before. */
  notAnswering?: boolean
  /** It is the company's relay before it that does not. */
  isRelayDown?: true
  /** When it is asked again, milliseconds since the epoch; left out where that is at the next use. */
  nextTry?: number
  scopes: { asked: string[]; granted: string[] }
  /** The provider did not say for which app an implicit token was made, so that could not be checked. */
  isClientUnconfirmed?: boolean
  connectedAt: number
  /** When the login itself ends unless it is used before (a refresh token), or for good (a key); left out where nobody says. */
  loginEndsAt?: number
  /** It ended by its own word and our clock, and nobody has refused it: a clock that is set right brings it back. */
  hasRunOut?: true
  /** While disconnecting: until when it can be undone, milliseconds since the epoch. */
  undoUntil?: number
}

/**
 * How long a permit holds, the shortest first: while the page that asked is there, until the browser closes, for 8 hours,
 * until somebody ends it.
 */
export const permitDurations = ['once', 'run', 'hours', 'always'] as const
export type PermitDuration = (typeof permitDurations)[number]

export type Permit = {
  id: PermitId
  /** An origin, for example `https://app.futuresimple.com`. */
  site: string
  connection: ConnectionId
  use: Use
  access: Access
  scopes: string[]
  until: PermitDuration
  /** The browser run in which it was given; one that is not `always` or `hours` ends with it. */
  run: string
  /** `hours`: milliseconds since the epoch. */
  endsAt?: number
  /** `once`: the page's document that it is bound to, and the tab that it is in. */
  page?: string
  tabId?: number
  grantedAt: number
}

/** What one site asks to do at one provider. Which connection it is to be is the user's choice where it names none. */
export type Ask = {
  provider: ProviderId
  connection?: ConnectionId
  use: Use
  access: Access
  /** Left out where the provider does not tell which scope a call needs: all that the connection has. */
  scopes?: string[]
}

/** A question to the user that is open now. */
export type ConsentView = {
  id: ConsentId
  site: string
  /** The page's document that it is about, to which `once` binds. */
  page: string
  /** One permit is made of each. A site asks one thing at a time; our panel asks for all that it shows. */
  asks: Ask[]
  /** For `token` asks: how long a token handed out now works at most, milliseconds. */
  tokenLife?: number
}

/** A no of the user's that is remembered: until then the site is refused without a question. */
export type Denial = { site: string; provider: ProviderId; until: number }

/** An origin whose scripts may ask, because the user let them; the browser's permission for its host goes with it. */
export type Site = { origin: string; addedAt: number }

/**
 * How the latest Disconnect ended: revoked and checked, revoked, only forgotten here, or forgotten on purpose while
 * the token lives on (`left`: it may be in use elsewhere; `lives-on`: the provider has no way to end it from here;
 * `at-relay`: it is the company's, whose relay has it).
 */
export type Departure = {
  provider: ProviderId
  account: string | null
  result: 'revoked-checked' | 'revoked' | 'forgotten' | 'left' | 'lives-on' | 'at-relay'
  /** Access tokens that the provider cannot revoke work until then, milliseconds since the epoch. */
  tokensUntil?: number
  at: number
}

/**
 * A token endpoint that does not answer: one trouble, however many connections have it, with one count and one time
 * before which nobody asks again. Milliseconds since the epoch.
 */
export type Outage = {
  since: number
  failures: number
  nextTry: number
  /** What is tried again then: the latest that failed, with the scopes that it was narrowed to. */
  connection: ConnectionId
  asked?: string[]
  /** It is the company's relay that does not answer, and not the provider. */
  isOfRelay?: true
}

/** How a client secret is sent to a token endpoint (RFC 6749 section 2.3.1; `json` is the same in a JSON body). */
export const clientAuths = ['none', 'basic', 'post', 'json'] as const
export type ClientAuth = (typeof clientAuths)[number]

/** Names of endpoints follow RFC 8414, shortened. */
export const endpointNames = [
  'authorization',
  'token',
  'revocation',
  'tokenInfo',
  'introspection',
  'userinfo',
] as const
export type Endpoints = Partial<Record<(typeof endpointNames)[number], string>>

/** Origins that a connection was made with: its credentials and tokens go to no other. */
export type Addresses = {
  token: string
  revocation?: string
  api: string[]
  /** The token endpoint is a relay's, which asks the provider. */
  isRelayed?: true
}

/** What is configured for one provider; nothing secret. */
export type ConfiguredProvider = {
  /** None where there are keys, or where the user enters one. */
  clientId?: string
  /** There is a client secret for `clientId` in the vault. */
  hasSecret?: true
  flow?: Flow
  scopes?: string[]
  audience?: string
  /** A company's relay is shown its ID token in place of an access token. */
  idToken?: boolean
  clientAuth?: ClientAuth
  /** Keeps the refresh token that an implicit answer brings, against RFC 6749 section 4.2.2. */
  allowImplicitRefresh?: boolean
  /** The origin of the company's relay, which has the client secret. */
  relay?: string
  /** Pairs of client id and secret (client credentials); the secrets are in the vault, or the relay's. */
  keys?: { label: string; clientId: string }[]
  /** No longer in the setup; it stands here as long as connections to it do. */
  isRetired?: true
  /** A provider of the setup's own, or a built-in one that is moved to loopback. */
  name?: string
  issuer?: string
  endpoints?: Endpoints
  api?: string[]
}

/** A site that the setup proposes; it is no permit. */
export type ProposedSite = {
  origin: string
  provider: ProviderId
  scopes: string[]
  use: Use
  access: Access
}

export type Rules = {
  /** The flows that may be used; left out, all but weak ones (`weakFlows`). */
  flows?: Flow[]
  maxLeaseMinutes?: number
  /** Whether people may, must, or must not set a passphrase; left out, they may. */
  passphrase?: 'optional' | 'required' | 'off'
  lockAfterMinutes?: number
  userProviders?: boolean
  userSites?: boolean
  /** Origins of private addresses that brokered calls may go to. */
  privateAddresses?: string[]
  keepReceiptsDays?: number
  /** The longest that a permit may hold; left out, always. */
  longestPermit?: PermitDuration
}

export type SetupView = {
  organisation: { name?: string; supportContact?: string }
  providers: Record<ProviderId, ConfiguredProvider>
  sites: ProposedSite[]
  rules: Rules
}

/** Flows in which what was entered is kept nowhere, so that it has to be entered anew. */
export const enteredFlows: readonly Flow[] = ['password', 'personal_token']

/** Flows that are off until the user switches weaker flows on: they show Dealpass a person's password. */
export const weakFlows: readonly Flow[] = ['password']

/** One way to connect a provider. */
export type Way = {
  flow: Flow
  /** A key of the setup, for client credentials. */
  key?: { label: string; clientId: string }
  /** Something has to be entered on the entry screen first. */
  needsEntry: boolean
}

/** One provider as screens see it: a catalogue's, with what the setup makes of it, or one of the setup's own. */
export type ProviderView = {
  id: ProviderId
  name: string
  logo: { letters: string; colour: string }
  /** Its host, where the setup defined it and the name alone could be anybody's. */
  host?: string
  /** Moved to loopback by the setup: nothing of it is real. */
  isPractice?: true
  dashboard?: string
  /** The company's relay, where its logins go through one: its host, and the provider that says there who we are. */
  relay?: { host: string; identity?: string }
  /** ISO day. */
  endOfLife?: string
  /** Scopes in plain words. */
  scopes: Readonly<Record<string, string>>
  /** Scopes that a sign-in asks for now. */
  asks: readonly string[]
  /** People are sent to it and back: it has to know our redirect address. */
  isSignedInAt: boolean
  /** Match patterns of the hosts that the browser has to let us reach. */
  hosts: string[]
  /** What our own panel asks a permit for, where it has a block for this provider. */
  widgets?: { use: Use; access: Access; scopes: readonly string[] }
  /** Ways to connect it, the one that Connect takes first. None where the setup does not have the provider. */
  ways: Way[]
}

/**
 * All that screens read, under the key `view` of `storage.session`. The background alone writes it. No token fits
 * in it by type.
 */
export type View = {
  /** Made anew each time the browser starts. */
  run: string
  stopped: boolean
  /** Whether a passphrase is set (`off`: none), and whether it has been entered since. */
  lock: 'off' | 'open' | 'locked'
  /** The user has switched weaker flows on. */
  weakerFlows: boolean
  setup: SetupView | null
  /** Every provider, in the order in which people see them. */
  providers: ProviderView[]
  attempts: Attempt[]
  connections: ConnectionView[]
  sites: Site[]
  permits: Permit[]
  consents: ConsentView[]
  denials: Denial[]
  departures: Departure[]
  /** A provider whose setup the provider itself refuses. */
  setupFaults: Record<ProviderId, Fault>
  /** How far the providers' clocks are ahead of this computer's, milliseconds, where that is more than five minutes. */
  clockSkew?: number
  /** Logins that nobody uses are renewed before they end, because the user has switched it on. */
  keepsWarm: boolean
  /** *Renew all* is under way. */
  renewing?: { done: number; total: number }
  /** By the place of the trouble (`outagePlace`). */
  outages: Record<string, Outage>
}

/** Keys of `storage.session`; there are no others. */
export const sessionKeys = { view: 'view', tokens: 'tokens' } as const

/**
 * The account as people read it: e-mail, else name, else id; null when the provider would not tell. Where a
 * connection has a name of its own, that follows.
 */
export function accountLabel({ account, label }: Pick<ConnectionView, 'account' | 'label'>): string | null {
  const name = account && (account.email ?? account.name ?? account.id)
  return label ? [name, label].filter(Boolean).join(' · ') : name
}
