import { build } from 'vite'
import { buildRelay } from './relay-build'
import { buildSdk } from './sdk'
import { bundleSizes, fileSizes, ownSizes } from './sizes'

// npm run build: both browsers, the SDK, the relay, and sizes that fail it.

const start = performance.now()
for (const mode of ['chrome', 'firefox']) await build({ mode, logLevel: 'error' })
await buildSdk()
await buildRelay()

const sizes = [...(await ownSizes()), ...bundleSizes('dist/chrome'), ...fileSizes()]
for (const { what, bytes, most } of sizes) {
  const verdict = bytes <= most ? '' : '  TOO LARGE'
  console.log(
    `${what.padEnd(28)}${(bytes / 1024).toFixed(2).padStart(8)} KiB of ${most / 1024} KiB${verdict}`,
  )
}
console.log(
  `Built dist/chrome, dist/firefox, dist/sdk and dist/relay in ${((performance.now() - start) / 1000).toFixed(1)} s.`,
)
if (sizes.some(({ bytes, most }) => bytes > most)) process.exitCode = 1
