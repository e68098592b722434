import type { Page } from '@playwright/test'
import type { ExtensionBrowser } from './chromium'
import { openedPage } from './opened-page'

/** Does what opens the auth window, and gives its page once loaded. The extension's own windows are passed over. */
export function authWindow(browser: ExtensionBrowser, click: () => Promise<unknown>): Promise<Page> {
  return openedPage(browser, url => url.startsWith('https:'), click)
}

/** Fills in and sends the sandbox's sign-in page. Resolves when the next page has come or the window is gone. */
export async function signIn(page: Page, user: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(user.email)
  await page.getByLabel('Password').fill(user.password)
  await press(page, 'Sign in')
}

/** Answers the sandbox's consent page. Resolves when the next page has come or the window is gone. */
export async function consent(page: Page, choice: 'Allow' | 'Deny'): Promise<void> {
  await press(page, choice)
}

async function press(page: Page, name: string): Promise<void> {
  try {
    const button = page.getByRole('button', { name, exact: true })
    await Promise.all([page.waitForEvent('framenavigated'), button.click()])
  } catch (error) {
    // The redirect to the extension closes the window, sometimes before the click is reported as done.
    if (!page.isClosed()) throw error
  }
}
