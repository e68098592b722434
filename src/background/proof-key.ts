import { newProofKey, thumbprintOf } from '../oauth/proof'
import { read, write } from './vault'

/** The key by which relays know this browser, as it is stored. It has no secret that any code could read out. */
export type StoredProofKey = { id: 'proof'; pair: CryptoKeyPair }

/** The key of this profile for proofs to relays; made when it is first needed. */
export async function proofKey(): Promise<CryptoKeyPair> {
  const stored = await storedPair()
  if (stored) return stored
  const pair = await newProofKey()
  await write(async ({ keys }) => {
    // Another request may have been first, and its thumbprint may be on its way to an administrator.
    if (!(await keys.get('proof'))) await keys.put({ id: 'proof', pair })
  })
  return (await storedPair()) ?? pair
}

/** Its thumbprint, which an administrator admits. */
export async function proofThumbprint(): Promise<string> {
  return thumbprintOf(await proofKey())
}

async function storedPair(): Promise<CryptoKeyPair | undefined> {
  const stored = await read(({ keys }) => keys.get('proof'))
  return stored && 'pair' in stored ? stored.pair : undefined
}
