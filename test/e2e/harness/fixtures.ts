import { test as base, expect } from '@playwright/test'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox'
import { type ChromiumOptions, type ExtensionBrowser, launchChromium } from './chromium'

type Fixtures = {
  /** How the sandbox starts: `test.use({ sandboxOptions: … })`. */
  sandboxOptions: SandboxOptions
  /** The providers and the demo CRM, fresh for each test. Its violations fail the test. */
  sandbox: Sandbox
  /** Starts one more browser against the sandbox, or the same again: `launch({ profile })`. Closed at the end. */
  launch(options?: Omit<ChromiumOptions, 'sandbox'>): Promise<ExtensionBrowser>
  /** A browser with the extension, fresh for each test. Its errors fail the test. */
  dealpass: ExtensionBrowser
  /** What a test provokes on purpose: push a pattern, and what fits it does not fail the test. */
  allowed: { violations: RegExp[]; errors: RegExp[] }
}

function unexpected(found: unknown[], allowed: RegExp[]): string[] {
  return found
    .map(one => (typeof one === 'string' ? one : JSON.stringify(one)))
    .filter(text => !allowed.some(pattern => text.search(pattern) >= 0))
}

/** Playwright's `test` with a sandbox and a Chromium with the extension, both watched for what must not happen. */
export const test = base.extend<Fixtures>({
  sandboxOptions: [{}, { option: true }],

  // Playwright reads a fixture's needs off this pattern, also when there are none.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  allowed: async ({}, use) => use({ violations: [], errors: [] }),

  sandbox: async ({ allowed, sandboxOptions }, use) => {
    const sandbox = await startSandbox(sandboxOptions)
    try {
      await use(sandbox)
      const violations = unexpected(sandbox.violations(), allowed.violations)
      expect(violations, 'The sandbox saw what must not happen.').toEqual([])
    } finally {
      await sandbox.stop()
    }
  },

  launch: async ({ sandbox, allowed }, use, test) => {
    const launched: ExtensionBrowser[] = []
    try {
      await use(async options => {
        const browser = await launchChromium({ ...options, sandbox })
        launched.push(browser)
        return browser
      })
      const isAsExpected = test.status === test.expectedStatus
      const pages = isAsExpected ? [] : launched.flatMap(({ context }) => context.pages())
      for (const [index, page] of pages.entries()) {
        // A page that cannot be photographed must not hide why the test failed.
        await page
          .screenshot({ path: test.outputPath(`page-${index + 1}.png`), timeout: 2_000 })
          .catch(() => {})
      }
      const reported = await Promise.all(launched.map(browser => browser.errors()))
      const errors = unexpected(reported.flat(), allowed.errors)
      expect(errors, 'The extension reported errors.').toEqual([])
    } finally {
      await Promise.all(launched.map(browser => browser.close()))
    }
  },

  dealpass: async ({ launch }, use) => use(await launch()),
})

export { expect }
