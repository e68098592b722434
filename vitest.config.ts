import { availableParallelism } from 'node:os'
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
    // vitest would leave one of two cores idle. One worker more, since they wait for each other's modules a third of
    // the time.
    maxWorkers: availableParallelism() + 1,
    // A life of the background has modules of its own wherever it is (`startWorker`), and every test a world of its own
    // (test/setup.ts). With a process for each file as well, half of the time goes into loading.
    isolate: false,
    // A test takes a fraction of a second; what takes longer waits for something that does not come.
    testTimeout: 8_000,
    hookTimeout: 20_000,
  },
})
