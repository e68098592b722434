import { read, write } from './vault'

const algorithm = { name: 'AES-GCM', length: 256 } as const

let known: Promise<CryptoKey> | undefined

/**
 * The key that seals every secret of this profile. Made when it is first needed; no code of ours can read it out. It lies
 * beside what it seals: this keeps secrets out of greps and backups of single files, no more.
 */
export function dataKey(): Promise<CryptoKey> {
  known ??= existingOrNew().catch(error => {
    known = undefined
    throw error
  })
  return known
}

async function existingOrNew(): Promise<CryptoKey> {
  const kept = await read(({ keys }) => keys.get('data'))
  if (kept) return kept.key
  const made = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt'])
  return write(async ({ keys }) => {
    // Another worker may have been first.
    const before = await keys.get('data')
    if (before) return before.key
    await keys.put({ id: 'data', key: made })
    return made
  })
}
