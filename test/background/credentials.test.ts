import { describe, expect, it, vi } from 'vitest'
import { connected, renewed, startWithSetup, tokenRequests, withProviders } from '../fakes/providers'
import { wordsOf } from '../fakes/words'
import {
  ask,
  onDisk,
  rawDisk,
  restartBrowser,
  restartWorker,
  senders,
  startWorker,
  stringsIn,
  untilView,
  view,
} from '../fakes/worker'
import { clients, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()
const { salesosConfidential: app } = clients
const withSecret = {
  ...sandboxSetup(),
  providers: [{ id: 'salesos', clientId: app.id, clientSecret: app.secret, clientAuth: 'json' }],
}
const minute = 60_000

const accessToken = async (id: string) => (await import('../../src/background/broker')).accessToken(id)
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

type Row = Record<string, unknown>

/** Changes rows of one store, as a broken disk or somebody at the files would. */
function spoil(store: string, change: (row: Row) => Row): Promise<void> {
  return new Promise((resolve, reject) => {
    const opened = indexedDB.open('dealpass')
    opened.onerror = () => reject(opened.error)
    opened.onsuccess = () => {
      const database = opened.result
      const transaction = database.transaction(store, 'readwrite')
      const rows = transaction.objectStore(store).getAll()
      rows.onsuccess = () => {
        for (const row of rows.result) transaction.objectStore(store).put(change(row))
      }
      transaction.oncomplete = () => {
        database.close()
        resolve()
      }
    }
  })
}

const damaged = (row: Row): Row => {
  const { sealed } = row as { sealed: { data: ArrayBuffer } }
  return { ...row, sealed: { ...sealed, data: sealed.data.slice(1) } }
}

/** Every string on disk, and the bytes of every buffer as text. */
async function textsOnDisk(): Promise<string[]> {
  const texts: string[] = []
  const look = (value: unknown): void => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
      texts.push(Buffer.from(value as ArrayBuffer).toString('latin1'))
    else if (typeof value === 'object' && value !== null && !(value instanceof CryptoKey))
      for (const inner of Object.values(value)) look(inner)
  }
  const disk = await rawDisk()
  look(disk)
  return [...texts, ...stringsIn({ ...disk, keys: [] })]
}

describe('secrets on disk', () => {
  it('are sealed, each of them', async () => {
    await startWithSetup(withSecret)
    await connected('salesos')
    const { credentials, clientSecrets } = await onDisk()
    const secrets = [Object(credentials?.[0]).refreshToken, Object(clientSecrets?.[0]).secret] as string[]
    expect(secrets[1]).toBe(app.secret)
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(15)
      expect((await textsOnDisk()).filter(text => text.includes(secret))).toEqual([])
    }
  })

  it('are sealed with a key that no code can read out', async () => {
    await startWithSetup(withSecret)
    await connected('salesos')
    const { key } = Object((await rawDisk()).keys?.[0]) as { key: CryptoKey }
    expect(key.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
  })
})

describe('a damaged record', () => {
  it('costs its connection alone, says so, and is mended by a Reconnect', async () => {
    await startWithSetup({ ...sandboxSetup({ all: true }) })
    const other = await connected('sellytics')
    const id = await connected('salesos')
    await spoil('credentials', row => (row.connection === id ? damaged(row) : row))
    later(11 * minute)
    expect(await wordsOf(accessToken(id))).toBe('reconnect-required: record-damaged')
    expect(view().connections.find(one => one.id === id)).toMatchObject({
      status: 'needs-attention',
      fault: { code: 'reconnect-required', reason: 'record-damaged' },
    })
    expect(view().connections.find(one => one.id === other)).toMatchObject({ status: 'connected' })
    await renewed('salesos', { connection: id })
    expect(view().connections.find(one => one.id === id)).toMatchObject({ status: 'connected' })
    later(11 * minute)
    await accessToken(id)
  })

  it('of a connection itself is no trouble of others, also when their server is back', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    providers.person.user = providers.sandbox.users.colleague
    providers.visitor.forget()
    const other = await connected('salesos')
    await spoil('connections', ({ addresses, ...row }) => (row.id === id ? row : { ...row, addresses }))
    await restartBrowser()
    expect(view().connections).toMatchObject([{ id, fault: { reason: 'record-damaged' } }, { id: other }])
    providers.sandbox.set('salesos', { fault: { path: '/oauth/token', status: 503 } })
    expect(await wordsOf(accessToken(other))).toBe('provider-unreachable')
    providers.sandbox.set('salesos', { fault: null })
    await accessToken(other)
    expect(view().outages).toEqual({})
  })

  it('does not open in the place of another connection’s', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    providers.person.user = providers.sandbox.users.colleague
    const other = await connected('salesos')
    const rows = (await rawDisk()).credentials as Row[]
    const mine = rows.find(row => row.connection === id)
    await spoil('credentials', row => (row.connection === other ? { ...mine, connection: other } : row))
    later(11 * minute)
    expect(await wordsOf(accessToken(other))).toBe('reconnect-required: record-damaged')
  })

  it.each<[string, (row: Row) => Row]>([
    ['no key', ({ id }) => ({ id })],
    ['something else', ({ id }) => ({ id, key: 'a word' })],
  ])(
    'of the key, in the place of which there is %s, costs what it sealed, and nothing after',
    async (_, spoilt) => {
      await startWithSetup()
      const id = await connected('salesos')
      await spoil('keys', spoilt)
      await restartBrowser()
      expect(view().lock).toBe('off')
      expect(await wordsOf(accessToken(id))).toBe('reconnect-required: record-damaged')
      await renewed('salesos', { connection: id })
      await restartBrowser()
      await accessToken(id)
    },
  )

  it('does not keep a passphrase from being set', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    providers.person.user = providers.sandbox.users.colleague
    providers.visitor.forget()
    const other = await connected('salesos')
    await spoil('credentials', row => (row.connection === id ? { ...row, sealed: null } : row))
    await ask(senders.options(), 'setPassphrase', { passphrase: 'harbour lights at noon' })
    expect(view().lock).toBe('open')
    later(11 * minute)
    await accessToken(other)
  })

  it('of a client secret is a fault of the setup, and importing it again mends it', async () => {
    await startWithSetup(withSecret)
    const id = await connected('salesos')
    await spoil('clientSecrets', damaged)
    later(11 * minute)
    expect(await wordsOf(accessToken(id))).toBe('setup-wrong: secret-damaged')
    expect(view().setupFaults).toEqual({ salesos: { code: 'setup-wrong', reason: 'secret-damaged' } })
    expect(view().connections).toMatchObject([{ status: 'connected' }])
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(withSecret) })
    await accessToken(id)
  })
})

describe('what a version before stored in the clear', () => {
  it('is sealed at the next start, and works as before', async () => {
    await startWithSetup(withSecret)
    const id = await connected('salesos')
    const { credentials, clientSecrets } = await onDisk()
    const plain = new Map([
      ['credentials', credentials?.[0]],
      ['clientSecrets', clientSecrets?.[0]],
    ])
    for (const [store, row] of plain) await spoil(store, () => row as Row)
    expect((await rawDisk()).credentials?.[0]).toHaveProperty('refreshToken')
    await restartBrowser()
    await vi.waitFor(async () => {
      for (const store of plain.keys()) expect((await rawDisk())[store]?.[0]).toHaveProperty('sealed')
    })
    for (const [store, row] of plain) expect((await onDisk())[store]).toEqual([row])
    providers.sandbox.forget()
    await accessToken(id)
    expect(tokenRequests(providers.sandbox)).toMatchObject([{ grant_type: 'refresh_token' }])
    await untilView(({ connections }) => connections[0]?.status === 'connected')
  })
})

describe('the data key', () => {
  it('is made once, whoever needs it first', async () => {
    await startWorker()
    const { dataKey } = await import('../../src/background/data-key')
    const [one, two] = await Promise.all([dataKey(), dataKey()])
    expect((await rawDisk()).keys).toHaveLength(1)
    await restartWorker()
    const { seal, unseal } = await import('../../src/background/sealed')
    expect(await unseal(two, ['a'], await seal(one, ['a'], 7))).toBe(7)
    const again = await (await import('../../src/background/data-key')).dataKey()
    expect(await unseal(again, ['a'], await seal(one, ['a'], 7))).toBe(7)
    expect((await rawDisk()).keys).toHaveLength(1)
  })
})
