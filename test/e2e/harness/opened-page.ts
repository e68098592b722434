import type { Page } from '@playwright/test'
import type { ExtensionBrowser } from './chromium'

/** Does what opens a page whose address fits, and gives that page once loaded. */
export async function openedPage(
  browser: ExtensionBrowser,
  fits: (url: string) => boolean,
  open: () => Promise<unknown>,
): Promise<Page> {
  const opened = browser.context.waitForEvent('page', { predicate: page => fits(page.url()) })
  // When opening fails, its error is the one to see.
  opened.catch(() => {})
  await open()
  const page = await opened
  await page.waitForLoadState()
  return page
}

/** Does what opens a document of the extension in a tab or window of its own (`consent.html`), and gives its page. */
export function extensionPage(
  browser: ExtensionBrowser,
  path: string,
  open: () => Promise<unknown>,
): Promise<Page> {
  const address = `chrome-extension://${browser.extensionId}/${path}`
  return openedPage(browser, url => url.startsWith(address), open)
}
