import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Reads every file of a folder, a packed one also unpacked. One that is gone meanwhile is passed over. */
export function* filesIn(folder: string): Generator<{ place: string; bytes: Buffer }> {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true, recursive: true })
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = readIfThere(path)
    if (!bytes) continue
    const place = relative(folder, path)
    yield { place, bytes }
    const unpacked = unpack(bytes)
    if (unpacked) yield { place: `${place}, unpacked`, bytes: unpacked }
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function unpack(bytes: Buffer): Buffer | undefined {
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : undefined
  } catch {
    return undefined
  }
}
