import type { Failure } from './errors'
import type { Receipt } from './receipt'
import type { SetupFault } from './setup-fault'
import type {
  Access,
  AttemptId,
  ConnectionId,
  ConsentId,
  Flow,
  PermitDuration,
  PermitId,
  ProviderId,
  SetupView,
  Use,
  View,
} from './view'

/** One connection as a site may know it: what it has a permit for, and no more. */
export type SiteConnection = {
  connection: ConnectionId
  provider: ProviderId
  account: string | null
  status: 'connected' | 'needs-attention' | 'locked'
  scopes: string[]
  use: Use
  access: Access
}

/** A short-lived access token handed to a site. `expiresAt` is its real end in milliseconds since the epoch. */
export type Lease = { accessToken: string; tokenType: 'Bearer'; expiresAt: number; scopes: string[] }

/** A call that the background makes. `path` is relative to the provider's API, or an absolute address inside it. */
export type ApiCall = {
  provider: ProviderId
  connection?: ConnectionId
  path: string
  /** What a permit is asked for, where there is none yet and the provider does not tell which scope the call needs. */
  scopes?: string[]
  method?: string
  headers?: Record<string, string>
  body?: string | ArrayBuffer
}

/** The API's answer as it crosses the wire; the SDK makes a `Response` of it. */
export type ApiAnswer = { status: number; statusText: string; headers: [string, string][]; body: ArrayBuffer }

/**
 * What the entry screen sends: a user name and password (used once, kept nowhere), a personal token with a name, or a
 * key pair with a label.
 */
export type Entry =
  | { flow: 'password'; username: string; password: string }
  | { flow: 'personal_token'; label: string; token: string }
  | { flow: 'client_credentials'; label: string; clientId: string; clientSecret: string }

/**
 * A setup file without its secrets: how many connections of each provider it would move to other addresses, and whose
 * secrets in the vault it would put others in place of.
 */
export type ReadSetup = {
  setup: SetupView
  moves: Record<ProviderId, number>
  newSecrets: { provider: ProviderId; clientId: string }[]
}

/** What a panel goes by: the view, and the address of the page around it where the browser tells. */
export type Sight = { view: View; address?: string }

/** The whole surface of the background: who may call what stands beside each route in `background/routes.ts`. */
type Protocol = {
  // screens
  hello(input: Record<never, never>): void
  connect(input: {
    provider: ProviderId
    connection?: ConnectionId
    flow?: Flow
    key?: string
    entry?: Entry
  }): void
  cancel(input: { attempt: AttemptId }): void
  permissionRefused(input: { provider: ProviderId }): void
  /** `leave`: the token is only forgotten here and not revoked, since it may be in use elsewhere. */
  disconnect(input: { connection: ConnectionId; leave?: boolean }): void
  undo(input: { connection: ConnectionId }): void
  stop(input: { on: boolean }): void
  weakerFlows(input: { on: boolean }): void
  /** Renews logins that nobody uses before they end, or does not. */
  keepWarm(input: { on: boolean }): void
  /** Sees to every connection that needs a person within a day, one after the other. */
  renewAll(input: Record<never, never>): void
  /** Sets a passphrase, or puts another in the place of `current`. */
  setPassphrase(input: { passphrase: string; current?: string }): void
  removePassphrase(input: { current: string }): void
  unlock(input: { passphrase: string }): void
  lock(input: Record<never, never>): void
  /** The passphrase is forgotten: removes every connection. */
  startAnew(input: Record<never, never>): void
  /** The thumbprint of the key by which relays know this browser. */
  thumbprint(input: Record<never, never>): string
  reviewSetup(input: { text: string }): ReadSetup | { faults: SetupFault[] }
  useSetup(input: { text: string }): void
  /** `connections`: the account that was chosen for each of the asks, in their order. */
  decide(input: {
    consent: ConsentId
    allow: boolean
    until: PermitDuration
    connections: ConnectionId[]
  }): void
  endPermit(input: { permit: PermitId }): void
  /** Ends every permit: of one site, or of all. */
  endPermits(input: { site?: string }): void
  /** The user has clicked on *Use Dealpass on …*; it holds as soon as the browser has given the permission. */
  useSite(input: { origin: string }): void
  leaveSite(input: { origin: string }): void
  /** Lets a site ask again before its denial is forgotten. */
  forgetDenial(input: { site: string; provider: ProviderId }): void
  /** The activity log, the newest first. */
  receipts(input: Record<never, never>): Receipt[]
  // panels
  enter(input: { ticket: string }): { site: string; page: string }
  look(input: Record<never, never>): Sight
  askConsent(input: Record<never, never>): void
  // panels and sites
  connections(input: Record<never, never>): SiteConnection[]
  fetch(input: ApiCall): ApiAnswer
  // sites
  token(input: { provider: ProviderId; connection?: ConnectionId; scopes?: string[] }): Lease
  openPanel(input: Record<never, never>): { ticket: string }
}

export type RequestName = keyof Protocol
export type RequestInput<N extends RequestName> = Parameters<Protocol[N]>[0]
export type RequestOutput<N extends RequestName> = ReturnType<Protocol[N]>
export type RequestMessage = { dealpass: 'request'; name: string; input: unknown }
export type Reply<T> = { ok: true; value: T } | { ok: false; error: Failure }

/** What a site's documents are told when something changed for them; it carries no more than a word. */
export type SiteEvent = 'connected' | 'ended' | 'recovered' | 'needs-attention' | 'locked'

/** Tells a panel to look again. It answers true, by which the background knows too that its document is there. */
export type LookMessage = { dealpass: 'look' }
