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
import { RelayError } from '../errors'

const isThumbprint = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{43}$/.test(value)

/**
 * Makes the question whether a key is admitted: by the configuration, or by a file that `admit` writes. The file is read
 * again when it has changed, so that nobody has to restart anything. Rejects with `keys-unreadable` where it is none: nobody is
 * let in by a list that was before.
 */
export function admittedKeys(keys: readonly string[] = [], file?: string): (key: string) => Promise<boolean> {
  const always = new Set(keys)
  let read: { at: number; keys: Set<string> } | undefined
  return async thumbprint => {
    if (always.has(thumbprint)) return true
    if (file === undefined) return false
    try {
      const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs
      if (at === undefined) return false
      if (read?.at !== at) read = { at, keys: new Set(Object.keys(readKeys(file))) }
      return read.keys.has(thumbprint)
    } catch (cause) {
      throw new RelayError('keys-unreadable', { cause })
    }
  }
}

/** The admitted keys by their thumbprints, each with its note; none where there is no file yet. Throws a sentence where it is no list. */
export function readKeys(file: string): Record<string, string> {
  if (!statSync(file, { throwIfNoEntry: false })) return {}
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      if (Object.keys(value).every(isThumbprint)) return value as Record<string, string>
  } catch {
    // What stands in it may be anything, and is not quoted.
  }
  throw new Error(`${file} is no list of admitted keys: a JSON object with a note for each thumbprint.`)
}

/** Admits a key, with a note of whose it is. Throws a sentence where thumbprint or file is none. */
export function admit(file: string, thumbprint: string, note: string): void {
  requireThumbprint(thumbprint)
  change(file, keys => ({ ...keys, [thumbprint]: note }))
}

/** Takes an admission back. Throws a sentence where there was none. */
export function dismiss(file: string, thumbprint: string): void {
  requireThumbprint(thumbprint)
  change(file, ({ [thumbprint]: note, ...keys }) => {
    if (note === undefined) throw new Error('This key was not admitted by this file.')
    return keys
  })
}

function requireThumbprint(thumbprint: string): void {
  if (!isThumbprint(thumbprint))
    throw new Error('A thumbprint has 43 characters: letters, digits, - and _. The extension shows it.')
}

function change(file: string, changed: (keys: Record<string, string>) => Record<string, string>): void {
  // Whole or not at all: a relay that reads meanwhile must not find half a file. And one at a time, or one key would be lost.
  const next = `${file}.new`
  const written = openAlone(next)
  try {
    const keys = changed(readKeys(file))
    const mode = statSync(file, { throwIfNoEntry: false })?.mode
    writeFileSync(written, `${JSON.stringify(keys, null, 2)}\n`)
    // Who runs the relay is often somebody else, and nothing in it is secret.
    fchmodSync(written, mode === undefined ? 0o644 : mode & 0o777)
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
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new Error(
        `The list is being changed by another command. Try again; if there is none, remove ${file}.`,
      )
    throw new Error(`${file} cannot be written (${code}). Its folder has to be there, and yours to write to.`)
  }
}
