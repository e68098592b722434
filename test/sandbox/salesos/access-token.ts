import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'

export type AccessClaims = {
  iss: string
  sub: string
  aud: string[]
  exp: number
  scope: string
  client_id: string
}

/** Reads a JWT access token: its claims when signature and end are right, else `undefined`. */
export type ReadAccessToken = (token: string) => AccessClaims | undefined

function parsePart(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    return parsed && typeof parsed === 'object' ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

/** Makes the reader for one signing key and issuer (RFC 9068 section 4; `alg` is fixed to RS256). */
export function accessTokenReader(publicKey: JsonWebKey, issuer: string): ReadAccessToken {
  const key = createPublicKey({ key: publicKey, format: 'jwk' })
  return token => {
    const [head, body, signature, ...rest] = token.split('.')
    const header = parsePart(head)
    const claims = parsePart(body)
    if (!signature || rest.length || header?.alg !== 'RS256' || !claims) return undefined
    const { iss, sub, aud, exp, scope, client_id } = claims
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
      return undefined
    if (iss !== issuer || typeof sub !== 'string' || typeof client_id !== 'string') return undefined
    if (typeof exp !== 'number' || exp * 1000 <= Date.now()) return undefined
    const audience = [aud ?? []].flat().filter(one => typeof one === 'string')
    return { iss, sub, aud: audience, exp, scope: typeof scope === 'string' ? scope : '', client_id }
  }
}
