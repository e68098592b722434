/** What a site may be told. Stable: widget authors branch on these words. */
export const siteCodes = [
  'not-installed',
  'not-connected',
  'not-permitted',
  'reconnect-required',
  'scope-missing',
  'locked',
  'stopped',
  'wrong-user',
  'rate-limited',
  'bad-request',
  'provider-unreachable',
  'provider-rejected',
  'unexpected',
] as const

export type SiteCode = (typeof siteCodes)[number]

/** What, besides, an attempt to connect can end in. */
const connectCodes = [
  'cancelled',
  'denied',
  'bad-state',
  'wrong-redirect',
  'wrong-issuer',
  'foreign-token',
  'wrong-account',
  'address-changed',
  'permission-missing',
  'setup-wrong',
  'blocked-by-policy',
  'timed-out',
  'interrupted',
] as const

// Marked as pure, since a bundler takes a spread for work that may not be left out.
export const errorCodes = /* @__PURE__ */ (() => [...siteCodes, ...connectCodes] as const)()
export type ErrorCode = (typeof errorCodes)[number]

/** Finer words under a code that sites may be told, too. */
export const siteReasons = [
  'api-refuses-login',
  'sign-in-again',
  'long-lived-token',
  'wide-token',
  'brokered-only',
  'no-permit',
  'needs-gesture',
  'denied-lately',
  'read-only',
  'unknown-caller',
  'outside-api',
  'too-large',
  'redirected',
  'nonsense-answer',
  'disconnecting',
  'see-dealpass',
  'updated',
  'answer-lost',
  'token-in-answer',
] as const
export type SiteReason = (typeof siteReasons)[number]

const ownReasons = [
  'setup-missing',
  'provider-not-in-setup',
  'client-refused',
  'scope-refused',
  'page-not-loaded',
  'window-open',
  'code-refused',
  'exchange-refused',
  'password-refused',
  'token-refused',
  'token-malformed',
  'void-token',
  'weak-flow',
  'no-way',
  'key-ended',
  'key-refused',
  'renewal-lost',
  'record-damaged',
  'secret-damaged',
  'wrong-passphrase',
  'passphrase-short',
  'passphrase-needed',
  'relay-unreachable',
  'relay-not-admitted',
  'relay-sign-in',
  'relay-identity',
  'relay-not-allowed',
  'relay-no-key',
  'relay-sealed',
  'relay-client',
  'relay-setup',
] as const

/**
 * A finer word under a code, where people need another sentence for it. Widget authors never
 * branch on it; a closed list, so that no value from outside can travel in it.
 */
export const reasons = /* @__PURE__ */ (() => [...siteReasons, ...ownReasons] as const)()
export type Reason = (typeof reasons)[number]

/** An error as it is stored and shown: two closed words, so no secret can get in by its type. */
export type Fault = { code: ErrorCode; reason?: Reason }

/**
 * An error as it crosses between contexts. `message` is the sentence for people where a site is told; our own screens
 * have the table of sentences themselves.
 */
export type Failure = Fault & { message?: string }

/**
 * The one error class. `cause` is for the debugger of the context that threw it: library errors
 * keep response bodies there, tokens included, so it is never sent, stored or logged.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly reason?: Reason

  constructor(code: ErrorCode, reason?: Reason, options?: { cause?: unknown; message?: string }) {
    super(options?.message ?? (reason ? `${code}: ${reason}` : code), { cause: options?.cause })
    this.name = 'AppError'
    this.code = code
    if (reason) this.reason = reason
  }
}

/** The closed words of any thrown value: an `AppError` keeps its own, everything else is `unexpected`. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof AppError)) return { code: 'unexpected' }
  return error.reason ? { code: error.code, reason: error.reason } : { code: error.code }
}
