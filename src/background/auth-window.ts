import type { Windows } from 'webextension-polyfill'
import { browser } from '../browser'
import { AppError, type ErrorCode, type Reason } from '../shared/errors'
import { limits } from '../shared/limits'
import { inOrder } from './queue'

/**
 * Rejections of `identity.launchWebAuthFlow` by how they begin; newer builds append advice. Chromium:
 * chrome/browser/extensions/api/identity/identity_constants.cc; Firefox: toolkit/components/extensions/parent/ext-identity.js.
 */
const rejections: readonly [start: string, code: ErrorCode, reason?: Reason][] = [
  ['The user did not approve access', 'cancelled'],
  ['User cancelled or denied access', 'cancelled'],
  ['User interaction required', 'reconnect-required', 'sign-in-again'],
  ['Requires user interaction', 'reconnect-required', 'sign-in-again'],
  ['Authorization page could not be loaded', 'provider-unreachable', 'page-not-loaded'],
  ['Authorization page load timed out', 'provider-unreachable', 'page-not-loaded'],
  ['Invalid request', 'provider-unreachable', 'page-not-loaded'],
]

/**
 * Opens the provider's page in the browser's own window (or, silently, none) and resolves to the address it was
 * redirected to. The browser allows one such flow at a time, so flows queue; the time limit counts from the call.
 *
 * Throws `cancelled` (closed, or `signal` aborted), `reconnect-required` (silent, and the user is needed),
 * `provider-unreachable` (`page-not-loaded`), `timed-out`.
 */
export function authorizeInWindow(
  url: string,
  { interactive, signal }: { interactive: boolean; signal?: AbortSignal },
): Promise<string> {
  const over = AbortSignal.timeout(interactive ? limits.signIn : limits.silentSignIn)
  const end = signal ? AbortSignal.any([signal, over]) : over
  const ended = new Promise<never>((_, reject) => {
    end.addEventListener('abort', () =>
      reject(
        new AppError(signal?.aborted ? 'cancelled' : interactive ? 'timed-out' : 'provider-unreachable'),
      ),
    )
  })
  return Promise.race([ended, inOrder('auth window', () => flow(url, interactive, end))])
}

async function flow(url: string, interactive: boolean, end: AbortSignal): Promise<string> {
  if (end.aborted) throw new AppError('cancelled')
  const closer = windowCloser(end)
  try {
    return await browser.identity.launchWebAuthFlow({ url, interactive })
  } catch (cause) {
    if (end.aborted) throw new AppError('cancelled', undefined, { cause })
    const message = cause instanceof Error ? cause.message : String(cause)
    const known = rejections.find(([start]) => message.startsWith(start))
    throw new AppError(known?.[1] ?? 'unexpected', known?.[2], { cause })
  } finally {
    closer.abort()
  }
}

/**
 * Closes the authorization window when the flow is to end: there is no call for that, and while it stays open the
 * browser refuses every other flow. The window is known as the popup window that appears meanwhile, was opened by no
 * tab and shows none of our screens.
 */
function windowCloser(end: AbortSignal): AbortController {
  const over = new AbortController()
  const appeared = new Set<number>()
  const close = async (windowId: number) => {
    const [tab] = await browser.tabs.query({ windowId })
    if (!tab || tab.openerTabId !== undefined) return
    if ((tab.pendingUrl ?? tab.url)?.startsWith(browser.runtime.getURL('/'))) return
    await browser.windows.remove(windowId)
  }
  const closeAll = () => {
    for (const windowId of appeared) void close(windowId).catch(() => undefined)
  }
  const note = ({ id, type }: Windows.Window) => {
    if (id === undefined || type !== 'popup') return
    appeared.add(id)
    if (end.aborted) closeAll()
  }
  browser.windows.onCreated.addListener(note)
  end.addEventListener('abort', closeAll, { signal: over.signal })
  over.signal.addEventListener('abort', () => browser.windows.onCreated.removeListener(note))
  return over
}
