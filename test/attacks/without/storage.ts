import { browser } from '../../../src/browser'

/** Opens every area to content scripts. */
export async function closeStorage(): Promise<void> {
  for (const name of ['local', 'session', 'sync', 'managed'] as const) {
    const area = browser.storage[name] as {
      setAccessLevel?: (level: { accessLevel: string }) => Promise<void>
    }
    await area.setAccessLevel?.({ accessLevel: 'TRUSTED_AND_UNTRUSTED_CONTEXTS' }).catch(() => undefined)
  }
}
