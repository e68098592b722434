import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/relay/**/*.relay.ts'],
    // What takes its time has it in the long form; a file that is named is run in any case.
    exclude:
      process.env.DEALPASS_LONG || process.argv.some(word => /^(load|slow)/.test(word))
        ? []
        : ['test/relay/{load,slow}.relay.ts'],
    maxWorkers: availableParallelism() + 1,
    // An upstream that says nothing is given up after fifteen seconds.
    testTimeout: 40_000,
    hookTimeout: 40_000,
  },
})
