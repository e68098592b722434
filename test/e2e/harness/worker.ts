import type { ChromeApi } from './chrome-api'
import type { ExtensionBrowser } from './chromium'

declare const chrome: ChromeApi

/**
 * Stops the service worker as the browser does with an idle one, and resolves when it has stopped. The next
 * event or message starts it again; so does `worker()` of the browser.
 */
export async function stopWorker(browser: ExtensionBrowser): Promise<void> {
  await browser.workers.send('ServiceWorker.stopAllWorkers')
  await browser.workerIs('stopped')
}

/** Takes all host permissions away, as a user does with *Allow this extension to read … on click*. */
export async function restrictHosts({ context, extensionId }: ExtensionBrowser): Promise<void> {
  const page = await context.newPage()
  try {
    await page.goto('chrome://extensions')
    const change = { extensionId, hostAccess: 'ON_CLICK' } as const
    await page.evaluate(wanted => chrome.developerPrivate.updateExtensionConfiguration(wanted), change)
  } finally {
    await page.close()
  }
}

/**
 * Grants a host that the extension may ask for (`https://api.acme.example/*`), as the browser's prompt would: no test
 * can click that. `permissions.request` in a click then resolves without it.
 */
export async function grantHost({ context, extensionId }: ExtensionBrowser, pattern: string): Promise<void> {
  const page = await context.newPage()
  try {
    await page.goto('chrome://extensions')
    const grant = { extensionId, pattern }
    await page.evaluate(
      wanted => chrome.developerPrivate.addHostPermission(wanted.extensionId, wanted.pattern),
      grant,
    )
  } finally {
    await page.close()
  }
}

/** Loads the extension anew, as an update does: scripts of the version before stay in the pages and have lost it. */
export async function reloadExtension({ context, extensionId }: ExtensionBrowser): Promise<void> {
  const page = await context.newPage()
  try {
    await page.goto('chrome://extensions')
    await page.evaluate(async id => {
      // Elsewhere an unpacked extension that is loaded anew stays off.
      await chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })
      await chrome.developerPrivate.reload(id, { failQuietly: true })
    }, extensionId)
  } finally {
    await page.close()
  }
}
