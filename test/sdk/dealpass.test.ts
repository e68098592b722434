import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dealpass } from '../../src/sdk/dealpass'
import { extensionRuntime } from '../../src/sdk/extension'
import type { RequestMessage, SiteConnection } from '../../src/shared/protocol'
import { wordsOf } from '../fakes/words'

type Listener = (message: unknown) => void

/** The extension as a content script has it: the messages sent, and how they are answered. */
function installed(answer: (message: RequestMessage) => unknown) {
  const sent: RequestMessage[] = []
  const listeners = new Set<Listener>()
  const runtime = {
    id: 'abcdefghijklmnopabcdefghijklmnop',
    getURL: (path: string) => `chrome-extension://abcdefghijklmnopabcdefghijklmnop/${path}`,
    sendMessage: async (message: RequestMessage) => {
      sent.push(structuredClone(message))
      return structuredClone(await answer(message))
    },
    onMessage: {
      addListener: (listener: Listener) => void listeners.add(listener),
      removeListener: (listener: Listener) => void listeners.delete(listener),
    },
  }
  vi.stubGlobal('browser', { runtime })
  const tell = (message: unknown) => {
    for (const listener of listeners) listener(message)
  }
  return { sent, listeners, tell, runtime }
}

const ok = (value: unknown) => ({ ok: true, value })
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

/** An extension that answers `connections`, and the rest by the function given. */
const withAnswer = (answer: (message: RequestMessage) => unknown) =>
  installed(message => (message.name === 'connections' ? ok([connection]) : answer(message)))

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('dealpass', () => {
  it('finds an extension that answers', async () => {
    const { sent } = withAnswer(() => ok(undefined))
    const pass = await dealpass()
    expect(sent).toEqual([{ dealpass: 'request', name: 'connections', input: {} }])
    expect(await pass.connections()).toEqual([connection])
  })

  it('says not-installed where there is none', async () => {
    expect(await wordsOf(dealpass())).toBe('not-installed')
  })

  it('says not-installed where it was updated under the page', async () => {
    vi.stubGlobal('browser', { runtime: { id: undefined } })
    expect(await wordsOf(dealpass())).toBe('not-installed')
    installed(() => {
      throw new Error('Extension context invalidated.')
    })
    expect(await wordsOf(dealpass())).toBe('not-installed')
  })

  it('says not-installed after 1.5 s without an answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    installed(() => new Promise(() => undefined))
    let said = ''
    const asked = wordsOf(dealpass()).then(words => {
      said = words
    })
    await vi.advanceTimersByTimeAsync(1_499)
    expect(said).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await asked
    expect(said).toBe('not-installed')
  })

  it('says what the extension says', async () => {
    installed(() => failure('locked'))
    expect(await wordsOf(dealpass())).toBe('locked')
  })
})

describe('token', () => {
  const lease = { accessToken: 'access-1', tokenType: 'Bearer', expiresAt: 1, scopes: ['leads:read'] }

  it('asks for a lease of the provider', async () => {
    const { sent } = withAnswer(() => ok(lease))
    const pass = await dealpass()
    expect(await pass.token('salesos', { scopes: ['leads:read'], connection: 'c1' })).toEqual(lease)
    expect(sent[1]).toEqual({
      dealpass: 'request',
      name: 'token',
      input: { provider: 'salesos', scopes: ['leads:read'], connection: 'c1' },
    })
    await pass.token('salesos')
    expect(sent[2]?.input).toEqual({ provider: 'salesos' })
  })

  it('rejects with a code that stays and a sentence for people', async () => {
    withAnswer(() => failure('not-permitted'))
    const pass = await dealpass()
    await expect(pass.token('salesos')).rejects.toMatchObject({
      code: 'not-permitted',
      message: 'A sentence.',
    })
  })

  it('ends with its signal', async () => {
    withAnswer(() => new Promise(() => undefined))
    const pass = await dealpass()
    const controller = new AbortController()
    const asked = pass.token('salesos', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
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
    const { sent } = withAnswer(() => ok(answer({ status: 404, statusText: 'Not Found' })))
    const pass = await dealpass()
    const response = await pass.fetch('sell', '/v2/leads')
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.statusText, response.ok]).toEqual([404, 'Not Found', false])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ data: [] })
    expect(sent[1]?.input).toEqual({ provider: 'sell', path: '/v2/leads', method: 'GET', headers: {} })
  })

  it('sends method, headers and body as fetch takes them', async () => {
    const { sent } = withAnswer(() => ok(answer()))
    const pass = await dealpass()
    await pass.fetch('sell', '/v2/leads', {
      method: 'post',
      headers: new Headers({ 'If-Match': '"1"' }),
      body: JSON.stringify({ data: { last_name: 'Okafor' } }),
      connection: 'c1',
    })
    const input = Object(sent[1]?.input)
    expect(input).toMatchObject({ method: 'POST', connection: 'c1' })
    expect(input.headers).toMatchObject({ 'if-match': '"1"' })
    expect(input.headers['content-type']).toMatch(/^text\/plain/)
    expect(JSON.parse(new TextDecoder().decode(input.body))).toEqual({ data: { last_name: 'Okafor' } })
    await pass.fetch('sell', '/v2/leads', { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    expect(Object(sent[2]?.input).headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(new TextDecoder().decode(Object(sent[2]?.input).body)).toBe('a=1')
  })

  it.each([204, 205, 304])('makes a Response without a body of %i', async status => {
    withAnswer(() => ok(answer({ status, body: new ArrayBuffer(0) })))
    const pass = await dealpass()
    const response = await pass.fetch('sell', '/v2/leads')
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  it('sends nothing under a signal that is aborted already', async () => {
    const { sent } = withAnswer(() => ok(answer()))
    const pass = await dealpass()
    await expect(
      pass.fetch('sell', '/v2/leads', { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
    expect(sent).toHaveLength(1)
  })
})

describe('onChange', () => {
  it('tells what there is after a change, until its signal', async () => {
    const { tell, listeners } = withAnswer(() => ok(undefined))
    const pass = await dealpass()
    const controller = new AbortController()
    const heard: unknown[] = []
    pass.onChange(news => heard.push(news), { signal: controller.signal })
    tell({ dealpass: 'news', event: 'ended' })
    await turn()
    expect(heard).toEqual([{ connections: [connection], event: 'ended' }])
    controller.abort()
    expect(listeners.size).toBe(0)
    tell({ dealpass: 'news', event: 'connected' })
    await turn()
    expect(heard).toHaveLength(1)
  })

  it('tells nothing of a change that was looked up after its signal', async () => {
    const { tell } = withAnswer(() => ok(undefined))
    const pass = await dealpass()
    const controller = new AbortController()
    const heard: unknown[] = []
    pass.onChange(news => heard.push(news), { signal: controller.signal })
    tell({ dealpass: 'news', event: 'ended' })
    controller.abort()
    await turn()
    expect(heard).toEqual([])
  })

  it.each([{ dealpass: 'other', event: 'ended' }, { dealpass: 'news' }, 'news', 5, {}, null, undefined])(
    'hears no news in %j',
    async message => {
      const { tell, sent } = withAnswer(() => ok(undefined))
      const pass = await dealpass()
      pass.onChange(() => {})
      tell(message)
      await turn()
      expect(sent).toHaveLength(1)
    },
  )

  it('answers no message itself, for that would keep its sender waiting', async () => {
    const { listeners } = withAnswer(() => ok(undefined))
    const pass = await dealpass()
    pass.onChange(() => {})
    for (const listener of listeners) expect(listener({ dealpass: 'news', event: 'ended' })).toBeUndefined()
  })

  it('does nothing without an extension, or under a signal that is aborted already', async () => {
    const { listeners } = withAnswer(() => ok(undefined))
    const pass = await dealpass()
    pass.onChange(() => {}, { signal: AbortSignal.abort() })
    expect(listeners.size).toBe(0)
    vi.stubGlobal('browser', undefined)
    pass.onChange(() => {})
  })
})

describe('extensionRuntime', () => {
  beforeEach(() => void vi.unstubAllGlobals())
  afterEach(() => void vi.unstubAllGlobals())

  it.each([undefined, null, {}, { runtime: undefined }, { runtime: {} }, { runtime: { id: '' } }])(
    'is none in %j',
    browser => {
      vi.stubGlobal('browser', browser)
      expect(extensionRuntime()).toBeUndefined()
    },
  )

  it('is the browser’s where there is one', () => {
    const { runtime } = installed(() => undefined)
    expect(extensionRuntime()).toBe(runtime)
  })
})
