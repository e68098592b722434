import { describe, expect, it, vi } from 'vitest'
import { answerBy, holdBack } from '../fakes/network'
import { connected, give, startWithSetup, withProviders } from '../fakes/providers'
import { json } from '../fakes/server'
import { ask, onDisk, refused, restartBrowser, restartWorker, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { clients, personalTokens, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()

const broker = () => import('../../src/background/broker')
const accessToken = async (id: string) => (await broker()).accessToken(id)
const tokenRequests = () => providers.sandbox.saw({ path: /\/token$|\/exchange\// })

/** The words of a rejection. */
async function words(promise: Promise<unknown>): Promise<string> {
  const thrown = Object(
    await promise.then(
      () => ({ code: 'not refused' }),
      (error: unknown) => error,
    ),
  )
  return thrown.reason ? `${thrown.code}: ${thrown.reason}` : thrown.code
}

function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}

/** A connection by one of the flows that end in a key, all requests so far forgotten. */
async function made(provider: 'sell' | 'sellytics' | 'sellsn'): Promise<string> {
  await startWithSetup(sandboxSetup({ all: true }))
  const { token } = personalTokens.rep
  const id = await connected(
    provider,
    provider === 'sell' ? { entry: { flow: 'personal_token', label: 'Mine', token } } : {},
  )
  providers.sandbox.forget()
  world.flows.length = 0
  return id
}

/** Lets the site use a connection as if the user had allowed it. */
async function allow(connection: string, scopes: string[], use: 'fetch' | 'token' = 'fetch'): Promise<void> {
  await give([{ connection, use, access: 'read', scopes }])
}

const call = (provider: string, path: string) => ask(senders.site(), 'fetch', { provider, path })
const refusedCall = (provider: string, path: string) => refused(senders.site(), 'fetch', { provider, path })

describe('a key that brings tokens', () => {
  it('fetches one token for its whole life, however many call and however often', async () => {
    const id = await made('sellytics')
    providers.sandbox.set('sellytics', { requestsPerMinute: 1_000 })
    await allow(id, ['sellytics-data-api'])
    later(25 * 60 * 60_000)
    providers.sandbox.advance('sellytics', 25 * 60 * 60_000)
    const answers = await Promise.all(Array.from({ length: 100 }, () => call('sellytics', 'summary')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(tokenRequests()).toHaveLength(1)
    await restartWorker()
    await call('sellytics', 'summary')
    expect(tokenRequests()).toHaveLength(1)
  })

  it('fetches another one after the browser was started again, and never refreshes', async () => {
    const id = await made('sellytics')
    await restartBrowser()
    await accessToken(id)
    expect(tokenRequests().map(({ body }) => Object(body).grant_type)).toEqual(['client_credentials'])
    expect((await onDisk()).credentials).toEqual([{ connection: id }])
  })

  it('fetches one when the API refuses the old one, and asks once more', async () => {
    const id = await made('sellytics')
    await allow(id, ['sellytics-data-api'])
    providers.sandbox.withdraw('sellytics')
    expect(await call('sellytics', 'summary')).toMatchObject({ status: 200 })
    expect(tokenRequests()).toHaveLength(1)
  })

  it('says whose fault it is when the key is refused, and keeps it', async () => {
    const id = await made('sellytics')
    later(25 * 60 * 60_000)
    providers.sandbox.set('sellytics', {
      fault: { path: /\/token$/, status: 401, body: { error: 'unauthorized_client' } },
    })
    expect(await words(accessToken(id))).toBe('setup-wrong: client-refused')
    expect(view()).toMatchObject({
      connections: [{ id, status: 'connected' }],
      setupFaults: { sellytics: {} },
    })
    expect((await onDisk()).clientSecrets?.length).toBeGreaterThan(0)
  })
})

describe('a key that calls the API itself', () => {
  it('is used after a restart of the browser without any request of ours', async () => {
    const id = await made('sellsn')
    const { value } = await accessToken(id)
    await restartBrowser()
    await allow(id, ['stores.view'])
    expect(await call('sellsn', 'stores')).toMatchObject({ status: 200 })
    expect((await accessToken(id)).value).toBe(value)
    expect(providers.sandbox.saw().map(({ path }) => path)).toEqual(['/stores'])
    expect(world.flows).toEqual([])
  })

  it('is had anew by one silent sign-in when it has ended, for all who ask', async () => {
    providers.sandbox.set('sellsn', { jwtExpiry: 3600 })
    const id = await made('sellsn')
    await allow(id, ['stores.view'])
    later(59 * 60_000)
    providers.sandbox.advance('sellsn', 59 * 60_000)
    expect(await call('sellsn', 'stores')).toMatchObject({ status: 200 })
    expect(world.flows).toEqual([])
    later(2 * 60_000)
    providers.sandbox.advance('sellsn', 2 * 60_000)
    const old = Object((await onDisk()).credentials?.[0]).key
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('sellsn', 'stores')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(world.flows.map(({ interactive }) => interactive)).toEqual([false])
    expect(tokenRequests()).toHaveLength(1)
    const [credentials] = (await onDisk()).credentials ?? []
    expect(credentials).toEqual({ connection: id, key: expect.any(String), keyEnds: expect.any(Number) })
    expect(Object(credentials).key).not.toBe(old)
  })

  it('asks to sign in again where that is of no avail, and keeps what there is', async () => {
    const id = await made('sellsn')
    await allow(id, ['stores.view'])
    providers.sandbox.withdraw('sellsn')
    providers.sandbox.signOut('sellsn')
    expect(await refusedCall('sellsn', 'stores')).toBe('reconnect-required: sign-in-again')
    expect(view().connections[0]).toMatchObject({
      status: 'needs-attention',
      fault: { reason: 'sign-in-again' },
    })
    expect((await onDisk()).credentials).toEqual([{ connection: id, key: expect.any(String) }])
    providers.sandbox.forget()
    expect(await refusedCall('sellsn', 'stores')).toBe('reconnect-required: sign-in-again')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('is not lost to a clock that was ahead, once that is set right', async () => {
    const day = 24 * 60 * 60_000
    providers.sandbox.set('sellsn', { jwtExpiry: (30 * day) / 1000 })
    const id = await made('sellsn')
    const { value } = await accessToken(id)
    providers.sandbox.signOut('sellsn')
    await restartBrowser()
    later(60 * day)
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    later(-60 * day)
    expect((await accessToken(id)).value).toBe(value)
    expect(view().connections[0]).toMatchObject({ status: 'connected' })
    expect(view().connections[0]).not.toHaveProperty('hasRunOut')
  })

  it('reaches no exchange of the same host', async () => {
    const id = await made('sellsn')
    await allow(id, ['user.view', 'stores.view'])
    for (const path of ['/oauth2/app/exchange/code', '/oauth2/', '/OAuth2/app/exchange/code', 'oauth2/app'])
      expect(await refusedCall('sellsn', path), path).toBe('bad-request: outside-api')
    expect(providers.sandbox.saw()).toEqual([])
  })
})

describe('a personal token that the API refuses', () => {
  const api401 = { path: '/v2/leads', status: 401, body: { errors: [] } }

  it('is as good as before where token info says so: the next call tries again', async () => {
    const id = await made('sell')
    await allow(id, ['read'])
    providers.sandbox.set('sell', { fault: { ...api401, times: 1 } })
    expect(await refusedCall('sell', 'leads')).toBe('provider-rejected: api-refuses-login')
    expect(view().connections[0]).toMatchObject({
      id,
      status: 'needs-attention',
      fault: { code: 'provider-rejected', reason: 'api-refuses-login' },
    })
    expect(await call('sell', 'leads')).toMatchObject({ status: 200 })
    expect(view().connections[0]).toMatchObject({ status: 'connected' })
    expect((await onDisk()).credentials).toEqual([{ connection: id, key: personalTokens.rep.token }])
  })

  it.each<[title: string, arrange: () => void]>([
    ['where token info says that it is dead', () => providers.sandbox.withdraw('sell')],
    ['where nobody can say', () => providers.sandbox.set('sell', { fault: api401, tokenInfoShape: 'none' })],
  ])('needs another one, and is kept, %s', async (_, arrange) => {
    const id = await made('sell')
    await allow(id, ['read'])
    arrange()
    expect(await refusedCall('sell', 'leads')).toBe('reconnect-required')
    expect(view().connections[0]).toMatchObject({
      status: 'needs-attention',
      fault: { code: 'reconnect-required', reason: 'key-ended' },
    })
    expect((await onDisk()).credentials).toEqual([{ connection: id, key: personalTokens.rep.token }])
    expect(view().permits).toHaveLength(1)
    providers.sandbox.forget()
    expect(await refusedCall('sell', 'leads')).toBe('reconnect-required')
    expect(providers.sandbox.saw()).toEqual([])
    await restartBrowser()
    expect(await words(accessToken(id))).toBe('reconnect-required: key-ended')
  })
})

describe('a login without a refresh token that was entered', () => {
  it('needs the user again when its token ends, and opens no window', async () => {
    const setup = sandboxSetup()
    const [sell, ...others] = setup.providers
    await startWithSetup({ ...setup, providers: [{ ...sell, clientSecret: clients.sell.secret }, ...others] })
    await ask(senders.options(), 'weakerFlows', { on: true })
    const through = globalThis.fetch
    answerBy(/\/oauth2\/token$/, async request => {
      const { refresh_token: _, ...answer } = await (await through(request)).json()
      return json(answer)
    })
    const { email: username, password } = providers.sandbox.users.rep
    const id = await connected('sell', { entry: { flow: 'password', username, password } })
    expect(view().connections[0]).toMatchObject({ renews: 'never' })
    later(61 * 60_000)
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    expect(world.flows).toEqual([])
  })
})

describe('leases', () => {
  it.each([
    ['sell', ['read', 'profile']],
    ['sellytics', ['sellytics-data-api']],
    ['sellsn', ['user.view', 'stores.view', 'stores.orders.view']],
  ] as const)('are never had of a key, however short it lives: %s', async (provider, scopes) => {
    providers.sandbox.set('sellytics', { accessTokenSeconds: 60 })
    providers.sandbox.set('sellsn', { jwtExpiry: 60 })
    const id = await made(provider)
    await allow(id, [...scopes], 'token')
    expect(await refused(senders.site(), 'token', { provider })).toBe('not-permitted: brokered-only')
    const paths = { sell: 'leads', sellytics: 'summary', sellsn: 'stores' }
    expect(await call(provider, paths[provider])).toMatchObject({ status: 200 })
  })

  it('go by the longest life that the rules name', async () => {
    providers.sandbox.set('salesos', { accessTokenSeconds: 600 })
    const setup = sandboxSetup()
    await startWithSetup({ ...setup, rules: { maxLeaseMinutes: 9 } })
    const id = await connected('salesos')
    await allow(id, ['leads:read'], 'token')
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe(
      'not-permitted: long-lived-token',
    )
    await ask(senders.options(), 'useSetup', {
      text: JSON.stringify({ ...setup, rules: { maxLeaseMinutes: 10 } }),
    })
    expect(await ask(senders.site(), 'token', { provider: 'salesos' })).toMatchObject({
      scopes: ['leads:read'],
    })
    providers.sandbox.set('salesos', { accessTokenSeconds: 86_400 })
    await ask(senders.options(), 'useSetup', {
      text: JSON.stringify({ ...setup, rules: { maxLeaseMinutes: 1440 } }),
    })
    later(11 * 60_000)
    providers.sandbox.advance('salesos', 11 * 60_000)
    expect(await ask(senders.site(), 'token', { provider: 'salesos' })).toMatchObject({
      scopes: ['leads:read'],
    })
  })
})

describe('a Disconnect while a key fetches its token', () => {
  it('ends with nothing alive that it brought', async () => {
    const id = await made('sellytics')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() + 25 * 60 * 60_000 })
    providers.sandbox.advance('sellytics', 25 * 60 * 60_000)
    const held = holdBack(/\/token$/)
    const asked = words(accessToken(id))
    await held.reached
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    held.release()
    expect(await asked).toBe('not-connected: disconnecting')
    await vi.waitFor(() => expect(view().connections).toEqual([]))
    expect(providers.sandbox.saw({ path: /revoke$/ })).toHaveLength(1)
  })
})
