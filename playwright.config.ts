import { defineConfig } from '@playwright/test'

const report = process.env.PLAYWRIGHT_JSON_OUTPUT_FILE

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.e2e.ts',
  outputDir: 'test-results',
  // Each test has a browser and a sandbox of its own. One more at once than there are cores: some wait for ten seconds.
  workers: 3,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  // What is not there by then will not come; the test then ends with what it saw instead of its own time limit.
  use: { actionTimeout: 10_000, navigationTimeout: 10_000 },
  expect: { timeout: 10_000 },
  reporter: [
    ['list'],
    ['./test/canaries/reporter.ts'],
    ...(report ? [['json', { outputFile: report }] as const] : []),
  ],
})
