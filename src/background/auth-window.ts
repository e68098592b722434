import type { Windows } from 'webextension-polyfill'
import { browser } from '../browser'
import { AppError, type ErrorCode, type Reason } from '../shared/errors'
import { limits } from '../shared/limits'
import { atMost } from './queue'

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
  // Not `inOrder`: nothing that waits for what is under way shall wait for a person.
  return Promise.race([ended, atMost(1, 'auth window', () => flow(url, interactive, end))])
}

async function flow(url: string, interactive: boolean, end: AbortSignal): Promise<string> {
  if (end.aborted) throw new AppError('cancelled')
  const watch = watchWindows(new URL(url).origin, end)
  try {
    return await launch(url, interactive)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (end.aborted) throw new AppError('cancelled', undefined, { cause })
    const known = rejections.find(([start]) => messageOf(cause).startsWith(start))
    throw new AppError(known?.[1] ?? 'unexpected', known?.[2], { cause })
  } finally {
    watch.abort()
  }
}

async function launch(url: string, interactive: boolean): Promise<string> {
  try {
    return await browser.identity.launchWebAuthFlow({ url, interactive })
  } catch (error) {
    // A worker that died has left its window behind: nobody waits for it any more, but it blocks every other flow.
    if (!messageOf(error).startsWith('Only one web auth flow is allowed')) throw error
    await closeOrphan(new URL(url).origin)
    return await browser.identity.launchWebAuthFlow({ url, interactive })
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function closeOrphan(origin: string): Promise<void> {
  const orphans = await browser.tabs.query({ url: `${origin}/*`, windowType: 'popup' })
  if (orphans.length === 0) throw new AppError('interrupted', 'window-open')
  for (const { windowId } of orphans) {
    if (windowId === undefined) continue
    const gone = new Promise<void>(resolve => {
      const hear = (id: number) => {
        if (id !== windowId) return
        browser.windows.onRemoved.removeListener(hear)
        resolve()
      }
      browser.windows.onRemoved.addListener(hear)
    })
    await browser.windows.remove(windowId)
    await gone
  }
}

/**
 * Closes the authorization window when the flow is to end: there is no call for that, and while it stays open the
 * browser refuses every other flow. It is known as the popup window that appears meanwhile and shows the provider's
 * authorization host; one that has been sent on to a sign-in elsewhere before it appeared stays open rather than
 * that a stranger's window is closed.
 */
function watchWindows(origin: string, end: AbortSignal): AbortController {
  const over = new AbortController()
  const ours = new Set<number>()
  const closeAll = () => {
    // Closed already, by the user or by its own end: nothing is left to do.
    for (const windowId of ours) void browser.windows.remove(windowId).catch(() => undefined)
  }
  const note = async ({ id, type }: Windows.Window) => {
    if (id === undefined || type !== 'popup') return
    // Gone again before it could be looked at.
    const [tab] = await browser.tabs.query({ windowId: id }).catch(() => [])
    if (!(tab?.pendingUrl ?? tab?.url)?.startsWith(`${origin}/`)) return
    ours.add(id)
    if (end.aborted) closeAll()
  }
  browser.windows.onCreated.addListener(note)
  end.addEventListener('abort', closeAll, { signal: over.signal })
  over.signal.addEventListener('abort', () => browser.windows.onCreated.removeListener(note))
  return over
}
