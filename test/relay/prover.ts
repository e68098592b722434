import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** Who proves possession of a key with each request, as the extension of a small team does. */
export type Prover = {
  thumbprint: string
  publicJwk: JsonWebKey
  privateKey: CryptoKey
  /** The proof for one request; what is given replaces what is usual. */
  proof(
    request: { method: string; url: string; body?: string },
    claims?: JWTPayload,
    header?: Record<string, unknown>,
  ): Promise<string>
}

/** Makes a key and its prover. `origin` is the relay's name, whatever address it is reached at. */
export async function createProver(origin: string): Promise<Prover> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return {
    thumbprint: await calculateJwkThumbprint(publicJwk),
    publicJwk: publicJwk as JsonWebKey,
    privateKey,
    proof: ({ method, url, body = '' }, claims = {}, header = {}) => {
      const { pathname, search } = new URL(url)
      const usual = {
        jti: randomUUID(),
        htm: method,
        htu: `${origin}${pathname}`,
        iat: Math.floor(Date.now() / 1000),
        req: createHash('sha256').update(`${method}\n${pathname}${search}\n${body}`).digest('base64url'),
      }
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk, ...header })
        .sign(privateKey)
    },
  }
}
