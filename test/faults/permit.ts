import type { Page } from '@playwright/test'
import type { ConnectionView } from '../../src/shared/view'

/**
 * Writes a permit for a site's calls and tokens as if it had been given. The consent window is what other tests are about, and fifty of them would take
 * longer than all faults together.
 */
export function permit(
  popup: Page,
  site: string,
  { id, scopes }: Pick<ConnectionView, 'id' | 'scopes'>,
): Promise<void> {
  const row = {
    id: crypto.randomUUID(),
    site,
    connection: id,
    use: 'token',
    access: 'read',
    scopes: scopes.granted,
    until: 'always',
    run: '',
    grantedAt: Date.now(),
  }
  return popup.evaluate(
    permit =>
      new Promise<void>((resolve, reject) => {
        const opened = indexedDB.open('dealpass')
        opened.onerror = () => reject(opened.error)
        opened.onsuccess = () => {
          const database = opened.result
          const transaction = database.transaction('permits', 'readwrite')
          transaction.objectStore('permits').put(permit)
          transaction.onabort = () => reject(transaction.error)
          transaction.oncomplete = () => {
            database.close()
            resolve()
          }
        }
      }),
    row,
  )
}
