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

async function onExtensionsPage<Input>(
  browser: ExtensionBrowser,
  run: (input: Input) => Promise<void>,
  input: Input,
): Promise<void> {
  const page = await browser.context.newPage()
  try {
    await page.goto('chrome://extensions')
    // Playwright's type for the argument unwraps handles, which a plain value does not need.
    await page.evaluate(run as (input: unknown) => Promise<void>, input)
  } finally {
    await page.close()
  }
}

async function setHostAccess(browser: ExtensionBrowser, hostAccess: 'ON_CLICK' | 'ON_ALL_SITES') {
  const change = { extensionId: browser.extensionId, hostAccess } as const
  await onExtensionsPage(
    browser,
    change => chrome.developerPrivate.updateExtensionConfiguration(change),
    change,
  )
}

/** Takes all host permissions away, as a user does with *Allow this extension to read … on click*. */
export async function restrictHosts(browser: ExtensionBrowser): Promise<void> {
  await setHostAccess(browser, 'ON_CLICK')
}

/** Gives back what `restrictHosts` took. */
export async function allowHosts(browser: ExtensionBrowser): Promise<void> {
  await setHostAccess(browser, 'ON_ALL_SITES')
}

/**
 * Grants one host, as a match pattern (`https://crm.example/*`): `permissions.request` for it inside a click
 * then resolves true without the browser's prompt, which no test can click.
 */
export async function grantHost(browser: ExtensionBrowser, pattern: string): Promise<void> {
  const grant = [browser.extensionId, pattern] as const
  await onExtensionsPage(
    browser,
    ([extensionId, pattern]) => chrome.developerPrivate.addHostPermission(extensionId, pattern),
    grant,
  )
}
