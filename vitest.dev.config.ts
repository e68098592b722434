import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/dev/**/*.dev.ts'],
    // A development server and a real browser are started for it.
    testTimeout: 60_000,
  },
})
