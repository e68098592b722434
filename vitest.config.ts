import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // The polyfill throws outside an extension; in its place stands a browser that behaves.
  resolve: { alias: { 'webextension-polyfill': pathOf('./test/fakes/browser.ts') } },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // vitest would leave one of two cores idle.
    maxWorkers: '100%',
    // A test takes a fraction of a second; what takes longer waits for something that does not come.
    testTimeout: 8_000,
    hookTimeout: 20_000,
  },
})
