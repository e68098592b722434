import { describe, expect, it, vi } from 'vitest'
import { allowOnSite, connected, renewed, startWithSetup, withProviders } from '../fakes/providers'
import {
  ask,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { clients, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()

const at = 'https://id.acme.example'
const endpoints = {
  authorization: `${at}/authorize`,
  token: `${at}/token`,
  revocation: `${at}/revoke`,
  userinfo: `${at}/userinfo`,
}

/** Acme, a provider of the setup's own, with its fields changed. */
const acme = (change: object = {}) => ({
  id: 'acme',
  name: 'Acme CRM',
  clientId: clients.acme.id,
  clientAuth: 'none',
  scopes: ['profile', 'things.read'],
  endpoints,
  api: ['https://api.acme.example/v1/'],
  ...change,
})
const setup = (...entries: object[]) => ({ version: 1, providers: entries.length > 0 ? entries : [acme()] })
const use = (next: object) => ask(senders.options(), 'useSetup', { text: JSON.stringify(next) })
const row = () => view().connections[0]
const broker = () => import('../../src/background/broker')
const words = async (promise: Promise<unknown>) => {
  const { code, reason } = Object(
    await promise.then(
      () => ({ code: 'not refused' }),
      (thrown: unknown) => thrown,
    ),
  )
  return reason ? `${code}: ${reason}` : code
}

/** A connection to Acme, with all requests so far forgotten. */
async function made(): Promise<string> {
  world.granted = new Set([...world.granted, `${at}/*`, 'https://api.acme.example/*'])
  await startWithSetup(setup())
  const id = await connected('acme')
  providers.sandbox.forget()
  return id
}

describe('a provider of the setup’s own', () => {
  it('is connected by a code with PKCE, and says who it is', async () => {
    const id = await made()
    expect(row()).toMatchObject({
      id,
      provider: 'acme',
      account: { email: providers.sandbox.users.rep.email },
      renews: 'refresh',
      status: 'connected',
    })
    const { accessToken } = await broker()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
    await accessToken(id)
    expect(providers.sandbox.saw({ path: '/token' })).toMatchObject([
      { body: { grant_type: 'refresh_token', client_id: clients.acme.id } },
    ])
  })

  it('waits for its hosts, which the manifest does not have', async () => {
    await startWithSetup(setup())
    await ask(senders.popup(), 'connect', { provider: 'acme' })
    await untilView(({ attempts }) => attempts[0]?.status === 'waiting')
    expect(providers.sandbox.saw()).toEqual([])
    const hosts = view().providers.find(({ id }) => id === 'acme')?.hosts ?? []
    expect(hosts).toEqual([`${at}/*`, 'https://api.acme.example/*'])
    world.grant(...hosts)
    await untilView(({ connections }) => connections.length === 1)
  })

  it('is known as long as there are connections to it, but can be connected no more', async () => {
    const id = await made()
    await use(sandboxSetup())
    expect(view().setup?.providers.acme?.isRetired).toBe(true)
    expect(view().providers.find(one => one.id === 'acme')?.ways).toEqual([])
    expect(row()).toMatchObject({ id, status: 'connected' })
    const { accessToken } = await broker()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
    expect((await accessToken(id)).value).toBeTruthy()
    await ask(senders.popup(), 'connect', { provider: 'acme' })
    await untilView(({ attempts }) => attempts[0]?.fault?.reason === 'provider-not-in-setup')
    expect(world.flows).toHaveLength(1)
    await restartBrowser()
    expect(row()).toMatchObject({ id, status: 'connected' })
  })

  it('is as it was when it is in the setup again', async () => {
    const id = await made()
    await use(sandboxSetup())
    await use(setup())
    expect(view().setup?.providers.acme?.isRetired).toBeUndefined()
    await renewed('acme', { connection: id })
    expect(row()).toMatchObject({ id, status: 'connected' })
  })

  it('is revoked after it has left the setup, and is gone with its last connection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    const id = await made()
    await use(sandboxSetup())
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    expect(view().departures[0]?.result).toBe('revoked')
    expect(providers.sandbox.saw({ path: '/revoke' }).length).toBeGreaterThan(0)
    expect(view().providers.map(({ id: one }) => one)).not.toContain('acme')
  })
})

describe('a provider whose address was changed', () => {
  // The new addresses are servers that are there and would answer, so that nothing is left out for want of a network.
  const elsewhere = 'https://api.getbase.com'
  const changes: [title: string, change: object][] = [
    ['its token endpoint', { endpoints: { ...endpoints, token: `${elsewhere}/oauth2/token` } }],
    ['its revocation', { endpoints: { ...endpoints, revocation: `${elsewhere}/oauth2/revoke` } }],
    ['its userinfo', { endpoints: { ...endpoints, userinfo: `${elsewhere}/v2/users/self` } }],
    ['its token info', { endpoints: { ...endpoints, tokenInfo: `${elsewhere}/oauth2/token/info` } }],
    ['its API', { api: [`${elsewhere}/v2/`] }],
    ['a further API', { api: ['https://api.acme.example/v1/', `${elsewhere}/v2/`] }],
    ['its revocation, which is gone', { endpoints: { ...endpoints, revocation: undefined } }],
  ]

  it.each(changes)('needs attention, and nothing goes anywhere: %s', async (_, change) => {
    const id = await made()
    const { credentials } = await onDisk()
    const before = view()
    await use(setup(acme(change)))
    expect(row()).toMatchObject({ id, status: 'needs-attention', fault: { code: 'address-changed' } })
    const { accessToken, lease } = await broker()
    expect(await words(accessToken(id))).toBe('address-changed')
    expect(await words(lease(id, ['profile']))).toBe('address-changed')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
    expect(await words(accessToken(id))).toBe('address-changed')
    await restartWorker()
    expect(row()).toMatchObject({ status: 'needs-attention', fault: { code: 'address-changed' } })
    expect(providers.sandbox.saw()).toEqual([])

    // Changed back, all of it is as before, and works.
    await use(setup())
    expect(view().connections).toEqual(before.connections)
    expect((await onDisk()).credentials).toEqual(credentials)
    await (await broker()).accessToken(id)
    expect(providers.sandbox.saw({ host: 'id.acme.example', path: '/token' })).toHaveLength(1)
  })

  it.each(changes)('is not even told of a Disconnect: %s', async (_, change) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    const id = await made()
    await use(setup(acme(change)))
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    await settled()
    expect(providers.sandbox.saw()).toEqual([])
    expect(view().departures[0]?.result).toBe('forgotten')
    expect((await onDisk()).credentials).toEqual([])
  })

  it('is named in no new connection’s way: signing in there makes the connection the new one’s', async () => {
    const id = await made()
    await use(setup(acme({ api: ['https://api.acme.example/v2/', 'https://files.acme.example/'] })))
    world.granted.add('https://files.acme.example/*')
    await renewed('acme', { connection: id })
    expect(row()).toMatchObject({ id, status: 'connected' })
    await use(setup())
    expect(row()).toMatchObject({ id, status: 'needs-attention', fault: { code: 'address-changed' } })
  })

  it('may change its name, its sign-in page and its paths', async () => {
    await made()
    const change = {
      name: 'Acme 2',
      endpoints: { ...endpoints, authorization: 'https://login.acme.example/', token: `${at}/v2/token` },
      api: ['https://api.acme.example/v2/'],
    }
    await use(setup(acme(change)))
    expect(row()?.status).toBe('connected')
  })

  it('says in a review how many connections it would cost', async () => {
    await made()
    const review = (next: object) => ask(senders.options(), 'reviewSetup', { text: JSON.stringify(next) })
    expect(await review(setup(acme({ api: [`${elsewhere}/v2/`] })))).toMatchObject({ moves: { acme: 1 } })
    expect(await review(setup())).toMatchObject({ moves: {} })
    expect(await review(sandboxSetup())).toMatchObject({ moves: {} })
    expect(row()?.status).toBe('connected')
  })

  it('tells a site no more than that it has to look into Dealpass', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const loopback = 'http://127.0.0.1:4999'
    const practice = {
      id: 'salesos',
      clientId: clients.salesos.id,
      issuer: `${loopback}/`,
      endpoints: {
        authorization: `${loopback}/authorize`,
        token: `${loopback}/oauth/token`,
        revocation: `${loopback}/oauth/revoke`,
        userinfo: `${loopback}/userinfo`,
      },
      api: [`${loopback}/v1/`],
    }
    await use({ version: 1, providers: [practice], rules: { privateAddresses: [loopback] } })
    providers.sandbox.forget()
    const told = 'reconnect-required: see-dealpass'
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe(told)
    expect(await refused(senders.site(), 'fetch', { provider: 'salesos', path: '/v1/leads' })).toBe(told)
    expect(await ask(senders.site(), 'connections', {})).toMatchObject([{ status: 'needs-attention' }])
    expect(view().providers.find(({ id }) => id === 'salesos')).toMatchObject({ isPractice: true })
    expect(providers.sandbox.saw()).toEqual([])
    expect(world.strays).toEqual([])
  })
})
