import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { readJwt } from '../jwt'

export type AccessClaims = {
  iss: string
  sub: string
  aud: string[]
  exp: number
  scope: string
}

/** Reads a JWT access token: its claims when signature and end are right, else `undefined`. */
export type ReadAccessToken = (token: string) => AccessClaims | undefined

/** Makes the reader for one signing key and these issuers (RFC 9068 section 4; `alg` is fixed to RS256). */
export function accessTokenReader(publicKey: JsonWebKey, issuers: ReadonlySet<string>): ReadAccessToken {
  const key = createPublicKey({ key: publicKey, format: 'jwk' })
  return token => {
    const { iss, sub, aud, exp, scope } = readJwt(token, { alg: 'RS256', key }) ?? {}
    if (typeof iss !== 'string' || !issuers.has(iss) || typeof sub !== 'string') return undefined
    if (typeof exp !== 'number' || exp * 1000 <= Date.now()) return undefined
    const audience = [aud ?? []].flat().filter(one => typeof one === 'string')
    return { iss, sub, aud: audience, exp, scope: typeof scope === 'string' ? scope : '' }
  }
}
