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
  /** How a new access token is had: by a refresh token, or by signing in again (silently, where that works). */
  renews: 'refresh' | 'sign-in'
  status: ConnectionStatus
  /** Why it needs attention. */
  fault?: Fault
  /** The provider did not answer last time; the connection is as good as before. */
  notAnswering?: boolean
  scopes: { asked: string[]; granted: string[] }
  /** The provider did not say for which app an implicit token was made, so that could not be checked. */
  isClientUnconfirmed?: boolean
  connectedAt: number
  /** While disconnecting: until when it can be undone, milliseconds since the epoch. */
  undoUntil?: number
}

/** Only `run` until more durations come: the permit ends when the browser closes. */
export const permitDurations = ['run'] as const
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
  /** The browser run that a `run` permit belongs to. */
  run: string
  grantedAt: number
}

/** What one site asks to do with one connection. */
export type Ask = { connection: ConnectionId; use: Use; access: Access; scopes: string[] }

/** A question to the user that is open now. */
export type ConsentView = {
  id: ConsentId
  site: string
  asks: Ask[]
  /** For `token` asks: how long a token handed out now works at most, milliseconds. */
  tokenLife?: number
}

/** How the latest Disconnect ended: revoked and checked, revoked, or only forgotten here. */
export type Departure = {
  provider: ProviderId
  account: string | null
  result: 'revoked-checked' | 'revoked' | 'forgotten'
  /** Access tokens that the provider cannot revoke work until then, milliseconds since the epoch. */
  tokensUntil?: number
  at: number
}

/** What is configured for one provider; nothing secret. */
export type ConfiguredProvider = { clientId: string; flow?: Flow; scopes?: string[]; audience?: string }

export type SetupView = {
  organisation: { name?: string; supportContact?: string }
  providers: Record<ProviderId, ConfiguredProvider>
}

/**
 * All that screens read, under the key `view` of `storage.session`. The background alone writes it. No token fits
 * in it by type.
 */
export type View = {
  /** Made anew each time the browser starts. */
  run: string
  stopped: boolean
  setup: SetupView | null
  attempts: Attempt[]
  connections: ConnectionView[]
  permits: Permit[]
  consents: ConsentView[]
  departures: Departure[]
  /** A provider whose setup the provider itself refuses. */
  setupFaults: Record<ProviderId, Fault>
}

/** Keys of `storage.session`; there are no others. */
export const sessionKeys = { view: 'view', tokens: 'tokens' } as const

/** The account as people read it: e-mail, else name, else id; null when the provider would not tell. */
export function accountLabel(account: Account | null): string | null {
  return account ? (account.email ?? account.name ?? account.id) : null
}
