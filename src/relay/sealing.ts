import { base64url, FlattenedEncrypt, flattenedDecrypt } from 'jose'
import { RelayError } from './errors'

/** What a sealed refresh token is bound to, besides its key. */
type SealedFor = { provider: string; clientId: string; user: string }

export type Sealing = {
  /** Seals a refresh token with the first key. */
  seal(token: string, context: SealedFor): Promise<string>
  /** Opens it with the key that its header names. Throws `bad-sealed-token`. */
  open(sealed: string, context: SealedFor): Promise<string>
}

// Tells our own from a provider's token that never was sealed, without trying.
const PREFIX = 'dpr1'

/** Whether a token looks like one that a relay has sealed. */
export const isSealed = (token: string): boolean => token.startsWith(`${PREFIX}.`)

/**
 * Makes the seal of refresh tokens: JWE (RFC 7516) by a shared key, `dir` and `A256GCM`, the key's id in the header.
 * Provider, client, user and key id are associated data, so what was sealed for one is nothing to another. The relay
 * stores none of it: any instance with the same keys opens what another has sealed.
 *
 * Keys are 32 bytes each; the first one seals, the others only open what was sealed before they were replaced.
 */
export function createSealing(keys: readonly { id: string; bytes: Uint8Array }[]): Sealing {
  const [current] = keys
  const byId = new Map(keys.map(({ id, bytes }) => [id, bytes]))
  return {
    seal: async (token, context) => {
      if (!current) throw new RelayError('unexpected', { cause: new Error('There is no key to seal with.') })
      const {
        protected: header,
        iv,
        ciphertext,
        tag,
      } = await new FlattenedEncrypt(new TextEncoder().encode(token))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: current.id })
        .setAdditionalAuthenticatedData(associated(context, current.id))
        .encrypt(current.bytes)
      return [PREFIX, header, iv, ciphertext, tag].join('.')
    },
    open: async (sealed, context) => {
      try {
        const [prefix, header = '', iv = '', ciphertext = '', tag = '', ...more] = sealed.split('.')
        if (prefix !== PREFIX || more.length > 0) throw new TypeError('not sealed by a relay')
        const { kid } = JSON.parse(new TextDecoder().decode(base64url.decode(header)))
        const key = byId.get(kid)
        if (!key) throw new TypeError('sealed with a key that is not here')
        const aad = base64url.encode(associated(context, kid))
        const { plaintext } = await flattenedDecrypt({ protected: header, iv, ciphertext, tag, aad }, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        return new TextDecoder().decode(plaintext)
      } catch (cause) {
        throw new RelayError('bad-sealed-token', { cause })
      }
    },
  }
}

function associated({ provider, clientId, user }: SealedFor, keyId: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([PREFIX, provider, clientId, user, keyId]))
}
