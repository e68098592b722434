import type { StoredKey } from './data-key'
import { type Sealed, seal, unseal } from './sealed'
import { read, type Stores, write } from './vault'

type Row = {
  store: 'credentials' | 'clientSecrets' | 'journal'
  row: object
  record: string[]
  sealed: Sealed
}

/**
 * Seals every secret with another key, and puts that key in force, in one transaction: there is never a record on disk
 * that the key on disk does not open. What is damaged stays so. Should a record have changed meanwhile, it begins anew.
 */
export async function reseal(from: CryptoKey, to: CryptoKey, stored: StoredKey): Promise<void> {
  for (;;) {
    const rows = await read(sealedRows)
    const moved = await Promise.all(
      rows.map(async row => {
        const value = await unseal(from, row.record, row.sealed).catch(() => undefined)
        return value === undefined ? undefined : { ...row, next: await seal(to, row.record, value) }
      }),
    )
    const isDone = await write(async stores => {
      const now = await sealedRows(stores)
      if (now.map(ivOf).join() !== rows.map(ivOf).join()) return false
      for (const one of moved) {
        if (!one) continue
        const field = one.store === 'journal' ? 'tokens' : 'sealed'
        await stores[one.store].put({ ...one.row, [field]: one.next } as never)
      }
      await stores.keys.put(stored)
      return true
    })
    if (isDone) return
  }
}

// Each nonce is used once, so it tells versions of a record apart.
const ivOf = ({ sealed }: Row) => String(Object(sealed).iv)

async function sealedRows({
  credentials,
  clientSecrets,
  journal,
}: Stores<'readonly'> | Stores): Promise<Row[]> {
  const rows: Row[] = []
  for (const row of await credentials.getAll())
    if ('sealed' in row)
      rows.push({
        store: 'credentials',
        row,
        record: ['credentials', row.connection, String(row.generation)],
        sealed: row.sealed,
      })
  for (const row of await clientSecrets.getAll())
    if ('sealed' in row)
      rows.push({
        store: 'clientSecrets',
        row,
        record: ['clientSecrets', row.provider, row.clientId, row.place],
        sealed: row.sealed,
      })
  for (const row of await journal.getAll())
    if (row.kind === 'connect' && row.step === 'received')
      rows.push({ store: 'journal', row, record: ['journal', row.id], sealed: row.tokens })
  return rows
}
