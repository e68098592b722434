import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/firefox/**/*.firefox.ts'],
    // What takes its time has it in the long form; a file that is named is run in any case.
    exclude:
      process.env.DEALPASS_LONG || process.argv.some(word => /^(canaries|relay)/.test(word))
        ? []
        : ['test/firefox/{canaries,relay}.firefox.ts'],
    // A whole journey with a real browser, which takes seconds to start and ten more to end a login.
    testTimeout: 120_000,
    hookTimeout: 90_000,
  },
})
