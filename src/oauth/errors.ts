import * as oauth from 'oauth4webapi'
import { AppError } from '../shared/errors'

/** Where in a flow an error came up: the same word means different things at different stages. */
export type Stage = 'redirect' | 'code' | 'password' | 'key' | 'refresh' | 'revoke' | 'probe'

/**
 * Makes an `AppError` of whatever oauth4webapi or `guardedFetch` threw. The one place where library errors are
 * translated; the original stays as `cause`, which is never sent or logged (it holds response bodies).
 */
export function translated(error: unknown, stage: Stage): AppError {
  if (error instanceof AppError) return error
  if (error instanceof oauth.AuthorizationResponseError) return fromRedirect(error)
  if (error instanceof oauth.ResponseBodyError) return fromBody(error, stage)
  if (error instanceof oauth.OperationProcessingError) return fromProcessing(error, stage)
  if (error instanceof oauth.UnsupportedOperationError)
    return new AppError('provider-rejected', 'nonsense-answer', { cause: error })
  return new AppError('unexpected', undefined, { cause: error })
}

/**
 * How long a server wants to be left alone, milliseconds (`Retry-After`, RFC 9110 section 10.2.3: seconds, or a date, which
 * counts by the server's own clock). Undefined where it does not say, and where the error did not come from an answer.
 */
export function retryAfterOf(error: unknown): number | undefined {
  const response = responseOf(error)
  const value = response?.headers.get('retry-after')
  if (!value) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const wait = Date.parse(value) - (Date.parse(response?.headers.get('date') ?? '') || Date.now())
  return wait > 0 ? wait : undefined
}

// The library keeps the answer at the end of a chain of causes.
function responseOf(error: unknown): Response | undefined {
  for (let at = error, depth = 0; at && depth < 5; depth += 1) {
    if (at instanceof Response) return at
    const { response, cause } = Object(at) as { response?: unknown; cause?: unknown }
    if (response instanceof Response) return response
    at = cause
  }
  return undefined
}

// RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6.
function fromRedirect(cause: oauth.AuthorizationResponseError): AppError {
  switch (cause.error) {
    case 'access_denied':
      return new AppError('denied', undefined, { cause })
    case 'unauthorized_client':
    case 'invalid_client':
    case 'unsupported_response_type':
      return new AppError('setup-wrong', 'client-refused', { cause })
    case 'invalid_scope':
      return new AppError('setup-wrong', 'scope-refused', { cause })
    case 'login_required':
    case 'consent_required':
    case 'interaction_required':
    case 'account_selection_required':
      return new AppError('reconnect-required', 'sign-in-again', { cause })
    case 'temporarily_unavailable':
      return new AppError('provider-unreachable', undefined, { cause })
    default:
      return new AppError('provider-rejected', undefined, { cause })
  }
}

// RFC 6749 section 5.2. Keyed on the word: Auth0 sends invalid_grant with 403, Keycloak unauthorized_client with 401.
function fromBody(cause: oauth.ResponseBodyError, stage: Stage): AppError {
  if (cause.status === 429) return new AppError('provider-unreachable', undefined, { cause })
  switch (cause.error) {
    case 'invalid_grant':
      if (stage === 'refresh') return new AppError('reconnect-required', undefined, { cause })
      return new AppError('provider-rejected', stage === 'password' ? 'password-refused' : 'code-refused', {
        cause,
      })
    case 'unauthorized_client':
    case 'invalid_client':
    // At the token endpoint Auth0 says access_denied of wrong client credentials (auth0/node-auth0 issue 134).
    case 'access_denied':
      return new AppError('setup-wrong', 'client-refused', { cause })
    case 'invalid_scope':
      return stage === 'refresh'
        ? new AppError('scope-missing', undefined, { cause })
        : new AppError('setup-wrong', 'scope-refused', { cause })
    default:
      return new AppError('provider-rejected', undefined, { cause })
  }
}

function fromProcessing(cause: oauth.OperationProcessingError, stage: Stage): AppError {
  if (cause.code === oauth.JWT_CLAIM_COMPARISON) {
    const claim = (cause.cause as { claim?: string } | undefined)?.claim
    if (claim === 'iss') return new AppError('wrong-issuer', undefined, { cause })
    if (claim === 'nonce') return new AppError('bad-state', undefined, { cause })
    return new AppError('foreign-token', undefined, { cause })
  }
  if (cause.code === oauth.JSON_ATTRIBUTE_COMPARISON)
    return new AppError('foreign-token', undefined, { cause })
  if (cause.cause instanceof Response && (cause.cause.status >= 500 || cause.cause.status === 429))
    return new AppError('provider-unreachable', undefined, { cause })
  return new AppError('provider-rejected', stage === 'revoke' ? undefined : 'nonsense-answer', { cause })
}
