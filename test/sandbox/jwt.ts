import { createHmac, type KeyObject, sign, verify } from 'node:crypto'

/** What a JWT is signed with. To read an RS256 one the public key is enough. */
export type JwtKey = { alg: 'RS256' | 'HS256'; key: KeyObject; kid?: string }

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

function parsePart(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    return parsed && typeof parsed === 'object' ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

const hmacOf = (content: string, key: KeyObject) => createHmac('sha256', key).update(content).digest()

/** Signs these claims (RFC 7519), those that are `undefined` left out. */
export function signJwt(claims: object, { alg, key, kid }: JwtKey): string {
  const content = `${encode({ alg, typ: 'JWT', kid })}.${encode(claims)}`
  const signature = alg === 'RS256' ? sign('sha256', Buffer.from(content), key) : hmacOf(content, key)
  return `${content}.${signature.toString('base64url')}`
}

/**
 * The claims of a JWT whose signature is right for this key and its `alg` (RFC 8725 section 3.1), else `undefined`.
 * Times are the caller's to check.
 */
export function readJwt(token: string, { alg, key }: JwtKey): Record<string, unknown> | undefined {
  const [head, body, signature, ...rest] = token.split('.')
  if (!signature || rest.length || parsePart(head)?.alg !== alg) return undefined
  const content = `${head}.${body}`
  const given = Buffer.from(signature, 'base64url')
  const isRight =
    alg === 'RS256' ? verify('sha256', Buffer.from(content), key, given) : hmacOf(content, key).equals(given)
  return isRight ? parsePart(body) : undefined
}
