import { defineConfig } from '@playwright/test'

const report = process.env.PLAYWRIGHT_JSON_OUTPUT_FILE

export default defineConfig({
  testDir: 'test/attacks',
  testMatch: '**/*.attack.ts',
  outputDir: 'test-results/attacks',
  // One browser for all attacks of a worker, each from a clean slate.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  use: { actionTimeout: 5_000, navigationTimeout: 10_000 },
  expect: { timeout: 5_000 },
  reporter: report ? [['list'], ['json', { outputFile: report }]] : 'list',
})
