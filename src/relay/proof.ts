import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, type JWK, jwtVerify } from 'jose'
import { RelayError } from './errors'
import { relayLimits } from './limits'
import type { Asked } from './users'

/**
 * Makes the check of proofs of possession: a DPoP proof (RFC 9449 section 4.3) of an admitted ES256 key, known by its
 * thumbprint (RFC 7638). Besides `htm` and `htu` it has `req`, the base64url SHA-256 of method, target and body, each but
 * the last ended by a line break: a proof that is stolen is good for nothing but the very same request, and an instance
 * that has seen it refuses that, too.
 *
 * It throws `bad-credentials`, `not-admitted`, `stale-proof`, `replayed-proof`, and what `accept` throws.
 */
export function proofCheck(
  origin: string,
  isAdmitted: (thumbprint: string) => Promise<boolean>,
  now = Date.now,
): (proof: string, asked: Asked) => Promise<void> {
  const used = new Map<string, number>()

  return async (proof, asked) => {
    const thumbprint = await thumbprintOf(proof)
    asked.claim({ id: `key:${thumbprint}` })
    if (!(await isAdmitted(thumbprint))) throw new RelayError('not-admitted')
    const { jti, htm, htu, iat, req } = await verified(proof)
    const [path = ''] = asked.target.split('?')
    if (htm !== asked.method) throw refused('htm')
    if (htu !== `${origin}${path}`) throw refused('htu')
    if (typeof iat !== 'number' || Math.abs(now() - iat * 1000) > relayLimits.proof)
      throw new RelayError('stale-proof')
    if (typeof jti !== 'string' || jti.length < 16 || jti.length > 128) throw refused('jti')
    const { method, target } = asked
    if (req !== (await digestOf({ method, target, body: await asked.body() }))) throw refused('req')
    const name = `${thumbprint} ${jti}`
    if (used.has(name)) throw new RelayError('replayed-proof')
    // Whoever asks too often must not fill the memory that everybody's proofs need.
    asked.accept({ id: `key:${thumbprint}` })
    if (used.size >= relayLimits.rememberedProofs) forgetOld(used, now())
    // One dated ahead may come again for as long as it is not stale.
    used.set(name, now() + 2 * relayLimits.proof)
  }
}

async function thumbprintOf(proof: string): Promise<string> {
  try {
    const { alg, typ, jwk } = decodeProtectedHeader(proof)
    const { kty, crv, d } = Object(jwk) as JWK
    if (typ !== 'dpop+jwt' || alg !== 'ES256' || kty !== 'EC' || crv !== 'P-256' || d !== undefined)
      throw new TypeError('no proof of the one kind that is taken')
    return await calculateJwkThumbprint(jwk as JWK)
  } catch (cause) {
    throw new RelayError('bad-credentials', { cause, reason: 'form' })
  }
}

async function verified(proof: string) {
  try {
    return (await jwtVerify(proof, EmbeddedJWK, { algorithms: ['ES256'], typ: 'dpop+jwt' })).payload
  } catch (cause) {
    throw new RelayError('bad-credentials', { cause, reason: 'signature' })
  }
}

const refused = (reason: string) => new RelayError('bad-credentials', { reason })

/** What the claim `req` has to be for a request. */
async function digestOf({
  method,
  target,
  body,
}: {
  method: string
  target: string
  body: ArrayBuffer
}): Promise<string> {
  const head = new TextEncoder().encode(`${method}\n${target}\n`)
  const all = new Uint8Array(head.length + body.byteLength)
  all.set(head)
  all.set(new Uint8Array(body), head.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all))
  return btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function forgetOld(used: Map<string, number>, now: number): void {
  // Those that were taken first end first.
  for (const [name, until] of used) {
    if (until >= now) break
    used.delete(name)
  }
  // Rather no answer than one to a proof that may have been used.
  if (used.size >= relayLimits.rememberedProofs) throw new RelayError('rate-limited', { retryAfter: 60 })
}
