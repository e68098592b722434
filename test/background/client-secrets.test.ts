import { describe, expect, it, vi } from 'vitest'
import { answerBy } from '../fakes/network'
import { connected, failed, renewed, startWithSetup, withProviders } from '../fakes/providers'
import { placesOf } from '../fakes/secrets'
import { json } from '../fakes/server'
import { ask, onDisk, refused, restartBrowser, senders, untilView, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { clients } from '../sandbox/setup'

const providers = withProviders()

const { salesos: open, salesosConfidential: app, sellyticsNorth: north, sellyticsSouth: south } = clients
const salesos = (more: object) => ({
  version: 1,
  providers: [{ id: 'salesos', audience: 'https://api.play2sell.com', ...more }],
})
const withSecret = salesos({ clientId: app.id, clientSecret: app.secret })
const use = (setup: object) => ask(senders.options(), 'useSetup', { text: JSON.stringify(setup) })
const secretsOnDisk = async () =>
  ((await onDisk()).clientSecrets ?? []).map(one => Object(one).clientId).sort()

/** The bodies of what the token endpoint got since the last look, after the token has ended. */
async function refreshed(id: string): Promise<unknown[]> {
  providers.sandbox.forget()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
  const { accessToken } = await import('../../src/background/broker')
  await accessToken(id)
  return providers.sandbox.saw({ path: '/oauth/token' }).map(({ body }) => body)
}

async function disconnected(id: string): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
  await ask(senders.popup(), 'disconnect', { connection: id })
  await vi.advanceTimersByTimeAsync(10_000)
  await untilView(({ connections }) => !connections.some(one => one.id === id))
}

describe('a new client id in the setup', () => {
  it('touches no connection: it goes on with its own id and secret, which stays as long as it does', async () => {
    await startWithSetup(withSecret)
    const id = await connected('salesos')
    await use(salesos({ clientId: open.id }))
    expect(await secretsOnDisk()).toEqual([app.id])
    expect(await refreshed(id)).toMatchObject([{ client_id: app.id, client_secret: app.secret }])
    expect(view().connections[0]).toMatchObject({ id, status: 'connected' })
    await restartBrowser()
    expect(await refreshed(id)).toMatchObject([{ client_id: app.id, client_secret: app.secret }])

    providers.sandbox.forget()
    await disconnected(id)
    expect(providers.sandbox.saw({ path: '/oauth/revoke' })).toMatchObject([
      { status: 200, body: { client_id: app.id, client_secret: app.secret } },
    ])
    expect(await secretsOnDisk()).toEqual([])
    expect(await placesOf(app.secret)).toEqual([])
  })

  it('touches no connection though it says that there is no secret any more', async () => {
    await startWithSetup(salesos({ clientId: app.id, clientSecret: app.secret, clientAuth: 'post' }))
    const id = await connected('salesos')
    await use(salesos({ clientId: open.id, clientAuth: 'none' }))
    expect(await refreshed(id)).toMatchObject([{ client_id: app.id, client_secret: app.secret }])
    await use({ version: 1, providers: [{ id: 'sellytics' }] })
    expect(await refreshed(id)).toMatchObject([{ client_id: app.id, client_secret: app.secret }])
  })

  it('is taken by a Reconnect, after which nobody needs the old secret', async () => {
    await startWithSetup(withSecret)
    const id = await connected('salesos')
    await use(salesos({ clientId: open.id }))
    await renewed('salesos', { connection: id })
    expect(await refreshed(id)).toMatchObject([{ client_id: open.id }])
    expect(await secretsOnDisk()).toEqual([])
  })

  it('leaves a secret where a second connection still needs it', async () => {
    await startWithSetup(withSecret)
    const first = await connected('salesos')
    providers.person.user = providers.sandbox.users.colleague
    const second = await connected('salesos')
    await use(salesos({ clientId: open.id }))
    await disconnected(first)
    expect(await secretsOnDisk()).toEqual([app.id])
    await disconnected(second)
    expect(await secretsOnDisk()).toEqual([])
  })
})

describe('a new client secret in the setup', () => {
  it('is used by the connections of the same app from then on', async () => {
    await startWithSetup(salesos({ clientId: app.id, clientSecret: app.secret }))
    const id = await connected('salesos')
    await use(salesos({ clientId: app.id, clientSecret: 'rotated-away' }))
    expect(view().connections[0]).toMatchObject({ id, status: 'connected' })
    providers.sandbox.forget()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
    const { accessToken } = await import('../../src/background/broker')
    await expect(accessToken(id)).rejects.toMatchObject({ code: 'setup-wrong', reason: 'client-refused' })
    expect(view()).toMatchObject({
      setupFaults: { salesos: { reason: 'client-refused' } },
      connections: [{ status: 'connected' }],
    })
    expect((await onDisk()).credentials).toMatchObject([{ connection: id, refreshToken: expect.any(String) }])
    // The right one, and it goes on.
    await use(withSecret)
    expect(await refreshed(id)).toMatchObject([{ client_secret: app.secret }])
    expect(view().setupFaults).toEqual({})
  })
})

describe('a setup without its secrets', () => {
  const keys = (...all: { id: string; name: string; secret: string }[]) => ({
    version: 1,
    providers: [
      {
        id: 'sellytics',
        keys: all.map(({ id, name, secret }) => ({ label: name, clientId: id, clientSecret: secret })),
      },
    ],
  })
  const bare = (...all: { id: string; name: string }[]) => ({
    version: 1,
    providers: [{ id: 'sellytics', keys: all.map(({ id, name }) => ({ label: name, clientId: id })) }],
  })

  it('is taken in the browser that has them, and in no other', async () => {
    await startWithSetup(keys(north, south))
    await use(bare(north, south))
    expect(await secretsOnDisk()).toEqual([north.id, south.id].sort())
    await connected('sellytics')
    await use(bare(north))
    expect(await secretsOnDisk()).toEqual([north.id])
    expect(await refused(senders.options(), 'useSetup', { text: JSON.stringify(bare(south)) })).toBe(
      'setup-wrong',
    )
    expect(
      await ask(senders.options(), 'reviewSetup', { text: JSON.stringify(bare(north, south)) }),
    ).toMatchObject({
      faults: [{ path: 'providers[0].keys[1].clientSecret' }],
    })
  })

  it('forgets those that neither it nor a connection needs', async () => {
    await startWithSetup(keys(north, south))
    const id = await connected('sellytics', { key: north.id, flow: 'client_credentials' })
    await use({ version: 1, providers: [{ id: 'sellytics' }] })
    expect(await secretsOnDisk()).toEqual([north.id])
    expect(view().connections[0]).toMatchObject({ id, isKeyOurs: true, status: 'connected' })
    await disconnected(id)
    expect(await secretsOnDisk()).toEqual([])
  })

  it('stores nothing of a file with a fault, and nothing of one that is only reviewed', async () => {
    await startWithSetup(keys(north))
    const wrong = { ...keys(north, south), more: 1 }
    expect(await refused(senders.options(), 'useSetup', { text: JSON.stringify(wrong) })).toBe('setup-wrong')
    const answer = await ask(senders.options(), 'reviewSetup', { text: JSON.stringify(keys(north, south)) })
    expect(JSON.stringify(answer)).not.toContain(south.secret)
    expect(await secretsOnDisk()).toEqual([north.id])
    expect(await placesOf(south.secret)).toEqual([])
    expect(world.reports).toEqual([])
  })

  it('makes no permit of the sites that it proposes', async () => {
    const site = {
      origin: 'https://crm.example',
      provider: 'sellytics',
      scopes: ['sellytics-data-api'],
      use: 'fetch',
      access: 'read',
    }
    await startWithSetup({ ...keys(north), sites: [site] })
    await connected('sellytics')
    expect(view()).toMatchObject({ permits: [], setup: { sites: [site] } })
    expect((await onDisk()).permits).toEqual([])
    const asker = senders.site('https://crm.example', 5)
    expect(await refused(asker, 'fetch', { provider: 'sellytics', path: 'summary' })).toBe(
      'not-permitted: unknown-caller',
    )
    expect(view().sites).toEqual([])
  })
})

describe('a client secret of a provider whose address is changed', () => {
  const { acmeConfidential: acmeApp } = clients
  const at = 'https://id.acme.example'
  const elsewhere = 'https://api.getbase.com'
  const acme = (origin: string, more: object = {}) => ({
    version: 1,
    providers: [
      {
        id: 'acme',
        name: 'Acme',
        clientId: acmeApp.id,
        scopes: ['profile'],
        endpoints: { authorization: `${at}/authorize`, token: `${origin}/token`, userinfo: `${at}/userinfo` },
        api: ['https://api.acme.example/v1/'],
        ...more,
      },
    ],
  })

  it('is unknown there: it is neither said to be there nor sent', async () => {
    world.granted = new Set([...world.granted, `${at}/*`, 'https://api.acme.example/*'])
    await startWithSetup(acme(at, { clientSecret: acmeApp.secret }))
    const id = await connected('acme')
    await use(acme(elsewhere))
    expect(view().setup?.providers.acme?.hasSecret).toBeUndefined()
    const sent: Request[] = []
    answerBy(/^https:\/\/api\.getbase\.com\/token$/, request => {
      sent.push(request)
      return json({ error: 'invalid_client' }, { status: 401 })
    })
    expect(await failed('acme')).toBe('setup-wrong: client-refused')
    expect(sent).toHaveLength(1)
    expect(sent[0]?.headers.get('authorization')).toBeNull()
    expect(await sent[0]?.text()).not.toContain('client_secret')
    // Where it was given for it is still known, as long as a connection needs it.
    await use(acme(at))
    expect(view()).toMatchObject({
      setup: { providers: { acme: { hasSecret: true } } },
      connections: [{ id, status: 'connected' }],
    })
    await disconnected(id)
    expect(await secretsOnDisk()).toEqual([acmeApp.id])
    await use(acme(elsewhere))
    expect(await secretsOnDisk()).toEqual([])
  })

  it('is missing there for a key, whose file is refused', async () => {
    const machine = (origin: string) => ({
      flow: 'client_credentials',
      endpoints: { token: `${origin}/token`, userinfo: `${at}/userinfo` },
    })
    await startWithSetup(acme(at, { ...machine(at), clientSecret: acmeApp.secret }))
    const moved = JSON.stringify(acme(elsewhere, machine(elsewhere)))
    expect(await ask(senders.options(), 'reviewSetup', { text: moved })).toMatchObject({
      faults: [{ path: 'providers[0].clientSecret' }],
    })
    expect(await refused(senders.options(), 'useSetup', { text: moved })).toBe('setup-wrong')
  })
})

describe('a further scope', () => {
  it('asked for later keeps the connection and its permits', async () => {
    await startWithSetup(salesos({ clientId: open.id, scopes: ['openid', 'email', 'offline_access'] }))
    const id = await connected('salesos')
    expect(view().connections[0]?.scopes.asked).not.toContain('deals:read')
    const scopes = ['openid', 'email', 'offline_access', 'deals:read']
    await use(salesos({ clientId: open.id, scopes }))
    expect(view().connections[0]).toMatchObject({
      id,
      status: 'connected',
      scopes: { asked: ['openid', 'email', 'offline_access'] },
    })
    await renewed('salesos', { connection: id })
    expect(view().connections).toMatchObject([{ id, scopes: { asked: scopes, granted: scopes } }])
  })
})
