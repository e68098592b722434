import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from 'vite'
import manifest from '../manifest.json' with { type: 'json' }

/** Where the SDK is built to. */
export const sdkFolder = 'dist/sdk'

/** The package as it is published: a typed module, and a plain script that sets `globalThis.Dealpass`. */
const packageFile = {
  name: 'dealpass',
  version: manifest.version,
  description:
    'For scripts on pages: short-lived tokens and API calls through the Dealpass browser extension',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  exports: {
    '.': { types: './types/sdk/index.d.ts', default: './index.js' },
    './script': './dealpass.js',
  },
  files: ['index.js', 'dealpass.js', 'types', 'README.md'],
}

/** Builds the SDK for widget authors. Throws with what `publint` or the compiler finds wrong with it. */
export async function buildSdk(): Promise<void> {
  rmSync(sdkFolder, { recursive: true, force: true })
  mkdirSync(sdkFolder, { recursive: true })
  for (const [format, file] of [
    ['es', 'index.js'],
    ['iife', 'dealpass.js'],
  ] as const)
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: {
        outDir: sdkFolder,
        emptyOutDir: false,
        target: 'es2022',
        // Vite leaves the white space of a module that is a library.
        rollupOptions: { output: { minify: true } },
        lib: { entry: 'src/sdk/index.ts', formats: [format], name: 'Dealpass', fileName: () => file },
      },
    })
  declareTypes(join(sdkFolder, 'types'))
  writeFileSync(join(sdkFolder, 'package.json'), `${JSON.stringify(packageFile, null, 2)}\n`)
  writeFileSync(join(sdkFolder, 'README.md'), readFileSync('docs/widgets.md'))
  const { messages } = await publint({ pkgDir: sdkFolder, strict: true })
  if (messages.length > 0)
    throw new Error(messages.map(message => formatMessage(message, packageFile)).join('\n'))
}

function declareTypes(folder: string): void {
  const options = ['--declaration', '--emitDeclarationOnly', '--noEmit', 'false', '--rootDir', 'src']
  const shape = ['--ignoreConfig', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext']
  const rest = ['--moduleResolution', 'bundler', '--lib', 'es2023,dom,dom.iterable', '--types', '']
  const { status, stdout } = spawnSync(
    'npx',
    ['tsc', ...options, ...shape, ...rest, '--outDir', folder, 'src/sdk/index.ts'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stdout)
  // Whoever resolves modules as Node does wants the ending that they have when they run.
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.d.ts'),
  )) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8').replace(/(from '\.[^']+)'/g, "$1.js'")
    writeFileSync(path, text.replace(/(from "\.[^"]+)"/g, '$1.js"'))
  }
}
