import type { Page } from '@playwright/test'
import type { ExtensionBrowser } from './harness/chromium'
import { expect } from './harness/fixtures'
import { extensionPage } from './harness/opened-page'
import { clickToolbar } from './harness/toolbar'
import { grantHost } from './harness/worker'
import { viewOf } from './steps'

const consentPage = 'src/screens/consent/index.html'

/** Lets a page's site in: the toolbar's button, one click in the popup, and the browser's prompt answered with yes. */
export async function letIn(dealpass: ExtensionBrowser, page: Page): Promise<void> {
  const { origin, host } = new URL(page.url())
  await grantHost(dealpass, `${origin}/*`)
  const popup = await clickToolbar(dealpass, page)
  await popup.click('button', `Use Dealpass on ${host}`)
  await expect.poll(async () => (await viewOf(dealpass)).sites.map(known => known.origin)).toContain(origin)
  await popup.close()
}

/** Answers the consent window that `ask` opens; gives what it said. */
export async function answer(
  dealpass: ExtensionBrowser,
  ask: () => Promise<unknown>,
  { allow = true, until = 'Until the browser closes' } = {},
): Promise<string> {
  const question = await extensionPage(dealpass, consentPage, ask)
  const text = await question.getByRole('dialog').innerText()
  if (allow) await question.getByRole('radio', { name: until }).check()
  const closed = question.waitForEvent('close')
  await question.getByRole('button', { name: allow ? 'Allow' : 'Deny' }).click()
  await closed
  return text
}
