import type { Page } from '@playwright/test'
import type { ExtensionBrowser } from './chromium'
import { openPopup, type Popup } from './popup'

/**
 * Clicks the extension's button in the toolbar over a page, as a person does: unlike `openPopup` alone this gives the
 * popup the page's address (`activeTab`). The page's address has to be its tab's alone.
 */
export async function clickToolbar(browser: ExtensionBrowser, page: Page): Promise<Popup> {
  await page.bringToFront()
  const { targetInfos } = await browser.cdp.send('Target.getTargets', { filter: [{ type: 'tab' }] })
  const tab = targetInfos.find(({ url }) => url === page.url())
  if (!tab) throw new Error(`There is no tab at ${page.url()}.`)
  // Playwright's types do not know this command, which Chromium has from 140 on.
  const send = browser.cdp.send as (method: string, params: object) => Promise<unknown>
  await send.call(browser.cdp, 'Extensions.triggerAction', {
    id: browser.extensionId,
    targetId: tab.targetId,
  })
  return openPopup(browser)
}
