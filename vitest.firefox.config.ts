import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/firefox/**/*.firefox.ts'],
    exclude: process.env.DEALPASS_LONG ? [] : ['test/firefox/canaries.firefox.ts'],
    // A whole journey with a real browser, which takes seconds to start and ten more to end a login.
    testTimeout: 120_000,
    hookTimeout: 90_000,
  },
})
