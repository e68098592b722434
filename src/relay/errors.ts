/** What the relay itself refuses or cannot do. Stable: the extension and whoever runs a relay branch on these words. */
export const relayStatuses = {
  'header-missing': 400,
  'origin-refused': 403,
  'no-credentials': 401,
  'bad-credentials': 401,
  'expired-credentials': 401,
  'not-admitted': 403,
  'stale-proof': 401,
  'replayed-proof': 401,
  'not-allowed': 403,
  'not-found': 404,
  'grant-not-allowed': 400,
  'redirect-not-allowed': 400,
  'scope-not-allowed': 400,
  'bad-sealed-token': 400,
  'bad-request': 400,
  'method-not-allowed': 405,
  'path-not-allowed': 403,
  'too-large': 413,
  'rate-limited': 429,
  'identity-unreachable': 503,
  'keys-unreadable': 503,
  'upstream-unreachable': 502,
  'upstream-refused-client': 502,
  'upstream-nonsense': 502,
  'token-in-answer': 502,
  unexpected: 500,
} as const satisfies Record<string, number>

export type RelayCode = keyof typeof relayStatuses

/** RFC 6749 section 5.2 and RFC 6750 section 3.1: what a client that knows no relay makes of it. */
const standardErrors: Partial<Record<RelayCode, string>> = {
  'grant-not-allowed': 'unsupported_grant_type',
  'scope-not-allowed': 'invalid_scope',
  'no-credentials': 'invalid_token',
  'bad-credentials': 'invalid_token',
  'expired-credentials': 'invalid_token',
  'stale-proof': 'invalid_dpop_proof',
  'replayed-proof': 'invalid_dpop_proof',
  'rate-limited': 'temporarily_unavailable',
  'identity-unreachable': 'temporarily_unavailable',
  'keys-unreadable': 'temporarily_unavailable',
  'upstream-unreachable': 'temporarily_unavailable',
}

/** What whoever reads a log or an answer can do about it. No sentence has a value of the request in it. */
const sentences: Record<RelayCode, string> = {
  'header-missing': 'Send the header Dealpass-Relay: 1.',
  'origin-refused': 'Only the Dealpass extension may call the relay from a browser.',
  'no-credentials': 'Send an access token for this relay, or a proof of an admitted key.',
  'bad-credentials':
    'The token or proof is not one that this relay accepts. The log says why, under this request id.',
  'expired-credentials': 'The token has ended. Renew it.',
  'not-admitted': 'This key is not admitted. Ask your administrator to admit its thumbprint.',
  'stale-proof': 'The proof was not made now. Compare the clock with the Date header, and make a new one.',
  'replayed-proof': 'The proof was used before. Make a new one for each request.',
  'not-allowed': 'This user may not use this. Ask your administrator.',
  'not-found': 'The relay serves nothing at this address.',
  'grant-not-allowed': 'The relay is not configured for this grant at this provider.',
  'redirect-not-allowed': 'The redirect address is not in the configuration of the relay.',
  'scope-not-allowed': 'A scope is not in the configuration of the relay.',
  'bad-sealed-token':
    'The refresh token was not sealed by this relay for this user and provider. Sign in again.',
  'bad-request': 'The request is malformed.',
  'method-not-allowed': 'The configuration of the relay does not allow this method.',
  'path-not-allowed': 'The address is not inside the API that the relay is configured for.',
  'too-large': 'The body is too large.',
  'rate-limited': 'Too many requests. Wait as long as Retry-After says.',
  'identity-unreachable': 'The keys of the identity provider cannot be fetched. Try again later.',
  'keys-unreadable':
    'The list of admitted keys cannot be read. Whoever runs the relay has to look at users.keysFile.',
  'upstream-unreachable': 'The provider does not answer. Try again later.',
  'upstream-refused-client': 'The provider refuses the client of the relay. Its administrator has to look.',
  'upstream-nonsense': 'The provider sent what no such answer can be.',
  'token-in-answer': 'The provider’s answer has the access token in it, and is not passed on.',
  unexpected: 'Something unforeseen happened. The log has it under this request id.',
}

/** A refusal of the relay's own. `retryAfter` is seconds; the cause is for nobody outside. */
export class RelayError extends Error {
  override name = 'RelayError'
  readonly code: RelayCode
  readonly retryAfter: number | undefined
  /** Why, for the log alone: a closed word, mostly the name of a claim. */
  readonly reason: string | undefined

  constructor(code: RelayCode, options: { cause?: unknown; retryAfter?: number; reason?: string } = {}) {
    super(sentences[code], { cause: options.cause })
    this.code = code
    this.retryAfter = options.retryAfter
    this.reason = options.reason
  }
}

/** The answer that says it: RFC 6749's `error`, our `code`, a sentence, and the id under which the log has it. */
export function errorAnswer({ code, message, retryAfter }: RelayError, requestId: string): Response {
  const status = relayStatuses[code]
  const body = {
    error: standardErrors[code] ?? 'invalid_request',
    error_description: message,
    code,
    request_id: requestId,
  }
  return Response.json(body, {
    status,
    headers: {
      'cache-control': 'no-store',
      'dealpass-relay-error': code,
      'x-request-id': requestId,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(status === 401 ? { 'www-authenticate': challengeOf(code, body.error) } : {}),
    },
  })
}

// RFC 6750 section 3.1: who has shown nothing is told of no error.
function challengeOf(code: RelayCode, error: string): string {
  return code === 'no-credentials'
    ? 'Bearer, DPoP algs="ES256"'
    : `Bearer error="${error}", DPoP algs="ES256"`
}
