import { describe, expect, it, vi } from 'vitest'
import { AppError } from '../../src/shared/errors'
import { portTransport, type Transport } from '../../src/shared/port'
import { requester } from '../../src/shared/request'
import { type FakeDocument, stubDocument } from '../fakes/page'
import { FakeWires } from '../fakes/wire'
import { wordsOf } from '../fakes/words'
import { settled } from '../fakes/worker'

const request = (name: string, input: unknown = {}) => ({ dealpass: 'request', name, input }) as const

/** A transport over wires in the test's hands, and what its ears heard. */
function opened(answer?: ConstructorParameters<typeof FakeWires>[0]) {
  const heard: string[] = []
  const wires = new FakeWires(answer)
  const transport: Transport = portTransport(wires.open, {
    news: event => heard.push(event),
    drop: () => heard.push('drop'),
    again: () => heard.push('again'),
  })
  return { wires, heard, ...transport }
}

describe('send', () => {
  it('opens no wire before there is something to carry, and one for all that comes', async () => {
    const { wires, send } = opened(({ name }) => name)
    await settled()
    expect(wires.all).toEqual([])
    await Promise.all([send(request('token')), send(request('connections'))])
    await send(request('fetch'))
    expect(wires.all).toHaveLength(1)
  })

  it('posts name and input under a number, and nothing else', async () => {
    const { wires, send } = opened(() => true)
    await send(request('token', { provider: 'sell' }))
    expect(wires.last.posted).toEqual([
      { id: expect.any(Number), name: 'token', input: { provider: 'sell' } },
    ])
  })

  it('gives each request the reply of its number, in whatever order they come', async () => {
    const { wires, send } = opened()
    const asked = Array.from({ length: 50 }, (_, index) => send(request('connections', { index })))
    await settled()
    const { requests } = wires.last
    expect(new Set(requests.map(({ id }) => id)).size).toBe(50)
    for (const { id, input } of requests.toReversed()) wires.last.reply(id, Object(input).index)
    const replies = await Promise.all(asked)
    expect(replies.map(reply => Object(reply).value)).toEqual(Array.from({ length: 50 }, (_, index) => index))
  })

  it('takes no reply for another one’s, or twice', async () => {
    const { wires, send } = opened()
    let reply: unknown
    const asked = send(request('connections')).then(value => {
      reply = value
    })
    await settled()
    const [{ id = 0 } = {}] = wires.last.requests
    wires.last.tell({ id: id + 1, reply: 'another' })
    await settled()
    expect(reply).toBeUndefined()
    wires.last.tell({ id, reply: 'mine' })
    wires.last.tell({ id, reply: 'twice' })
    await asked
    expect(reply).toBe('mine')
  })

  it('carries what was asked while the wire was being opened', async () => {
    const { wires } = opened(({ name }) => name)
    let open = () => {}
    const isOpen = new Promise<void>(resolve => {
      open = resolve
    })
    const slow = portTransport(async events => {
      await isOpen
      return wires.open(events)
    })
    const asked = [slow.send(request('token')), slow.send(request('connections'))]
    await settled()
    expect(wires.all).toEqual([])
    open()
    expect((await Promise.all(asked)).map(reply => Object(reply).value)).toEqual(['token', 'connections'])
    expect(wires.all).toHaveLength(1)
  })

  it('tries again to open a wire after it could not be opened', async () => {
    const { wires, send } = opened(() => 'here')
    wires.instead = () => Promise.reject(new AppError('not-installed', 'updated'))
    expect(await wordsOf(send(request('token')))).toBe('not-installed: updated')
    wires.instead = undefined
    expect(await send(request('token'))).toMatchObject({ value: 'here' })
  })
})

describe('a request that is taken back', () => {
  it('is so on the wire, and rejected with the signal’s reason', async () => {
    const { wires, send } = opened()
    const controller = new AbortController()
    const asked = send(request('token'), controller.signal)
    await settled()
    const [{ id } = {}] = wires.last.requests
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await settled()
    expect(wires.last.posted.at(-1)).toEqual({ abort: id })
    wires.last.reply(id, 'too late')
    await settled()
  })

  it('is not asked again over the next wire', async () => {
    const { wires, send } = opened()
    const controller = new AbortController()
    const asked = send(request('token'), controller.signal)
    void send(request('connections')).catch(() => undefined)
    await settled()
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    wires.last.end()
    await settled()
    expect(wires.last.requests.map(({ name }) => name)).toEqual(['connections'])
  })

  it('leaves a request that has its reply as it is, and posts nothing', async () => {
    const { wires, send } = opened(() => 'here')
    const controller = new AbortController()
    await send(request('token'), controller.signal)
    const { length } = wires.last.posted
    controller.abort()
    await settled()
    expect(wires.last.posted).toHaveLength(length)
  })

  it('leaves no listener on a signal that lives long', async () => {
    const { send } = opened(() => ({ ok: true, value: [] }))
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    const ask = requester(send)
    for (let times = 0; times < 5; times += 1) await ask('connections', {}, { signal })
    await settled()
    const listeners = (calls: unknown[][]) => new Set(calls.map(([, listener]) => listener))
    expect(added.mock.calls.length).toBeGreaterThan(0)
    expect(listeners(removed.mock.calls)).toEqual(listeners(added.mock.calls))
  })
})

describe('a wire that ends', () => {
  const change = { provider: 'sell', path: '/v2/leads', method: 'POST' }
  const read = { provider: 'sell', path: '/v2/leads', method: 'get' }

  it.each<[string, unknown]>([
    ['token', { provider: 'sell' }],
    ['connections', {}],
    ['fetch', read],
    ['fetch', { ...read, method: 'HEAD' }],
    ['fetch', { provider: 'sell', path: '/v2/leads' }],
  ])('takes along nothing that may be asked twice: %s %j is asked over the next', async (name, input) => {
    const { wires, send } = opened()
    const asked = send(request(name, input))
    await settled()
    const [first] = wires.last.requests
    wires.last.end()
    await settled()
    expect(wires.all).toHaveLength(2)
    expect(wires.last.requests).toEqual([first])
    wires.last.reply(first?.id, 'here')
    expect(await asked).toMatchObject({ value: 'here' })
  })

  it.each(['POST', 'post', 'PUT', 'PATCH', 'DELETE', 'nonsense'])(
    'takes a change of data along, since it may have happened: %s',
    async method => {
      const { wires, send } = opened()
      const asked = wordsOf(send(request('fetch', { ...change, method })))
      await settled()
      wires.last.end()
      expect(await asked).toBe('provider-unreachable: answer-lost')
      await settled()
      expect(wires.all).toHaveLength(1)
    },
  )

  it('is opened anew only for what is to be asked', async () => {
    const { wires, send } = opened(() => 'here')
    await send(request('token'))
    wires.last.end()
    await settled()
    expect(wires.all).toHaveLength(1)
    await send(request('token'))
    expect(wires.all).toHaveLength(2)
  })

  function dying() {
    const transport = opened()
    transport.wires.isDying = true
    return transport
  }

  it('is tried three times when it is over at once, for all that wait', async () => {
    const { wires, send } = dying()
    const asked = Array.from({ length: 5 }, () => wordsOf(send(request('token'))))
    expect(await Promise.all(asked)).toEqual(Array(5).fill('not-installed'))
    await settled()
    expect(wires.all).toHaveLength(3)
  })

  it('is tried three times again for a request that comes later', async () => {
    const { wires, send } = dying()
    await wordsOf(send(request('token')))
    expect(await wordsOf(send(request('token')))).toBe('not-installed')
    await settled()
    expect(wires.all).toHaveLength(6)
  })

  it('is tried as often as need be where each was there for a while, or brought something', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const { wires, send } = opened()
    const asked = send(request('token'))
    for (let times = 0; times < 5; times += 1) {
      await settled()
      vi.setSystemTime(Date.now() + 1_000)
      wires.last.end()
    }
    for (let times = 0; times < 5; times += 1) {
      await settled()
      wires.last.tell({ drop: true })
      wires.last.end()
    }
    await settled()
    wires.last.reply(wires.last.requests[0]?.id, 'here')
    expect(await asked).toMatchObject({ value: 'here' })
    expect(wires.all).toHaveLength(11)
  })

  it('has nothing to say any more when another one is there', async () => {
    const { wires, heard, send } = opened()
    let isAnswered = false
    const asked = send(request('token')).then(() => {
      isAnswered = true
    })
    await settled()
    const [old] = wires.all
    const [{ id } = {}] = wires.last.requests
    old?.end()
    await settled()
    heard.length = 0
    // It says so twice, and what it had in the pipe comes late.
    old?.events.end()
    old?.events.message({ id, reply: 'of the old one' })
    old?.events.message({ news: 'ended' })
    old?.events.message({ drop: true })
    await settled()
    expect(isAnswered).toBe(false)
    expect(heard).toEqual([])
    expect(wires.all).toHaveLength(2)
    wires.last.reply(id, 'here')
    await asked
  })
})

describe('ears', () => {
  it('hear news, and that tokens may be dead, which comes first', async () => {
    const { wires, heard, send } = opened(() => 'here')
    await send(request('connections'))
    wires.last.tell({ news: 'ended' })
    wires.last.tell({ drop: true })
    expect(heard).toEqual(['drop', 'ended', 'drop'])
  })

  it('hear that a wire is over, and that there is one again', async () => {
    const { wires, heard, send } = opened(() => 'here')
    await send(request('connections'))
    expect(heard).toEqual([])
    wires.last.end()
    expect(heard).toEqual(['drop'])
    await send(request('connections'))
    expect(heard).toEqual(['drop', 'again'])
    await send(request('connections'))
    expect(heard).toEqual(['drop', 'again'])
  })

  it('hear of the next wire however often it could not be opened', async () => {
    const { wires, heard, send } = opened(() => 'here')
    await send(request('connections'))
    wires.last.end()
    wires.instead = () => Promise.reject(new AppError('not-installed'))
    await wordsOf(send(request('connections')))
    expect(heard).toEqual(['drop'])
    wires.instead = undefined
    await send(request('connections'))
    expect(heard).toEqual(['drop', 'again'])
  })
})

describe('listen', () => {
  function listening(): ReturnType<typeof opened> & { document: FakeDocument } {
    const document = stubDocument()
    return { ...opened(() => 'here'), document }
  }

  it('opens a wire, and another one when it ends', async () => {
    const { wires, heard, listen } = listening()
    listen()
    await settled()
    expect(wires.all).toHaveLength(1)
    wires.last.end()
    await settled()
    expect(wires.all).toHaveLength(2)
    expect(heard).toEqual(['drop', 'again'])
  })

  it('lets the background sleep while nobody looks at the page', async () => {
    const { wires, listen, document } = listening()
    listen()
    await settled()
    document.show(false)
    wires.last.end()
    await settled()
    expect(wires.all).toHaveLength(1)
    document.show(true)
    await settled()
    expect(wires.all).toHaveLength(2)
  })

  it('opens none on a page that nobody looks at yet', async () => {
    const { wires, listen, document } = listening()
    document.visibilityState = 'hidden'
    listen()
    await settled()
    expect(wires.all).toEqual([])
    document.show(true)
    await settled()
    expect(wires.all).toHaveLength(1)
  })

  it('gives up where each wire is over at once, until somebody asks', async () => {
    const { wires, listen, send } = listening()
    listen()
    for (let times = 0; times < 5; times += 1) {
      await settled()
      wires.last.end()
    }
    await settled()
    expect(wires.all).toHaveLength(3)
    expect(await send(request('connections'))).toMatchObject({ value: 'here' })
    expect(wires.all).toHaveLength(4)
  })

  it('minds no wire that cannot be opened', async () => {
    const { wires, listen, document } = listening()
    wires.instead = () => Promise.reject(new AppError('not-installed', 'updated'))
    listen()
    await settled()
    wires.instead = undefined
    document.show(true)
    await settled()
    expect(wires.all).toHaveLength(1)
  })

  it('listens once, however often it is told to', async () => {
    const { listen, document } = listening()
    const added = vi.spyOn(document, 'addEventListener')
    listen()
    listen()
    expect(added).toHaveBeenCalledTimes(1)
  })
})
