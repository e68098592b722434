import { newProofKey, thumbprintOf } from '../oauth/proof'
import { read, type Stores, write } from './vault'

/** The key by which relays know this browser, as it is stored. It has no secret that any code could read out. */
export type StoredProofKey = { id: 'proof'; pair: CryptoKeyPair }

/** The key of this profile for proofs to relays; made when it is first needed. */
export async function proofKey(): Promise<CryptoKeyPair> {
  const stored = await read(storedPair)
  if (stored) return stored
  const pair = await newProofKey()
  return write(async stores => {
    // Another request may have been first, and its thumbprint may be on its way to an administrator.
    const before = await storedPair(stores)
    if (!before) await stores.keys.put({ id: 'proof', pair })
    return before ?? pair
  })
}

/** Its thumbprint, which an administrator admits. */
export async function proofThumbprint(): Promise<string> {
  return thumbprintOf(await proofKey())
}

// What is no key any more cannot be mended: another one takes its place, and has to be admitted.
async function storedPair({
  keys,
}: Pick<Stores<'readonly'> | Stores, 'keys'>): Promise<CryptoKeyPair | undefined> {
  const stored = await keys.get('proof')
  const { privateKey, publicKey } = Object(
    stored && 'pair' in stored && stored.pair,
  ) as Partial<CryptoKeyPair>
  return privateKey instanceof CryptoKey && publicKey instanceof CryptoKey
    ? { privateKey, publicKey }
    : undefined
}
