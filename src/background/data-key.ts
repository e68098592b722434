import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import { type Sealed, seal, unseal } from './sealed'
import { changeTokens, session } from './session'
import { read, type Stores, write } from './vault'

const algorithm = { name: 'AES-GCM', length: 256 } as const
const uses: KeyUsage[] = ['encrypt', 'decrypt']

/**
 * The key that seals every secret, as it is stored: itself, where no passphrase is set, so that it keeps secrets out of
 * greps and backups of single files, no more; or wrapped with a key that only the passphrase makes.
 */
export type StoredKey = { id: 'data' } & ({ key: CryptoKey } | WrappedKey)
export type WrappedKey = { salt: Uint8Array<ArrayBuffer>; rounds: number; wrapped: Sealed }

const record = ['keys', 'data']

let known: { raw?: string; key: CryptoKey } | undefined

/**
 * The key of this profile. Made when it is first needed; no code of ours can read it out, unless there is a passphrase:
 * then its bytes stand in `storage.session` while it is unlocked, and nowhere else. Throws `locked`.
 */
export async function dataKey(): Promise<CryptoKey> {
  if (known && known.raw === undefined) return known.key
  const stored = await read(storedKey)
  if (!stored) return remember(await newKey())
  if ('key' in stored) return remember(stored.key)
  const raw = (await session()).tokens.dataKey
  if (raw === undefined) throw new AppError('locked')
  if (known?.raw === raw) return known.key
  return remember(await imported(raw), raw)
}

// What is no key any more cannot be mended: what it sealed is damaged, which is said of each, and all else goes on.
async function storedKey({
  keys,
}: Pick<Stores<'readonly'> | Stores, 'keys'>): Promise<StoredKey | undefined> {
  const stored = await keys.get('data')
  if (!stored || 'pair' in stored) return undefined
  return 'wrapped' in stored || stored.key instanceof CryptoKey ? stored : undefined
}

/** Forgets what this worker remembers of the key: it is another one from now on, or none. */
export function forgetDataKey(): void {
  known = undefined
}

function remember(key: CryptoKey, raw?: string): CryptoKey {
  known = { key, ...(raw === undefined ? {} : { raw }) }
  return key
}

async function newKey(): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey(algorithm, false, uses)
  const kept = await write(async stores => {
    // Another worker may have been first.
    const before = await storedKey(stores)
    if (!before) await stores.keys.put({ id: 'data', key: made })
    return before
  })
  if (kept && !('key' in kept)) throw new AppError('locked')
  return kept?.key ?? made
}

/** The bytes of a new data key, as text. */
export function newRawKey(): string {
  return textOf(crypto.getRandomValues(new Uint8Array(32)))
}

/** A data key of its bytes; no code of ours can read it out again. */
export function imported(raw: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytesOf(raw), algorithm, false, uses)
}

/** A new data key that lies beside what it seals. */
export function newPlainKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(algorithm, false, uses)
}

/** Wraps the bytes of a data key with a passphrase: PBKDF2 with SHA-256 (RFC 8018 section 5.2), 600,000 rounds. */
export async function wrapped(raw: string, passphrase: string): Promise<WrappedKey> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const { rounds } = limits
  return { salt, rounds, wrapped: await seal(await derived(passphrase, salt, rounds), record, raw) }
}

/** The bytes of a data key again. Throws `bad-request` (`wrong-passphrase`). */
export async function unwrapped(
  { salt, rounds, wrapped: sealed }: WrappedKey,
  passphrase: string,
): Promise<string> {
  const key = await derived(passphrase, salt, rounds)
  return unseal(key, record, sealed).then(String, (cause: unknown) => {
    throw new AppError('bad-request', 'wrong-passphrase', { cause })
  })
}

async function derived(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  // Typed on another keyboard, the same words may come as other characters (RFC 8265 section 4.2.2 has NFC).
  const bytes = new TextEncoder().encode(passphrase.normalize('NFC'))
  const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    base,
    algorithm,
    false,
    uses,
  )
}

/** Puts the bytes of the data key where the next worker finds them, or takes them away. */
export async function holdRawKey(raw: string | undefined): Promise<void> {
  forgetDataKey()
  await changeTokens(tokens => {
    if (raw === undefined) delete tokens.dataKey
    else tokens.dataKey = raw
  })
}

function textOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0))
}
