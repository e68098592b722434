import { AppError } from '../shared/errors'
import type { OpenWire } from '../shared/port'

type Port = {
  postMessage(message: unknown): void
  disconnect(): void
  readonly onMessage: { addListener(listener: (message: unknown) => void): void }
  readonly onDisconnect: { addListener(listener: () => void): void }
}

/**
 * What a content script has of the extension API, and uses. Chromium has `browser` natively from 148 on; the polyfill
 * has no place on every CRM page.
 */
type Runtime = {
  readonly id?: string
  readonly lastError?: unknown
  getURL(path: string): string
  connect(): Port
}

/** The extension's runtime, or undefined where there is none: not installed, or updated under this page. */
export function extensionRuntime(): Runtime | undefined {
  const { browser } = globalThis as { browser?: { runtime?: Runtime } }
  return browser?.runtime?.id ? browser.runtime : undefined
}

/** The wire of a content script of ours: a port of its document. Throws `not-installed` (`updated`). */
export const extensionWire: OpenWire = async ({ message, end }) => {
  // Until it is shown, a page that the browser has fetched ahead is nobody's.
  if ((document as { prerendering?: boolean }).prerendering)
    await new Promise(shown => document.addEventListener('prerenderingchange', shown, { once: true }))
  const runtime = extensionRuntime()
  // Whoever runs this was started by the extension, so it was there.
  if (!runtime) throw new AppError('not-installed', 'updated')
  const port = runtime.connect()
  port.onMessage.addListener(message)
  const over = new AbortController()
  const close = () => {
    over.abort()
    port.disconnect()
  }
  port.onDisconnect.addListener(() => {
    // Read, or Chromium logs why it ended as an error of the page's.
    void runtime.lastError
    over.abort()
    end()
  })
  // Chromium ends the ports of a page that goes to the back-forward cache, and does not say so to the page.
  const back = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return
    close()
    end()
  }
  addEventListener('pageshow', back, { signal: over.signal })
  return { post: sent => port.postMessage(sent), close }
}
