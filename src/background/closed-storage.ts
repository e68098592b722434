import { browser } from '../browser'

/**
 * Closes every storage area to content scripts, which can read and write `local` and `sync` by default, and read
 * `managed` in Chromium. Firefox cannot; there, as everywhere, nothing of ours is in these areas.
 */
export async function closeStorage(): Promise<void> {
  for (const name of ['local', 'session', 'sync', 'managed'] as const) {
    const area = browser.storage[name] as {
      setAccessLevel?: (level: { accessLevel: string }) => Promise<void>
    }
    await area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' })
  }
}
