import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import type { RelayConfig } from './config'
import { RelayError } from './errors'
import { relayLimits } from './limits'
import type { User } from './users'

type Issuer = NonNullable<RelayConfig['users']['issuer']>

/**
 * Makes the check of access tokens from the company's identity provider (RFC 9068, or any JWT with issuer, audience,
 * subject and end): signature by the keys at the configured address and by no other, algorithm from the list.
 *
 * It throws `bad-credentials`, `expired-credentials`, or `identity-unreachable` where the keys cannot be fetched, so that
 * an outage there is nobody's fault.
 */
export function bearerCheck(config: Issuer, now = Date.now): (token: string) => Promise<User> {
  const keys = createRemoteJWKSet(new URL(config.jwks), {
    cacheMaxAge: relayLimits.jwksAge,
    cooldownDuration: relayLimits.jwksCooldown,
    timeoutDuration: relayLimits.jwksTimeout,
  })
  const audience = config.idTokenFor ? [config.audience, config.idTokenFor] : [config.audience]
  const known = new Map<string, { user: User; endsAt: number }>()

  return async token => {
    const before = known.get(token)
    if (before && now() < before.endsAt) return before.user
    known.delete(token)
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: config.issuer,
        audience,
        algorithms: config.algorithms,
        clockTolerance: relayLimits.clockTolerance / 1000,
        currentDate: new Date(now()),
        requiredClaims: ['sub', 'exp', 'aud', 'iss'],
      })
      refuseOtherKinds(config, payload, protectedHeader.typ)
      const user = { id: `user:${payload.sub}`, issuer: config.issuer }
      if (known.size >= relayLimits.rememberedTokens) known.clear()
      known.set(token, { user, endsAt: (payload.exp ?? 0) * 1000 })
      return user
    } catch (cause) {
      throw refusalOf(cause)
    }
  }
}

// An ID token says who signed in to an app, not that somebody may use this relay (RFC 9068 section 4 asks for the type
// to be looked at; servers that do not send it are known by their claims).
function refuseOtherKinds(config: Issuer, payload: JWTPayload, typ: string | undefined): void {
  const isIdToken = [payload.aud].flat().includes(config.idTokenFor) && config.idTokenFor !== undefined
  if (typ !== undefined && !/^(application\/)?(at\+jwt|jwt)$/i.test(typ)) throw refused('typ')
  if (!isIdToken && ('nonce' in payload || 'at_hash' in payload || 'c_hash' in payload))
    throw refused('nonce')
  // It is good together with a proof of its key alone, which does not come with a Bearer token (RFC 9449 section 7.2, RFC 8705).
  if (payload.cnf !== undefined) throw refused('cnf')
  // What is no text would become one that may be somebody else's.
  if (typeof payload.sub !== 'string' || payload.sub === '' || payload.sub.length > 255) throw refused('sub')
  const client = payload.client_id ?? payload.azp
  if (config.clients && !config.clients.includes(String(client)))
    throw new RelayError('not-allowed', { reason: 'client_id' })
}

function refusalOf(cause: unknown): RelayError {
  if (cause instanceof RelayError) return cause
  if (cause instanceof errors.JWTExpired) return new RelayError('expired-credentials', { cause })
  const isTheirs =
    cause instanceof errors.JOSEError &&
    !(cause instanceof errors.JWKSTimeout) &&
    // The library's word for an answer of another status than 200, or one that is no JSON.
    cause.code !== 'ERR_JOSE_GENERIC'
  if (!isTheirs) return new RelayError('identity-unreachable', { cause })
  const reason = cause instanceof errors.JWTClaimValidationFailed ? cause.claim : cause.code
  return new RelayError('bad-credentials', { cause, reason })
}

const refused = (reason: string) => new RelayError('bad-credentials', { reason })
