import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rollup } from 'vite'

/** One measured size: bytes after gzip level 9, against the most that is allowed. */
export type Size = { what: string; bytes: number; most: number }

const kibibyte = 1024

// docs/decisions/0010-size-budgets.md says why the background's are larger than was planned.
/** What stands in a build and how large it may be; the figures are the product's own budget. */
const bundles = [
  { what: 'background, with packages', entry: 'service-worker-loader.js', most: 52 * kibibyte },
  { what: 'popup, with packages', entry: 'src/screens/popup/index.html', most: 23 * kibibyte },
  { what: 'content script', entry: 'src/content/loader.js', most: 3 * kibibyte },
]

/** Files that are whole by themselves, from the folder of the project. */
const files = [
  { what: 'widget', file: 'dist/chrome/src/content/widgets/salesos-leads.js', most: 3 * kibibyte },
  { what: 'bridge', file: 'dist/chrome/src/content/bridge.js', most: 1 * kibibyte },
  { what: 'SDK, module', file: 'dist/sdk/index.js', most: 2 * kibibyte },
  { what: 'SDK, script', file: 'dist/sdk/dealpass.js', most: 2 * kibibyte },
]

const own = [
  { what: 'background, own code', entry: 'src/background/index.ts', most: 40.5 * kibibyte },
  { what: 'popup, own code', entry: 'src/screens/popup/main.tsx', most: 10.5 * kibibyte },
]

/** Sizes of scripts in a finished build of Chrome, each entry with all that it loads. Styles are not counted. */
export function bundleSizes(folder: string): Size[] {
  return bundles.map(({ what, entry, most }) => ({
    what,
    most,
    bytes: [...loadedBy(folder, entry)].reduce(
      (sum, file) => sum + zipped(readFileSync(join(folder, file))),
      0,
    ),
  }))
}

/** Sizes of what pages load of us besides. */
export function fileSizes(): Size[] {
  return files.map(({ what, file, most }) => ({ what, most, bytes: zipped(readFileSync(file)) }))
}

/** Sizes of our own code: a minified build with every package left out, one language table included. */
export async function ownSizes(): Promise<Size[]> {
  return Promise.all(
    own.map(async ({ what, entry, most }) => ({
      what,
      most,
      bytes: zipped(Buffer.from(await withoutPackages(entry))),
    })),
  )
}

const zipped = (content: Buffer) => gzipSync(content, { level: 9 }).byteLength

function loadedBy(folder: string, entry: string, seen = new Set<string>()): Set<string> {
  const content = readFileSync(join(folder, entry), 'utf8')
  if (entry.endsWith('.js')) {
    if (seen.has(entry)) return seen
    seen.add(entry)
  }
  const loads = entry.endsWith('.html')
    ? content.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+\.js)"/g)
    : content.matchAll(/(?:from|import)\s*["'`](\.[^"'`]+\.js)["'`]/g)
  for (const [, address = ''] of loads) {
    const file = address.startsWith('/') ? address.slice(1) : normalize(join(dirname(entry), address))
    loadedBy(folder, file, seen)
  }
  return seen
}

async function withoutPackages(entry: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'chrome148',
      rollupOptions: {
        input: entry,
        external: (id: string) => /^[a-z@]/.test(id),
        preserveEntrySignatures: false,
      },
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  })) as Rollup.RollupOutput
  return built.output.flatMap(file => (file.type === 'chunk' ? [file.code] : [])).join('')
}
