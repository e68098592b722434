import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { allFilesReady } from '@crxjs/vite-plugin'
import { createServer } from 'vite'
import { buildTargets } from '../vite.config'
import { dynamicScripts } from './dynamic-scripts'

// npm run dev: an unpacked extension for Chromium whose screens follow the source as it is edited.

const { values } = parseArgs({ options: { port: { type: 'string', default: '5173' } } })
// The extension has the port in it, so another one than asked for would not do.
const server = await createServer({
  mode: 'chrome',
  clearScreen: false,
  server: { port: Number(values.port), strictPort: true },
})
const folder = resolve(server.config.root, server.config.build.outDir)

// The manifest does not name these, so the development server does not know them.
async function writeDynamicScripts(): Promise<void> {
  for (const { fileName, source } of await dynamicScripts(buildTargets.chrome)) {
    await mkdir(dirname(join(folder, fileName)), { recursive: true })
    await writeFile(join(folder, fileName), source)
  }
}

await server.listen()
await allFilesReady()
await writeDynamicScripts()
const source = join(server.config.root, 'src') + sep
server.watcher.on('change', file => {
  if (file.startsWith(source)) writeDynamicScripts().catch(error => console.error(error))
})
console.log(`
Load ${folder} at chrome://extensions (developer mode, “Load unpacked”).
What you edit under src/ shows by itself as long as this runs (a script on a page, once that is loaded anew); Ctrl+C ends it.
`)
