import { test as base, expect } from '@playwright/test'
import type { Canary } from '../../canaries/needles'
import { tallyType } from '../../canaries/reporter'
import { searchFolder, searchLive, searchRequests, tallyOf } from '../../canaries/search'
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
  /**
   * Secrets that the sandbox does not know of (a passphrase), to be searched for with those it does in every place where
   * none may be, once when a browser of the test ends and once in what it has left on disk. One that is found fails
   * the test.
   */
  canaries: Canary[]
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

  // biome-ignore lint/correctness/noEmptyPattern: see above
  canaries: async ({}, use) => use([]),

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

  launch: async ({ sandbox, allowed, canaries }, use, test) => {
    const launched: ExtensionBrowser[] = []
    const tally = tallyOf([])
    const secrets = () => [...sandbox.secrets(), ...canaries]
    try {
      await use(async options => {
        const browser = await launchChromium({ ...options, sandbox })
        let end: Promise<void> | undefined
        const searched = {
          ...browser,
          close: () => {
            end ??= searchLive(browser, secrets(), tally).finally(browser.close)
            return end
          },
        }
        launched.push(searched)
        return searched
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
    for (const profile of new Set(launched.map(({ profile }) => profile)))
      searchFolder('profile', profile, secrets(), tally)
    searchRequests(sandbox.saw(), secrets(), tally)
    tally.secrets = tallyOf(secrets()).secrets
    test.annotations.push({ type: tallyType, description: JSON.stringify(tally) })
    expect(tally.leaks, 'A secret stands where none may be.').toEqual([])
  },

  dealpass: async ({ launch }, use) => use(await launch()),
})

export { expect }
