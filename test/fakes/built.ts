import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { build } from 'vite'

export const root = resolve(import.meta.dirname, '../..')

/** What the build makes for one browser. Paths are relative to the folder that a browser loads. */
export type Built = {
  manifest: Record<string, unknown>
  files: Map<string, string>
  /** Modules of each script, by paths relative to the repository; those of packages begin with `node_modules/`. */
  modules: Map<string, string[]>
  /** Scripts that a script loads, itself included, at any depth. */
  closure(script: string): string[]
}

/** Builds the extension as `npm run build` does, into a folder that is gone when this resolves. */
export async function built(target: 'chrome' | 'firefox'): Promise<Built> {
  const outDir = mkdtempSync(join(tmpdir(), `dealpass-${target}-`))
  const modules = new Map<string, string[]>()
  const imports = new Map<string, string[]>()
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({
      root,
      mode: target,
      configFile: join(root, 'vite.config.ts'),
      logLevel: 'silent',
      build: { outDir, emptyOutDir: true },
      plugins: [
        {
          name: 'module-graph',
          generateBundle(_, bundle) {
            for (const file of Object.values(bundle)) {
              if (file.type !== 'chunk') continue
              modules.set(
                file.fileName,
                file.moduleIds.map(id => relative(root, id)),
              )
              imports.set(file.fileName, [...file.imports, ...file.dynamicImports])
            }
          },
        },
      ],
    })
    const files = new Map(
      readdirSync(outDir, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
        .map(path => [relative(outDir, path), readFileSync(path, 'utf8')]),
    )
    return {
      manifest: JSON.parse(files.get('manifest.json') ?? ''),
      files,
      modules,
      closure: script => {
        const found = new Set([script])
        for (const one of found) for (const next of imports.get(one) ?? []) found.add(next)
        return [...found]
      },
    }
  } finally {
    process.env.NODE_ENV = NODE_ENV
    rmSync(outDir, { recursive: true, force: true })
  }
}

/** The scripts that a page or a loader of ours begins with. */
export function scriptsOf(built: Built, file: string): string[] {
  const text = built.files.get(file)
  if (text === undefined) throw new Error(`The build has no ${file}`)
  const addresses = file.endsWith('.html')
    ? [...text.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)]
    : [...text.matchAll(/import\s*['"]([^'"]+)['"]/g)]
  return addresses.map(([, address = '']) => new URL(address, `https://x.invalid/${file}`).pathname.slice(1))
}
