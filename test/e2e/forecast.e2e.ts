import { expect, test } from './harness/fixtures'
import { connected, item, viewOf } from './steps'

test('names a login that ends within a day on the badge and in the popup, and renews it with one click', async ({
  dealpass,
  sandbox,
}) => {
  const popup = await connected(dealpass, sandbox, 'salesos', 'sell')
  const badge = () =>
    dealpass.inWorker(
      // @ts-expect-error the worker's own API
      () => chrome.action.getBadgeText({}) as Promise<string>,
    )
  expect(await badge()).toBe('')
  // Weeks pass by without anybody using it.
  await dealpass.inWorker(
    () =>
      new Promise<void>((resolve, reject) => {
        const opened = indexedDB.open('dealpass')
        opened.onerror = () => reject(opened.error)
        opened.onsuccess = () => {
          const transaction = opened.result.transaction('connections', 'readwrite')
          const connections = transaction.objectStore('connections')
          connections.getAll().onsuccess = event => {
            for (const connection of (event.target as IDBRequest).result)
              if (connection.provider === 'salesos')
                connections.put({ ...connection, loginEndsAt: Date.now() + 3 * 60 * 60_000 })
          }
          transaction.oncomplete = () => {
            opened.result.close()
            resolve()
          }
        }
      }),
  )
  await popup.getByRole('switch', { name: 'Stop everything' }).click()
  await popup.getByRole('switch', { name: 'Stop everything' }).click()
  await expect(popup.getByText('Within a day these need you: SalesOS.')).toBeVisible()
  await expect.poll(badge).toBe('1')
  sandbox.forget()
  await popup.getByRole('button', { name: 'Renew all' }).click()
  await sandbox.waitFor({ path: '/oauth/token' })
  await expect(popup.getByText('Within a day these need you: SalesOS.')).toBeHidden()
  await expect.poll(badge).toBe('')
  expect(sandbox.saw({ path: '/oauth/token' })).toMatchObject([
    { status: 200, body: { grant_type: 'refresh_token' } },
  ])
  // Nobody was asked to sign in.
  expect(sandbox.saw({ path: /authorize/ })).toEqual([])
  await expect(item(popup, `SalesOS – ${sandbox.users.rep.email}`)).toContainText('Connected as')
  expect((await viewOf(dealpass)).renewing).toBeUndefined()
})
