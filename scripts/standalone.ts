import { build, type Plugin, type Rollup } from 'vite'

/** One script with all that it imports, as a plain file needs it; `target` is a browser as Vite names it. */
export async function standalone(entry: string, target: string, plugins: Plugin[] = []): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins,
    build: {
      write: false,
      target,
      rollupOptions: { input: entry, output: { format: 'iife' } },
    },
  })) as Rollup.RollupOutput
  return built.output.flatMap(file => (file.type === 'chunk' ? [file.code] : [])).join('')
}
