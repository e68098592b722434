import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Installed, installed } from '../../fakes/extension'
import { type FakeElement, openPage } from '../../fakes/page'
import { json, serve } from '../../fakes/server'
import { settled, until } from '../../fakes/worker'

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
let extension: Installed

const section = () => page.find('section')[0]

/** The page with the widget on it, and an extension that knows these connections. */
async function start(connections: object[], token: unknown): Promise<void> {
  extension = installed(({ name }) => (name === 'connections' ? connections : token))
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
    expect(extension.sent.filter(({ name }) => name !== 'connections')).toEqual([
      {
        id: expect.any(Number),
        name: 'token',
        input: { provider: 'salesos', connection: 'c1', scopes: ['leads:read'] },
      },
    ])
    expect(received.map(({ url }) => url.href)).toEqual(['https://api.play2sell.com/v1/leads'])
    expect(received[0]?.headers.get('authorization')).toBe('Bearer access-1')
    expect(received[0]?.request.credentials).toBe('omit')
    expect(page.text).not.toContain('access-1')
  })

  it('shows nothing without a permit for a token', async () => {
    const received = serve(() => json({}))
    await start([{ ...connection, use: 'fetch' }], lease)
    await until(() => extension.sent.length === 3)
    await settled()
    expect(section()).toMatchObject({ hidden: true, children: [] })
    expect(extension.sent.map(({ name }) => name)).not.toContain('token')
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
    extension.tell({ news: 'ended' })
    await until(() => section()?.hidden === true)
    expect(section()?.children).toEqual([])
  })
})
