import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Installed, installed } from '../fakes/extension'
import { stubDocument } from '../fakes/page'
import { FakeWindow } from '../fakes/window'
import { settled, until } from '../fakes/worker'

const site = 'https://crm.example'
const mark = Symbol.for('dealpass')

let page: FakeWindow
let extension: Installed

/** Starts the bridge, as a new version of the extension does with a script of its own. */
async function start(): Promise<void> {
  vi.resetModules()
  await import('../../src/content/bridge')
}

/** The page has a wire. */
async function connected(): Promise<{ port: MessagePort; came: unknown[] }> {
  const end = page.handshake()
  await until(() => end.came.length === 1)
  expect(end.came).toEqual(['installed'])
  end.came.length = 0
  extension.posted.length = 0
  extension.sent.length = 0
  return end
}

beforeEach(() => {
  stubDocument()
  page = new FakeWindow(site)
  extension = installed(({ name, input }) => ({ name, input }))
})

afterEach(() => {
  page.close()
  delete (globalThis as { [mark]?: unknown })[mark]
})

describe('the bridge', () => {
  it('does nothing before a page asks', async () => {
    await start()
    await settled()
    expect(extension.ports).toEqual([])
    expect(page.listeners.size).toBe(1)
  })

  it('says that it is here once there is a port, and carries requests and replies', async () => {
    await start()
    const { port, came } = await connected()
    expect(extension.ports).toHaveLength(1)
    port.postMessage({ id: 7, name: 'token', input: { provider: 'sell' } })
    await until(() => came.length === 1)
    expect(came).toEqual([
      { id: 7, reply: { ok: true, value: { name: 'token', input: { provider: 'sell' } } } },
    ])
  })

  it('asks first whether the page may know that it is here, and for nothing else', async () => {
    await start()
    const { came } = page.handshake()
    await until(() => came.length === 1)
    expect(extension.posted).toEqual([{ id: 0, name: 'connections', input: {} }])
  })

  it('tells a page nothing that is no site: another port of its host, or one that was put out', async () => {
    const error = { code: 'not-permitted', reason: 'unknown-caller', message: 'No.' }
    extension = installed(() => ({ ok: false, error }))
    await start()
    const { port, came } = page.handshake()
    await until(() => extension.posted.length === 1)
    extension.tell({ news: 'ended' })
    port.postMessage({ id: 1, name: 'connections', input: {} })
    await settled()
    extension.end()
    await settled()
    expect(came).toEqual([])
    expect(extension.sent).toHaveLength(1)
  })

  it.each(['rate-limited', 'stopped', 'unexpected'])('is there for a page that is told %s', async code => {
    extension = installed(() => ({ ok: false, error: { code, message: 'Later.' } }))
    await start()
    await connected()
  })

  it('lets nothing pass before it is known whose page it is', async () => {
    let answer = (_: unknown) => {}
    extension = installed(() => new Promise(resolve => (answer = resolve)))
    await start()
    const { port, came } = page.handshake()
    port.postMessage({ id: 1, name: 'token', input: {} })
    await until(() => extension.posted.length === 1)
    extension.tell({ news: 'ended' })
    await settled()
    expect(came).toEqual([])
    expect(extension.sent.map(({ name }) => name)).toEqual(['connections'])
    answer([])
    await until(() => came.length === 1)
    expect(came).toEqual(['installed'])
    port.postMessage({ id: 2, name: 'token', input: {} })
    await until(() => extension.sent.length === 2)
    expect(extension.sent[1]).toEqual({ id: 2, name: 'token', input: {} })
  })

  it('ends the port of a page that has no use for it any more, and has room for another', async () => {
    await start()
    for (let times = 0; times < 20; times += 1) {
      const { port } = await connected()
      port.close()
      await until(() => extension.ports.every(({ isOpen }) => !isOpen))
    }
    expect(extension.ports).toHaveLength(20)
  })

  it('ends the port of a page that gave up before it was answered', async () => {
    extension = installed(() => new Promise(() => undefined))
    await start()
    const { port } = page.handshake()
    await until(() => extension.posted.length === 1)
    port.close()
    await until(() => extension.ports.every(({ isOpen }) => !isOpen))
  })

  it('counts a wire once that ends at both ends', async () => {
    await start()
    const ends = []
    for (let times = 0; times < 8; times += 1) ends.push(await connected())
    const [first] = ends
    extension.ports[0]?.disconnect()
    await until(() => first?.came.includes('end') ?? false)
    first?.port.close()
    await settled()
    await connected()
    const { came } = page.handshake()
    await settled()
    expect(came).toEqual([])
  })

  it('carries news down, as they are', async () => {
    await start()
    const { came } = await connected()
    extension.tell({ news: 'ended' })
    extension.tell({ drop: true })
    await until(() => came.length === 2)
    expect(came).toEqual([{ news: 'ended' }, { drop: true }])
  })

  it('lets the three requests pass that a page may make, with nothing beside them', async () => {
    await start()
    const { port, came } = await connected()
    for (const name of ['connections', 'token', 'fetch'])
      port.postMessage({ id: 1, name, input: {}, dealpass: 'request', sender: 'popup', more: 1 })
    await until(() => came.length === 3)
    expect(extension.posted).toEqual([
      { id: 1, name: 'connections', input: {} },
      { id: 1, name: 'token', input: {} },
      { id: 1, name: 'fetch', input: {} },
    ])
  })

  it('lets no other pass', async () => {
    await start()
    const { port, came } = await connected()
    const names = [
      'openPanel',
      'hello',
      'decide',
      'stop',
      'useSite',
      'Token',
      'toString',
      '',
      undefined,
      5,
      ['token'],
    ]
    for (const name of names) port.postMessage({ id: 1, name, input: {} })
    for (const message of [
      null,
      undefined,
      'token',
      7,
      [],
      {},
      { news: 'ended' },
      { drop: true },
      { reply: 1 },
    ])
      port.postMessage(message)
    port.postMessage({ id: 2, name: 'connections', input: {} })
    await until(() => came.length === 1)
    expect(extension.posted).toEqual([{ id: 2, name: 'connections', input: {} }])
  })

  it('lets a request be taken back, and nothing else with that', async () => {
    await start()
    const { port } = await connected()
    port.postMessage({ abort: 7, id: 8, name: 'hello', input: {} })
    await until(() => extension.posted.length === 1)
    expect(extension.posted).toEqual([{ abort: 7 }])
  })

  it.each([
    ['an event that a script has made', { isTrusted: false }],
    ['another window', { source: {} }],
    ['another origin', { origin: 'https://evil.example' }],
    ['a message of somebody else’s', { data: { type: 'connect' } }],
    ['a message without a port', { ports: [] }],
  ])('takes no handshake of %s', async (_, arrival) => {
    await start()
    const { came } = page.handshake(arrival)
    await settled()
    expect(extension.ports).toEqual([])
    expect(came).toEqual([])
  })

  it('opens eight wires for a page and no more, and another one when one is over', async () => {
    await start()
    const ends = Array.from({ length: 10 }, () => page.handshake())
    await until(() => ends.filter(({ came }) => came.length > 0).length === 8)
    await settled()
    expect(ends.map(({ came }) => came.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
    expect(extension.ports).toHaveLength(8)
    extension.ports[0]?.disconnect()
    await until(() => ends[0]?.came.includes('end') ?? false)
    await connected()
    const late = page.handshake()
    await settled()
    expect(late.came).toEqual([])
  })

  it('tells that it is over when the background was stopped, closes, and can be asked again', async () => {
    await start()
    const { port, came } = await connected()
    const isClosed = new Promise(resolve => port.addEventListener('close', resolve))
    extension.end()
    await until(() => came.length === 1)
    expect(came).toEqual(['end'])
    await isClosed
    await connected()
    expect(extension.ports).toHaveLength(2)
  })

  it('drops what the page sends when the port has just ended', async () => {
    await start()
    const { port, came } = await connected()
    extension.end()
    port.postMessage({ id: 1, name: 'connections', input: {} })
    await until(() => came.includes('end'))
    await settled()
    expect(extension.sent).toEqual([])
  })

  it('counts no wire that could not be opened', async () => {
    await start()
    const { connect } = extension.runtime
    extension.runtime.connect = () => {
      throw new Error('Extension context invalidated.')
    }
    for (let times = 0; times < 9; times += 1) {
      const { came } = page.handshake()
      await settled()
      expect(came).toEqual([])
    }
    extension.runtime.connect = connect
    await connected()
  })

  it('waits with the port of a page that the browser has fetched ahead, until somebody goes to it', async () => {
    const document = stubDocument()
    document.prerendering = true
    await start()
    const { came } = page.handshake()
    await settled()
    expect(extension.ports).toEqual([])
    document.activate()
    await until(() => came.length === 1)
  })

  it('serves no sandboxed document, which has the address of a site and is none', async () => {
    page = new FakeWindow('null')
    await start()
    expect(page.listeners.size).toBe(0)
  })
})

describe('the bridge, started again', () => {
  it('leaves it to the one that is there', async () => {
    await start()
    await start()
    expect(page.listeners.size).toBe(1)
    const { came } = page.handshake()
    await until(() => came.length > 0)
    await settled()
    expect(came).toEqual(['installed'])
    expect(extension.ports).toHaveLength(1)
  })

  it('takes the place of one that an update has left behind, which leaves with the next handshake', async () => {
    await start()
    extension.update()
    await start()
    expect(page.listeners.size).toBe(2)
    // The old one sees no extension any more; to the new one there is one.
    const [old] = page.listeners
    const { came } = page.handshake()
    await settled()
    expect(came).toEqual([])
    expect([...page.listeners]).not.toContain(old)
  })

  it('leaves when the extension is gone, and answers nobody', async () => {
    await start()
    extension.update()
    const { came } = page.handshake()
    await settled()
    expect(came).toEqual([])
    expect(page.listeners.size).toBe(0)
  })
})
