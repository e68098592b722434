import { describe, expect, it } from 'vitest'
import { ask, restartBrowser, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { dropTimers, pass, quiet, turns } from './clock'
import { isLong } from './form'
import { die, newProfile, peek } from './profile'

/** Values of a wrong shape, by the words that the list of what is known says them in. */
const odd: Readonly<Record<string, unknown>> = {
  absent: undefined,
  null: null,
  'a number': 7,
  'a text': 'zq7',
  'an empty text': '',
  'a list': [],
  'an object': {},
  'a list of nothing': [null],
}

/**
 * Shapes that are known to be too much. Whoever mends one takes it out here; a shape that is not here and is too much, and
 * one that is here and is borne, both fail.
 */
const known: Readonly<Record<string, string>> = {}

type Row = Record<string, unknown>

/** Puts something in the place of a record, as a damaged disk or another version would have left it; gives what was there. */
async function put(store: string, key: IDBValidKey, value: unknown): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('dealpass')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction(store, 'readwrite')
    const records = transaction.objectStore(store)
    if (value === undefined) records.delete(key)
    else if (records.keyPath === null) records.put(value, key)
    else records.put(value)
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
  database.close()
}

/** Starts the browser, and says what is wrong then; nothing where the background is there and others work. */
async function troubleAtStart(good: string): Promise<string | undefined> {
  dropTimers()
  let isThere = false
  void restartBrowser().then(() => {
    isThere = true
  })
  for (let turn = 0; !isThere && world.reports.length === 0 && turn < 5_000; turn += 1) await turns(1)
  if (!isThere) {
    await quiet()
    return 'no start'
  }
  await pass(0)
  const atStart = world.takeReports().length > 0 ? 'starts, but says unexpected' : undefined
  if (!view().connections.some(({ id, status }) => id === good && status === 'connected'))
    return 'others are not shown'
  await pass(4_000_000)
  const { accessToken } = await import('../../src/background/broker')
  const isUsable = await accessToken(good).then(
    () => true,
    () => false,
  )
  if (!isUsable) return 'others cannot be used'
  return atStart ?? (world.takeReports().length > 0 ? 'starts, but says unexpected later' : undefined)
}

/** Variations of a record: every field (to two levels) as everything that it is not. */
function variationsOf(row: Row, identity: string[]): [string, Row][] {
  const fields = Object.keys(row).filter(field => !identity.includes(field))
  return fields.flatMap(field =>
    Object.entries(odd).flatMap(([words, value]): [string, Row][] => {
      const { [field]: inner, ...rest } = row
      if (typeof inner === typeof value && Array.isArray(inner) === Array.isArray(value) && value !== null)
        return []
      return [[`${field}: ${words}`, value === undefined ? rest : { ...rest, [field]: value }]]
    }),
  )
}

describe('a start', () => {
  it('bears records of a wrong shape', async () => {
    const server = await newProfile()
    const connected = async (provider: string, person: string) => {
      const before = new Set(view().connections.map(({ id }) => id))
      server.person = person
      await ask(senders.popup(), 'connect', { provider })
      await quiet()
      const made = view().connections.find(({ id }) => !before.has(id))
      if (!made) throw new Error('Not connected')
      return made.id
    }
    const victim = await connected('acme', 'victim')
    const good = await connected('borg', 'good')
    const connection = peek<Row>('connections').get(victim) ?? {}
    const credentials = peek<Row>('credentials').get(victim) ?? {}
    const attempt = {
      id: 'attempt',
      provider: 'acme',
      addresses: connection.addresses,
      status: 'running',
      startedAt: Date.now(),
      fault: { code: 'denied' },
    }
    const permit = {
      id: 'permit',
      site: 'https://app.futuresimple.com',
      connection: victim,
      use: 'fetch',
      access: 'read',
      scopes: ['read'],
      until: 'hours',
      run: 'run',
      endsAt: Date.now() + 1e9,
      page: 'page',
      tabId: 1,
      grantedAt: Date.now(),
    }
    const refresh = {
      id: `refresh ${victim}`,
      kind: 'refresh',
      connection: victim,
      generation: credentials.generation,
      startedAt: Date.now(),
    }
    const disconnect = {
      id: `disconnect ${victim}`,
      kind: 'disconnect',
      connection: victim,
      step: 'due',
      dueAt: Date.now() + 1e9,
    }
    const received = {
      id: 'connect attempt',
      kind: 'connect',
      attempt: 'attempt',
      step: 'received',
      tokens: credentials.sealed,
      startedAt: Date.now(),
    }
    const outage = {
      since: Date.now(),
      failures: 2,
      nextTry: Date.now() + 1000,
      connection: victim,
      asked: ['read'],
    }
    const records: [store: string, key: string, row: Row, identity: string[]][] = [
      ['connections', victim, connection, ['id']],
      ['credentials', victim, credentials, ['connection']],
      ['attempts', 'acme', attempt, ['provider']],
      ['permits', 'permit', permit, ['id']],
      ['journal', refresh.id, refresh, ['id']],
      ['journal', disconnect.id, disconnect, ['id']],
      ['journal', received.id, received, ['id']],
    ]
    const cases: [words: string, store: string, key: string, row: unknown][] = [
      ...records.flatMap(([store, key, row, identity]) =>
        variationsOf(row, identity).map(([words, changed]): [string, string, string, unknown] => [
          `${store}${store === 'journal' ? ` (${row.kind})` : ''}, ${words}`,
          store,
          key,
          changed,
        ]),
      ),
      ...records.map(([store, key, row, identity]): [string, string, string, unknown] => [
        `${store}${store === 'journal' ? ` (${row.kind})` : ''}, nothing but its key`,
        store,
        key,
        Object.fromEntries(identity.map(name => [name, row[name]])),
      ]),
      ...variationsOf(outage, []).map(([words, changed]): [string, string, string, unknown] => [
        `outages, ${words}`,
        'kept',
        'outages',
        { 'https://auth.acme.example': changed },
      ]),
      ...Object.entries(odd).flatMap(([words, value]): [string, string, string, unknown][] =>
        value === undefined
          ? []
          : [
              [`outages, one as ${words}`, 'kept', 'outages', { 'https://auth.acme.example': value }],
              [`outages as ${words}`, 'kept', 'outages', value],
            ],
      ),
    ]
    const start = performance.now()
    const troubles: Record<string, string> = {}
    const taken = isLong ? cases : cases.filter((_, index) => index % 10 === 0)
    for (const [words, store, key, row] of taken) {
      await die()
      await put('connections', victim, connection)
      await put('credentials', victim, credentials)
      for (const [one, other] of records.slice(2)) await put(one, other, undefined)
      await put('kept', 'outages', {})
      // An attempt that had brought something is looked into where it is still open.
      if (key === received.id) await put('attempts', 'acme', attempt)
      await put(store, key, row)
      const trouble = await troubleAtStart(good).catch(() => 'never at rest')
      world.takeReports()
      if (trouble) troubles[words] = trouble
    }
    console.log(
      `records of a wrong shape: ${taken.length} cases in ${((performance.now() - start) / 1000).toFixed(1)} s`,
    )
    const expected = taken.flatMap(([words]) => (known[words] ? [[words, known[words]]] : []))
    expect(troubles).toEqual(Object.fromEntries(expected))
  })
})
