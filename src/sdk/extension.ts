/**
 * What a content script has of the extension API, and uses. Chromium has `browser` natively from 148 on; the polyfill
 * has no place on every CRM page.
 */
type Runtime = {
  readonly id?: string
  getURL(path: string): string
  sendMessage(message: unknown): Promise<unknown>
  readonly onMessage: {
    addListener(listener: (message: unknown) => void): void
    removeListener(listener: (message: unknown) => void): void
  }
}

/** The extension's runtime, or undefined where there is none: not installed, or updated under this page. */
export function extensionRuntime(): Runtime | undefined {
  const { browser } = globalThis as { browser?: { runtime?: Runtime } }
  return browser?.runtime?.id ? browser.runtime : undefined
}
