import { rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { build } from 'vite'

/** Where the relay is built to. */
export const relayFolder = 'dist/relay'

/** Builds the relay: `relay.js` for Node and `worker.js` for serverless platforms, each with all that it needs. */
export async function buildRelay(): Promise<void> {
  rmSync(relayFolder, { recursive: true, force: true })
  for (const { entry, file, isNode } of [
    { entry: 'src/relay/node/main.ts', file: 'relay', isNode: true },
    { entry: 'src/relay/worker.ts', file: 'worker', isNode: false },
  ])
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      ssr: { noExternal: true },
      resolve: { conditions: isNode ? ['node', 'import', 'default'] : ['workerd', 'import', 'default'] },
      build: {
        ssr: entry,
        outDir: relayFolder,
        emptyOutDir: false,
        target: isNode ? 'node20' : 'es2022',
        // Whoever runs it reads it.
        minify: false,
        rollupOptions: {
          external: isNode ? [/^node:/, ...builtinModules] : [],
          output: { entryFileNames: `${file}.js`, codeSplitting: false },
        },
      },
    })
}
