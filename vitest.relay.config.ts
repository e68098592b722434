import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/relay/**/*.relay.ts'],
    maxWorkers: availableParallelism() + 1,
    // An upstream that says nothing is given up after fifteen seconds.
    testTimeout: 40_000,
    hookTimeout: 40_000,
  },
})
