import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'
import { standalone } from '../../scripts/standalone'
import { type Guard, guards } from './guards'
import { weakened } from './without/manifest'

const root = resolve(import.meta.dirname, '../..')

/** Puts another module in the place of a guard for whoever imports it, but for that module itself. */
function withoutGuard(guard: Guard): Plugin {
  const module = join(root, guards[guard])
  const instead = join(root, `test/attacks/without/${guard}.ts`)
  if (!existsSync(instead)) throw new Error(`There is nothing to put in the place of ${guard}: ${instead}.`)
  return {
    name: 'without-guard',
    enforce: 'pre',
    async resolveId(id, importer, options) {
      if (importer === instead) return undefined
      const found = await this.resolve(id, importer, { ...options, skipSelf: true })
      return found?.id === module ? instead : undefined
    },
  }
}

/** Builds the extension for Chromium without one guard; gives its folder. */
export async function buildWithout(guard: Guard): Promise<string> {
  const outDir = join(root, 'dist/attacks', guard)
  if (guard === 'manifest') await buildWithoutManifest(outDir)
  else await buildWithoutModule(guard, outDir)
  return outDir
}

async function buildWithoutModule(guard: Guard, outDir: string): Promise<void> {
  const plugins = [withoutGuard(guard)]
  await build({ root, mode: 'chrome', logLevel: 'error', plugins, build: { outDir } })
  // What runs on pages is built by itself, past the plugins of the build.
  for (const script of ['bridge', 'loader'])
    writeFileSync(
      join(outDir, `src/content/${script}.js`),
      await standalone(join(root, `src/content/${script}.ts`), 'chrome148', plugins),
    )
}

async function buildWithoutManifest(outDir: string): Promise<void> {
  await build({ root, mode: 'chrome', logLevel: 'error', build: { outDir } })
  const file = join(outDir, 'manifest.json')
  writeFileSync(file, JSON.stringify(weakened(JSON.parse(readFileSync(file, 'utf8')))))
}
