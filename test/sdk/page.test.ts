import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenWire } from '../../src/shared/port'
import { stubDocument } from '../fakes/page'
import { wordsOf } from '../fakes/words'
import { until } from '../fakes/worker'

const site = 'https://crm.example'

type Handshake = { message: unknown; to: unknown; ports: MessagePort[] }

/** What the page was posted, and how the bridge answers it, if there is one. */
let handshakes: Handshake[]
let bridge: ((port: MessagePort) => void) | undefined
let open: MessagePort[]

/** A bridge that takes the handshake and answers each request by the function given. */
function installed(answer: (request: { name: string }) => unknown = () => []): MessagePort[] {
  const ports: MessagePort[] = []
  bridge = port => {
    ports.push(port)
    port.onmessage = ({ data }) => {
      if (data.name !== undefined) port.postMessage({ id: data.id, reply: { ok: true, value: answer(data) } })
    }
    port.postMessage('installed')
  }
  return ports
}

const pageWire = async () => (await import('../../src/sdk/page')).pageWire
const dealpass = async () => (await import('../../src/sdk/index')).dealpass()

/** Opens a wire that writes down what it tells. */
async function wire() {
  const heard: unknown[] = []
  const events: Parameters<OpenWire>[0] = {
    message: message => heard.push(message),
    end: () => heard.push('it is over'),
  }
  return { heard, opened: await (await pageWire())(events) }
}

beforeEach(() => {
  handshakes = []
  open = []
  bridge = undefined
  stubDocument()
  vi.resetModules()
  vi.stubGlobal('origin', site)
  vi.stubGlobal('postMessage', (message: unknown, to: unknown, ports: MessagePort[]) => {
    handshakes.push({ message: structuredClone(message), to, ports })
    open.push(...ports)
    for (const port of ports) bridge?.(port)
  })
})

afterEach(() => {
  for (const port of open) port.close()
})

describe('pageWire', () => {
  it('asks nothing before somebody opens it', async () => {
    installed()
    await pageWire()
    expect(handshakes).toEqual([])
  })

  it('asks the page itself and no other origin, with one port and nothing else', async () => {
    installed()
    await wire()
    expect(handshakes).toEqual([
      { message: { dealpass: 'connect' }, to: site, ports: [expect.any(MessagePort)] },
    ])
  })

  it('carries messages both ways', async () => {
    const ports = installed()
    const { heard, opened } = await wire()
    opened.post({ id: 1, name: 'connections', input: {} })
    await until(() => heard.length === 1)
    ports[0]?.postMessage({ news: 'ended' })
    await until(() => heard.length === 2)
    expect(heard).toEqual([{ id: 1, reply: { ok: true, value: [] } }, { news: 'ended' }])
  })

  it('tells that it is over, and brings no such word as a message', async () => {
    const ports = installed()
    const { heard } = await wire()
    ports[0]?.postMessage('end')
    await until(() => heard.length === 1)
    expect(heard).toEqual(['it is over'])
  })

  it('says not-installed after 1.5 s without an answer, and closes its port', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let words = ''
    const opening = wordsOf(wire()).then(value => {
      words = value
    })
    await until(() => handshakes.length === 1)
    await vi.advanceTimersByTimeAsync(1_499)
    expect(words).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await opening
    expect(words).toBe('not-installed')
    const isClosed = new Promise(resolve => handshakes[0]?.ports[0]?.addEventListener('close', resolve))
    await isClosed
  })

  it('minds an answer that comes just in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const opening = wire()
    await until(() => handshakes.length === 1)
    await vi.advanceTimersByTimeAsync(1_499)
    handshakes[0]?.ports[0]?.postMessage('installed')
    await opening
    await vi.advanceTimersByTimeAsync(10_000)
    expect(handshakes).toHaveLength(1)
  })

  it('says that Dealpass was updated where it was there before', async () => {
    installed()
    await wire()
    bridge = undefined
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const opening = wire().catch((error: unknown) => error)
    await until(() => handshakes.length === 2)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(await opening).toMatchObject({
      code: 'not-installed',
      reason: 'updated',
      message: expect.stringMatching(/^[A-Z].*\.$/),
    })
  })
})

describe('dealpass', () => {
  it('finds Dealpass over the bridge, and asks over one wire', async () => {
    installed(({ name }) => [name])
    const pass = await dealpass()
    expect(await pass.connections()).toEqual(['connections'])
    expect(handshakes).toHaveLength(1)
  })

  it('says in words for people that it is not here', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = dealpass().catch((error: unknown) => error)
    await until(() => handshakes.length === 1)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(await asked).toMatchObject({
      code: 'not-installed',
      message: expect.stringMatching(/^Dealpass .*\.$/),
    })
  })

  it('opens another wire when one is over', async () => {
    const ports = installed(() => [])
    const pass = await dealpass()
    ports[0]?.postMessage('end')
    await vi.waitFor(async () => {
      await pass.connections()
      expect(handshakes).toHaveLength(2)
    })
  })
})
