import { describe, expect, it, vi } from 'vitest'
import { type Dealpass, dealpassOver, type News } from '../../src/sdk/dealpass'
import { AppError } from '../../src/shared/errors'
import type { SiteConnection } from '../../src/shared/protocol'
import { stubDocument } from '../fakes/page'
import { type Answer, FakeWires } from '../fakes/wire'
import { wordsOf } from '../fakes/words'
import { settled } from '../fakes/worker'

const minute = 60_000
const never = () => new Promise(() => undefined)
const failure = (code: string) => ({ ok: false, error: { code, message: 'A sentence.' } })
const connection: SiteConnection = {
  connection: 'c1',
  provider: 'salesos',
  account: 'mia@acme.example',
  status: 'connected',
  scopes: ['leads:read'],
  use: 'token',
  access: 'read',
}

/** The SDK on a page, over wires to a background that knows one connection and answers the rest by the function given. */
async function found(answer: Answer = never): Promise<{ pass: Dealpass; wires: FakeWires }> {
  stubDocument()
  const wires = new FakeWires(request => (request.name === 'connections' ? [connection] : answer(request)))
  const pass = await dealpassOver(wires.open)()
  return { pass, wires }
}

const asked = (wires: FakeWires, name: string) =>
  wires.requests.filter(request => request.name === name).map(({ input }) => input)

describe('dealpass', () => {
  it('opens no wire before somebody asks', () => {
    const wires = new FakeWires()
    dealpassOver(wires.open)
    expect(wires.all).toEqual([])
  })

  it('finds an extension that answers, over one wire for all', async () => {
    const { pass, wires } = await found()
    expect(await pass.connections()).toEqual([connection])
    expect(wires.requests.map(({ name, input }) => [name, input])).toEqual([
      ['connections', {}],
      ['connections', {}],
    ])
    expect(wires.all).toHaveLength(1)
  })

  it('says not-installed with the words of the wire that could not be opened', async () => {
    const wires = new FakeWires()
    wires.instead = () => Promise.reject(new AppError('not-installed', 'updated'))
    expect(await wordsOf(dealpassOver(wires.open)())).toBe('not-installed: updated')
    wires.instead = () => {
      throw new Error('Extension context invalidated.')
    }
    expect(await wordsOf(dealpassOver(wires.open)())).toBe('not-installed')
  })

  it('says not-installed after 1.5 s without an answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let said = ''
    const waiting = wordsOf(dealpassOver(new FakeWires(never).open)()).then(words => {
      said = words
    })
    await vi.advanceTimersByTimeAsync(1_499)
    expect(said).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expect(said).toBe('not-installed')
  })

  it('says what the extension says', async () => {
    expect(await wordsOf(dealpassOver(new FakeWires(() => failure('locked')).open)())).toBe('locked')
  })
})

describe('token', () => {
  /** A background whose leases are numbered and live for ten minutes. */
  function leasing(): Promise<{ pass: Dealpass; wires: FakeWires }> {
    let count = 0
    return found(() => {
      count += 1
      return {
        accessToken: `access-${count}`,
        tokenType: 'Bearer',
        expiresAt: Date.now() + 10 * minute,
        scopes: ['leads:read'],
      }
    })
  }
  const valueIn = async (lease: ReturnType<Dealpass['token']>) => (await lease).accessToken

  it('asks for a lease of the provider', async () => {
    const { pass, wires } = await leasing()
    expect(await pass.token('salesos', { scopes: ['leads:read'], connection: 'c1' })).toMatchObject({
      accessToken: 'access-1',
      scopes: ['leads:read'],
    })
    await pass.token('salesos')
    expect(asked(wires, 'token')).toEqual([
      { provider: 'salesos', scopes: ['leads:read'], connection: 'c1' },
      { provider: 'salesos' },
    ])
  })

  it('gives the same lease again without asking, until it is time for another', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const { pass, wires } = await leasing()
    const lease = await pass.token('salesos')
    vi.setSystemTime(Date.now() + 9 * minute - 1)
    expect(await pass.token('salesos')).toBe(lease)
    expect(asked(wires, 'token')).toHaveLength(1)
    vi.setSystemTime(Date.now() + 1)
    expect(await valueIn(pass.token('salesos'))).toBe('access-2')
  })

  it('lets nobody change what the next one gets', async () => {
    const { pass } = await leasing()
    const lease = await pass.token('salesos')
    expect(() => {
      lease.accessToken = 'another'
    }).toThrow(TypeError)
    expect(await valueIn(pass.token('salesos'))).toBe('access-1')
  })

  it('tells leases apart by provider, connection and scopes', async () => {
    const { pass } = await leasing()
    const asks: [string, { connection?: string; scopes?: string[] }][] = [
      ['salesos', {}],
      ['sell', {}],
      ['salesos', { connection: 'c1' }],
      ['salesos', { connection: 'c2' }],
      ['salesos', { scopes: ['leads:read'] }],
      ['salesos', { scopes: ['leads:read', 'profile'] }],
      ['salesos', { scopes: ['leads:read', 'profile'], connection: 'c1' }],
    ]
    const values = () =>
      Promise.all(asks.map(([provider, options]) => valueIn(pass.token(provider, options))))
    const first = await values()
    expect(new Set(first).size).toBe(asks.length)
    expect(await values()).toEqual(first)
  })

  it.each<[string, (wires: FakeWires) => void]>([
    ['tokens that were handed out may be dead', ({ last }) => last.tell({ drop: true })],
    ['something changed', ({ last }) => last.tell({ news: 'recovered' })],
    ['the wire has ended', ({ last }) => last.end()],
  ])('asks anew after it heard that %s', async (_, happen) => {
    const { pass, wires } = await leasing()
    await pass.token('salesos')
    happen(wires)
    expect(await valueIn(pass.token('salesos'))).toBe('access-2')
  })

  it('keeps no refusal', async () => {
    let isDenied = true
    const { pass } = await found(() =>
      isDenied
        ? failure('not-permitted')
        : { accessToken: 'access-1', tokenType: 'Bearer', expiresAt: Date.now() + minute, scopes: [] },
    )
    expect(await wordsOf(pass.token('salesos'))).toBe('not-permitted')
    isDenied = false
    expect(await valueIn(pass.token('salesos'))).toBe('access-1')
  })

  it('rejects with a code that stays and a sentence for people', async () => {
    const { pass } = await found(() => failure('not-permitted'))
    await expect(pass.token('salesos')).rejects.toMatchObject({
      code: 'not-permitted',
      message: 'A sentence.',
    })
  })

  it('ends with its signal, and takes the request back', async () => {
    const { pass, wires } = await found()
    const controller = new AbortController()
    const waiting = pass.token('salesos', { signal: controller.signal })
    await settled()
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await settled()
    const request = wires.requests.find(({ name }) => name === 'token')
    expect(wires.last.posted.at(-1)).toEqual({ abort: request?.id })
  })

  it('gives nothing under a signal that is aborted already, though it has a lease', async () => {
    const { pass, wires } = await leasing()
    await pass.token('salesos')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(pass.token('salesos', { signal })).rejects.toThrow('enough')
    expect(asked(wires, 'token')).toHaveLength(1)
  })
})

describe('fetch', () => {
  const answer = (more: object = {}) => ({
    status: 200,
    statusText: 'OK',
    headers: [['content-type', 'application/json']],
    body: new TextEncoder().encode('{"data":[]}').buffer,
    ...more,
  })

  it('makes a Response of the answer', async () => {
    const { pass, wires } = await found(() => answer({ status: 404, statusText: 'Not Found' }))
    const response = await pass.fetch('sell', '/v2/leads')
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.statusText, response.ok]).toEqual([404, 'Not Found', false])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ data: [] })
    expect(asked(wires, 'fetch')).toEqual([
      { provider: 'sell', path: '/v2/leads', method: 'GET', headers: {} },
    ])
  })

  it('sends method, headers and body as fetch takes them, and what it is for', async () => {
    const { pass, wires } = await found(() => answer())
    await pass.fetch('sell', '/v2/leads', {
      method: 'post',
      headers: new Headers({ 'If-Match': '"1"' }),
      body: JSON.stringify({ data: { last_name: 'Okafor' } }),
      connection: 'c1',
      scopes: ['write'],
    })
    await pass.fetch('sell', '/v2/leads', { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    const [json, form] = asked(wires, 'fetch').map(Object)
    expect(json).toMatchObject({ method: 'POST', connection: 'c1', scopes: ['write'] })
    expect(json.headers).toMatchObject({ 'if-match': '"1"' })
    expect(json.headers['content-type']).toMatch(/^text\/plain/)
    expect(JSON.parse(new TextDecoder().decode(json.body))).toEqual({ data: { last_name: 'Okafor' } })
    expect(form.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(new TextDecoder().decode(form.body)).toBe('a=1')
  })

  it.each([204, 205, 304])('makes a Response without a body of %i', async status => {
    const { pass } = await found(() => answer({ status, body: new ArrayBuffer(0) }))
    const response = await pass.fetch('sell', '/v2/leads')
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  it('sends nothing under a signal that is aborted already', async () => {
    const { pass, wires } = await found(() => answer())
    await expect(
      pass.fetch('sell', '/v2/leads', { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
    expect(asked(wires, 'fetch')).toEqual([])
  })

  it('takes a call back by its signal', async () => {
    const { pass, wires } = await found()
    const controller = new AbortController()
    const waiting = pass.fetch('sell', '/v2/leads', { signal: controller.signal })
    await settled()
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await settled()
    expect(wires.last.posted.at(-1)).toEqual({ abort: expect.any(Number) })
  })
})

describe('onChange', () => {
  /** Somebody listens, to a background whose connections the test changes. */
  async function listening(signal?: AbortSignal) {
    const connections = [connection]
    const document = stubDocument()
    const wires = new FakeWires(({ name }) => (name === 'connections' ? [...connections] : never()))
    const pass = await dealpassOver(wires.open)()
    const heard: News[] = []
    pass.onChange(news => heard.push(news), { signal })
    await settled()
    return { connections, document, wires, heard }
  }

  it('tells what there is after a change, until its signal', async () => {
    const controller = new AbortController()
    const { wires, heard } = await listening(controller.signal)
    expect(heard).toEqual([])
    wires.last.tell({ news: 'needs-attention' })
    await settled()
    expect(heard).toEqual([{ connections: [connection], event: 'needs-attention' }])
    controller.abort()
    const { length } = wires.requests
    wires.last.tell({ news: 'connected' })
    await settled()
    expect(heard).toHaveLength(1)
    expect(wires.requests).toHaveLength(length)
  })

  it('tells of a change also where it could not look around before', async () => {
    stubDocument()
    let isLocked = false
    const wires = new FakeWires(() => (isLocked ? failure('rate-limited') : [connection]))
    const pass = await dealpassOver(wires.open)()
    isLocked = true
    const heard: News[] = []
    pass.onChange(news => heard.push(news))
    await settled()
    isLocked = false
    wires.last.tell({ news: 'connected' })
    await settled()
    expect(heard).toEqual([{ connections: [connection], event: 'connected' }])
  })

  it('tells nothing of a change that was looked up after its signal', async () => {
    const controller = new AbortController()
    const { wires, heard } = await listening(controller.signal)
    wires.last.tell({ news: 'ended' })
    controller.abort()
    await settled()
    expect(heard).toEqual([])
  })

  it('tells nothing of tokens that may be dead: a word for the SDK itself', async () => {
    const { wires, heard } = await listening()
    wires.last.tell({ drop: true })
    await settled()
    expect(heard).toEqual([])
  })

  it.each<[string, (connections: SiteConnection[]) => void, News['event'] | undefined]>([
    ['a permit ended', connections => connections.splice(0), 'ended'],
    ['a permit was given', connections => connections.push({ ...connection, connection: 'c2' }), 'connected'],
    [
      'a connection needs attention',
      connections => connections.splice(0, 1, { ...connection, status: 'needs-attention' }),
      'needs-attention',
    ],
    [
      'there is another permit for one that ended',
      connections => connections.splice(0, 1, { ...connection, connection: 'c2' }),
      'recovered',
    ],
    ['nothing', () => undefined, undefined],
  ])('tells what it missed while there was no wire: %s', async (_, change, event) => {
    const { connections, wires, heard } = await listening()
    change(connections)
    wires.last.end()
    await settled()
    expect(wires.all).toHaveLength(2)
    expect(heard).toEqual(event ? [{ connections, event }] : [])
  })

  it('tells what it missed once, however many wires come after', async () => {
    const { connections, wires, heard } = await listening()
    connections.length = 0
    for (let times = 0; times < 2; times += 1) {
      wires.last.end()
      await settled()
    }
    expect(heard).toHaveLength(1)
  })

  it('opens nothing under a signal that is aborted already', async () => {
    const wires = new FakeWires(() => [connection])
    stubDocument()
    const pass = await dealpassOver(wires.open)()
    pass.onChange(() => {}, { signal: AbortSignal.abort() })
    wires.last.end()
    await settled()
    expect(wires.all).toHaveLength(1)
    expect(wires.requests).toHaveLength(1)
  })

  it('lets several listen', async () => {
    const { pass, wires } = await found()
    const heard: string[] = []
    pass.onChange(({ event }) => heard.push(`one ${event}`))
    pass.onChange(({ event }) => heard.push(`two ${event}`))
    await settled()
    wires.last.tell({ news: 'locked' })
    await settled()
    expect(heard.sort()).toEqual(['one locked', 'two locked'])
  })
})
