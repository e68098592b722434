import { generateKeyPair, type JsonWebKey } from 'node:crypto'
import { promisify } from 'node:util'

const newRsaKey = promisify(generateKeyPair)
let signingKey: Promise<JsonWebKey> | undefined

/**
 * The RSA key (private, 2,048 bits) that servers sign tokens with. It takes a good part of a second to make at times,
 * so all sandboxes of one Node program share it; tokens name their issuer, which readers check.
 */
export function sharedSigningKey(): Promise<JsonWebKey> {
  signingKey ??= newRsaKey('rsa', { modulusLength: 2048 }).then(({ privateKey }) => ({
    ...privateKey.export({ format: 'jwk' }),
    kid: 'sandbox',
    alg: 'RS256',
    use: 'sig',
  }))
  return signingKey
}
