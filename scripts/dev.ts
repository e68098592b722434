import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { allFilesReady } from '@crxjs/vite-plugin'
import { createServer } from 'vite'

// npm run dev: an unpacked extension for Chromium whose screens follow the source as it is edited.

const { values } = parseArgs({ options: { port: { type: 'string', default: '5173' } } })
// The extension has the port in it, so another one than asked for would not do.
const server = await createServer({
  mode: 'chrome',
  clearScreen: false,
  server: { port: Number(values.port), strictPort: true },
})
await server.listen()
await allFilesReady()
console.log(`
Load ${resolve(server.config.root, server.config.build.outDir)} at chrome://extensions (developer mode, “Load unpacked”).
What you edit under src/ shows by itself as long as this runs; Ctrl+C ends it.
`)
