import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { Dealpass } from '../../src/sdk/dealpass'

/** The SDK as pages load it, as it is built. */
export const sdkScript = readFileSync('dist/sdk/dealpass.js', 'utf8')

/** What came of a call, or how it was refused. */
export type Outcome = { value?: unknown; code?: string; reason?: string; message?: string }

/** What a page under test keeps: how to call the SDK, and what it was told. */
type Kept = {
  Dealpass: { dealpass(): Promise<Dealpass> }
  job?: { run(pass: Dealpass): Promise<unknown>; outcome?: Outcome }
}
declare const self: typeof window & Kept

/** Puts the SDK on a page as a script of its own, and a button that runs what `prepare` was given last. */
export async function addSdk(page: Page): Promise<void> {
  await page.addScriptTag({ content: sdkScript })
  await page.evaluate(() => {
    const button = document.createElement('button')
    button.textContent = 'Ask'
    button.addEventListener('click', () => {
      const { job } = self
      if (!job) return
      const failed = ({ code, reason, message }: Outcome) => ({ code, reason, message })
      self.Dealpass.dealpass()
        .then(job.run)
        .then(value => ({ value }), failed)
        .then(outcome => {
          job.outcome = outcome
        })
    })
    document.body.append(button)
  })
}

/** Says what the next click on the page's button does. */
export async function prepare<T>(page: Page, run: (pass: Dealpass) => Promise<T>): Promise<void> {
  await page.evaluate(`globalThis.job = { run: ${run} }`)
}

/** Clicks the button, as a person. */
export async function clickAsk(page: Page): Promise<void> {
  await page.bringToFront()
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
}

/** What came of the click, as soon as it has come; `timeout` is milliseconds. */
export async function outcomeOf(page: Page, timeout = 10_000): Promise<Outcome> {
  const outcome = await page.waitForFunction(() => self.job?.outcome, undefined, { timeout })
  return (await outcome.jsonValue()) as Outcome
}

/** Prepares, clicks and waits: for calls that ask nobody. */
export async function asked<T>(page: Page, run: (pass: Dealpass) => Promise<T>): Promise<Outcome> {
  await prepare(page, run)
  await clickAsk(page)
  return outcomeOf(page)
}
