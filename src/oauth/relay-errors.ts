import { AppError, type ErrorCode, type Reason } from '../shared/errors'

/** The header in which a relay says that it is the relay that refuses, and why. */
export const relayErrorHeader = 'dealpass-relay-error'

// `src/relay/errors.ts` has all of them; what is not here is a matter of the relay's configuration.
const faults: Readonly<Record<string, readonly [ErrorCode, Reason?]>> = {
  'not-admitted': ['setup-wrong', 'relay-not-admitted'],
  'no-credentials': ['setup-wrong', 'relay-identity'],
  'bad-credentials': ['setup-wrong', 'relay-identity'],
  'expired-credentials': ['setup-wrong', 'relay-identity'],
  'stale-proof': ['setup-wrong', 'relay-identity'],
  'replayed-proof': ['setup-wrong', 'relay-identity'],
  'not-allowed': ['setup-wrong', 'relay-not-allowed'],
  'bad-sealed-token': ['setup-wrong', 'relay-sealed'],
  'upstream-refused-client': ['setup-wrong', 'relay-client'],
  // The one who does not answer is the provider behind it. Else it is the relay, as with all that it says by a status of 5xx.
  'upstream-unreachable': ['provider-unreachable'],
  'upstream-nonsense': ['provider-rejected'],
  'token-in-answer': ['provider-rejected', 'token-in-answer'],
  'path-not-allowed': ['bad-request', 'outside-api'],
  'method-not-allowed': ['not-permitted', 'read-only'],
  'too-large': ['bad-request', 'too-large'],
}

const relayUnreachable = ['provider-unreachable', 'relay-unreachable'] as const

/** The relay does not answer: it could not be reached, or what stands before it says so. */
export function relayDown(cause: unknown): AppError {
  return new AppError(...relayUnreachable, { cause })
}

/**
 * What a refusal of the relay's own means. Never `reconnect-required`: that is the provider's word alone, and the login is as
 * good as before. The answer is kept as `cause`, which says when to ask again.
 */
export function relayError(code: string, response: Response): AppError {
  const known = Object.hasOwn(faults, code) ? faults[code] : undefined
  const isDown = response.status >= 500 || response.status === 429
  const [name, reason] = known ?? (isDown ? relayUnreachable : ['setup-wrong', 'relay-setup'])
  return new AppError(name, reason, { cause: response })
}

/** The relay's own word where an error is one, so that it is there. */
export function refusalOf({ cause }: AppError): string | null {
  return cause instanceof Response ? cause.headers.get(relayErrorHeader) : null
}
