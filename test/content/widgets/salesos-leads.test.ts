import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { RequestMessage } from '../../../src/shared/protocol'
import { type FakeElement, openPage } from '../../fakes/page'
import { json, serve } from '../../fakes/server'
import { until } from '../../fakes/worker'

const connection = {
  connection: 'c1',
  provider: 'salesos',
  account: 'mia@acme.example',
  status: 'connected',
  scopes: ['leads:read'],
  use: 'token',
  access: 'read',
}
const lead = (score: number, title: string) => ({ name: `Lead ${score}`, score, next_step: { title } })

let page: FakeElement
let listeners: ((message: unknown) => void)[]
let sent: RequestMessage[]

const section = () => page.find('section')[0]

/** The page with the widget on it, and an extension that knows these connections. */
async function start(connections: object[], token: unknown): Promise<void> {
  sent = []
  listeners = []
  const runtime = {
    id: 'abcdefghijklmnopabcdefghijklmnop',
    sendMessage: async (message: RequestMessage) => {
      sent.push(message)
      return message.name === 'connections' ? { ok: true, value: connections } : token
    },
    onMessage: { addListener: (listener: (message: unknown) => void) => void listeners.push(listener) },
  }
  vi.stubGlobal('browser', { runtime })
  vi.resetModules()
  await import('../../../src/content/widgets/salesos-leads')
}

const lease = {
  ok: true,
  value: {
    accessToken: 'access-1',
    tokenType: 'Bearer',
    expiresAt: Date.now() + 600_000,
    scopes: ['leads:read'],
  },
}

beforeEach(() => {
  page = openPage()
})

describe('the SalesOS widget', () => {
  it('calls the API with the token it was given, and nothing else with it', async () => {
    const received = serve(() => json({ data: [lead(60, 'Wait'), lead(90, 'Call')], meta: { total: 12 } }))
    await start([connection], lease)
    await until(() => section()?.text.includes('12') ?? false)
    expect(section()).toMatchObject({ hidden: false })
    expect(section()?.text).toMatch(/12 leads · 1 hot .*Call.*Lead 90/)
    expect(sent[2]).toEqual({
      dealpass: 'request',
      name: 'token',
      input: { provider: 'salesos', connection: 'c1', scopes: ['leads:read'] },
    })
    expect(received.map(({ url }) => url.href)).toEqual(['https://api.play2sell.com/v1/leads'])
    expect(received[0]?.headers.get('authorization')).toBe('Bearer access-1')
    expect(received[0]?.request.credentials).toBe('omit')
    expect(page.text).not.toContain('access-1')
  })

  it('shows nothing without a permit for a token', async () => {
    const received = serve(() => json({}))
    await start([{ ...connection, use: 'fetch' }], lease)
    await until(() => listeners.length === 1)
    expect(section()).toMatchObject({ hidden: true, children: [] })
    expect(sent.map(({ name }) => name)).not.toContain('token')
    expect(received).toEqual([])
  })

  it('shows nothing without the extension', async () => {
    vi.stubGlobal('browser', undefined)
    vi.resetModules()
    await import('../../../src/content/widgets/salesos-leads')
    expect(section()).toMatchObject({ hidden: true, children: [] })
  })

  it('says what went wrong', async () => {
    await start([connection], { ok: false, error: { code: 'stopped', message: 'Everything is stopped.' } })
    await until(() => section()?.text.includes('Everything is stopped.') ?? false)
  })

  it('goes when its permit goes', async () => {
    serve(() => json({ data: [], meta: { total: 0 } }))
    const connections: object[] = [connection]
    await start(connections, lease)
    await until(() => section()?.text.includes('0 leads') ?? false)
    connections.length = 0
    for (const listener of listeners) listener({ dealpass: 'news', event: 'ended' })
    await until(() => section()?.hidden === true)
    expect(section()?.children).toEqual([])
  })
})
