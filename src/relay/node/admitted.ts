import {
  closeSync,
  fchmodSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'

const isThumbprint = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{43}$/.test(value)

/**
 * Makes the question whether a key is admitted: by the configuration, or by a file that `admit` writes. The file is read
 * again when it has changed, so that nobody has to restart anything. Rejects with what is wrong with the file.
 */
export function admittedKeys(keys: readonly string[] = [], file?: string): (key: string) => Promise<boolean> {
  const always = new Set(keys)
  let read: { at: number; keys: Set<string> } | undefined
  return async thumbprint => {
    if (always.has(thumbprint)) return true
    if (file === undefined) return false
    const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    if (at === undefined) return false
    if (read?.at !== at) read = { at, keys: new Set(Object.keys(readKeys(file))) }
    return read.keys.has(thumbprint)
  }
}

/** Admits a key, with a note of whose it is. Throws a sentence where thumbprint or file is none. */
export function admit(file: string, thumbprint: string, note: string): void {
  if (!isThumbprint(thumbprint))
    throw new Error('A thumbprint has 43 characters: letters, digits, - and _. The extension shows it.')
  // Whole or not at all: a relay that reads meanwhile must not find half a file. And one at a time, or one key would be lost.
  const next = `${file}.new`
  const written = openAlone(next)
  try {
    const before = statSync(file, { throwIfNoEntry: false })
    const keys = before ? readKeys(file) : {}
    writeFileSync(written, `${JSON.stringify({ ...keys, [thumbprint]: note }, null, 2)}\n`)
    // Who runs the relay is often somebody else, and nothing in it is secret.
    fchmodSync(written, before ? before.mode & 0o777 : 0o644)
    renameSync(next, file)
  } catch (error) {
    rmSync(next)
    throw error
  } finally {
    closeSync(written)
  }
}

function openAlone(file: string): number {
  try {
    return openSync(file, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Error(`Another key is being admitted. Try again; if nobody does, remove ${file}.`)
  }
}

function readKeys(file: string): Record<string, string> {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const isRecord = typeof value === 'object' && value !== null && Object.keys(value).every(isThumbprint)
  if (!isRecord) throw new Error(`${file} is no list of admitted keys.`)
  return value as Record<string, string>
}
