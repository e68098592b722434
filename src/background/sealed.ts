/**
 * A value that only the data key opens: AES-GCM (NIST SP 800-38D) with a fresh 96-bit nonce. `version` is that of this
 * format.
 */
export type Sealed = { version: 1; iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }

/**
 * Seals a value of plain JSON under the identity of its record, which goes along as associated data: moved to the place of
 * another record, it does not open.
 */
export async function seal(key: CryptoKey, record: readonly string[], value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const plain = new TextEncoder().encode(JSON.stringify(value))
  const data = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: bytesOf(record) },
    key,
    plain,
  )
  return { version: 1, iv, data }
}

/** Opens what `seal` made for this record. Rejects for anything else. */
export async function unseal(key: CryptoKey, record: readonly string[], sealed: Sealed): Promise<unknown> {
  if (sealed.version !== 1) throw new TypeError('A format of another version')
  const plain = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: sealed.iv, additionalData: bytesOf(record) },
    key,
    sealed.data,
  )
  return JSON.parse(new TextDecoder().decode(plain))
}

// As JSON, so that no two names of records run together.
function bytesOf(record: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(record))
}
