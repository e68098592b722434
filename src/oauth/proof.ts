const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** One request, as a proof is bound to it: a proof that is stolen is good for nothing else. */
export type Proved = { method: string; address: string; body: string | ArrayBuffer }

/** Makes a key pair for proofs of possession. Nobody can read the private key out, this code included. */
export function newProofKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
}

/** The thumbprint of a key (RFC 7638, SHA-256), by which an administrator admits it. */
export async function thumbprintOf({ publicKey }: CryptoKeyPair): Promise<string> {
  const { crv, kty, x, y } = await publicJwk(publicKey)
  return digestOf(bytesOf(JSON.stringify({ crv, kty, x, y })))
}

/**
 * A DPoP proof (RFC 9449 section 4.2) for one request, made at `now` (milliseconds) by the clock of whoever checks it. Its
 * claim `req` is the digest of method, target and body: DPoP alone leaves query and body open.
 */
export async function proofOf(
  { privateKey, publicKey }: CryptoKeyPair,
  { method, address, body }: Proved,
  now: number,
): Promise<string> {
  const { origin, pathname, search } = new URL(address)
  const head = bytesOf(`${method}\n${pathname}${search}\n`)
  const sent = typeof body === 'string' ? bytesOf(body) : new Uint8Array(body)
  const all = new Uint8Array(head.length + sent.length)
  all.set(head)
  all.set(sent, head.length)
  const claims = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: `${origin}${pathname}`,
    iat: Math.floor(now / 1000),
    req: await digestOf(all),
  }
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: await publicJwk(publicKey) }
  const signed = [header, claims].map(part => base64url(bytesOf(JSON.stringify(part)))).join('.')
  const signature = await crypto.subtle.sign(algorithm, privateKey, bytesOf(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

async function publicJwk(key: CryptoKey): Promise<Pick<JsonWebKey, 'kty' | 'crv' | 'x' | 'y'>> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key)
  return { kty, crv, x, y }
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
