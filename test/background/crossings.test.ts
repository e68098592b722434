import { describe, expect, it, vi } from 'vitest'
import { answerBy } from '../fakes/network'
import { allowOnSite, connected, renewed, startWithSetup, withProviders } from '../fakes/providers'
import { placesOf } from '../fakes/secrets'
import { ask, onDisk, restartBrowser, send, senders, settled, until, untilView, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { clients, sandboxSetup } from '../sandbox/setup'

// What happens when a setup and a login, a call or a renewal cross each other.

const providers = withProviders()
const use = (next: object) => ask(senders.options(), 'useSetup', { text: JSON.stringify(next) })
const json = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

const practice = 'http://127.0.0.1:4999'
const practiceSetup = {
  version: 1,
  providers: [
    {
      id: 'sell',
      clientId: clients.sell.id,
      flow: 'implicit',
      endpoints: {
        authorization: `${practice}/oauth2/authorize`,
        token: `${practice}/oauth2/token`,
        revocation: `${practice}/oauth2/revoke`,
        tokenInfo: `${practice}/oauth2/token/info`,
      },
      api: [`${practice}/v2/`],
    },
  ],
  rules: { privateAddresses: [practice] },
}

/** A server on loopback that stands for Sell and says that it knows the same person. */
function practiceServer() {
  const got: string[] = []
  const hold: { reply?: Promise<Response> } = {}
  world.granted.add('http://127.0.0.1/*')
  answerBy(/^http:\/\/127\.0\.0\.1:4999/, async request => {
    const { pathname } = new URL(request.url)
    got.push(`${pathname} ${request.headers.get('authorization')}`)
    if (pathname.endsWith('/token/info'))
      return json({ application: { uid: clients.sell.id }, scopes: ['read', 'profile'] })
    if (pathname.endsWith('/users/self'))
      return json({ data: { id: providers.sandbox.users.rep.id, name: 'x', email: 'a@practice' } })
    return (await hold.reply) ?? json({ items: [] })
  })
  const real = world.signIn
  world.signIn = async details => {
    if (!details.url.startsWith(practice)) return real(details)
    const { searchParams } = new URL(details.url)
    const answer = new URLSearchParams({
      access_token: 'the-practice-token',
      token_type: 'bearer',
      expires_in: '3600',
      state: searchParams.get('state') ?? '',
    })
    return `${searchParams.get('redirect_uri')}#${answer}`
  }
  return { got, hold }
}

const leads = () =>
  send(senders.site(), {
    dealpass: 'request',
    name: 'fetch',
    input: { provider: 'sell', path: '/v2/leads' },
  })

const sellByCode = () => {
  const setup = sandboxSetup({ all: true })
  const change = { flow: 'authorization_code', clientSecret: clients.sell.secret }
  return {
    ...setup,
    providers: setup.providers.map(one => (one.id === 'sell' ? { ...one, ...change } : one)),
  }
}

describe('a provider that moves while it is used', () => {
  it('gives no new token to the old address, whose 401 comes late', async () => {
    await startWithSetup(practiceSetup)
    const { got, hold } = practiceServer()
    const id = await connected('sell')
    await allowOnSite()
    let answer: (response: Response) => void = () => {}
    hold.reply = new Promise(resolve => {
      answer = resolve
    })
    got.length = 0
    const call = leads()
    await until(() => got.length === 1)
    await use(sandboxSetup())
    await renewed('sell', { connection: id })
    await allowOnSite()
    answer(json({}, 401))
    expect(await call).toMatchObject({ ok: false })
    expect(got).toEqual(['/v2/leads Bearer the-practice-token'])
  })

  it('takes no permit along to another server', async () => {
    await startWithSetup(practiceSetup)
    practiceServer()
    const id = await connected('sell')
    await allowOnSite()
    await use(sandboxSetup())
    await renewed('sell', { connection: id })
    expect(view().connections).toMatchObject([{ id, status: 'connected' }])
    expect(view().permits).toEqual([])
    providers.sandbox.forget()
    expect(await leads()).toMatchObject({ ok: false, error: { code: 'not-permitted' } })
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('is another connection by Connect: the login at the old address stays, and comes back with it', async () => {
    await startWithSetup(sellByCode())
    const id = await connected('sell')
    const [before] = (await onDisk()).credentials ?? []
    practiceServer()
    await use(practiceSetup)
    await connected('sell')
    expect(view().connections).toHaveLength(2)
    expect((await onDisk()).credentials).toContainEqual(before)
    await use(sellByCode())
    expect(view().connections.find(known => known.id === id)).toMatchObject({ status: 'connected' })
  })
})

describe('a provider of the setup’s own', () => {
  const at = 'https://id.acme.example'
  const evil = 'https://evil.example'
  const app = clients.acmeConfidential
  const acme = (change: object = {}) => ({
    id: 'acme',
    name: 'Acme CRM',
    clientId: app.id,
    clientSecret: app.secret,
    scopes: ['profile', 'things.read'],
    endpoints: {
      authorization: `${at}/authorize`,
      token: `${at}/token`,
      revocation: `${at}/revoke`,
      userinfo: `${at}/userinfo`,
    },
    api: ['https://api.acme.example/v1/'],
    ...change,
  })
  const withAcme = (change?: object) => ({
    version: 1,
    providers: [acme(change), ...sandboxSetup().providers],
  })
  const grant = () => {
    world.granted = new Set([...world.granted, `${at}/*`, 'https://api.acme.example/*'])
  }

  it('leaves no connection that nobody can see when it goes while its sign-in is open', async () => {
    grant()
    await startWithSetup(withAcme())
    const before = world.signIn
    let go = () => {}
    const held = new Promise<void>(resolve => {
      go = resolve
    })
    world.signIn = async details => {
      await held
      return before(details)
    }
    await ask(senders.popup(), 'connect', { provider: 'acme' })
    await untilView(({ attempts }) => attempts.some(({ status }) => status === 'running'))
    await use(sandboxSetup())
    go()
    await untilView(({ attempts }) => attempts.some(({ status }) => status === 'failed'))
    await settled()
    expect(view().attempts).toMatchObject([{ fault: { code: 'address-changed' } }])
    expect(view().connections).toEqual([])
    expect((await onDisk()).credentials).toEqual([])
    // What was issued is given back where it came from.
    expect(providers.sandbox.saw({ host: 'id.acme.example', path: '/revoke' }).length).toBeGreaterThan(0)
  })

  it('gets no password that was entered for another address', async () => {
    const own = (token: string) => ({
      version: 1,
      providers: [
        {
          id: 'acme',
          name: 'Acme',
          clientId: 'abc',
          flow: 'password',
          endpoints: { token },
          api: ['https://api.acme.example/'],
        },
      ],
    })
    await startWithSetup(own(`${at}/token`))
    await ask(senders.options(), 'weakerFlows', { on: true })
    const entry = { flow: 'password', username: 'me', password: 'the entered password' } as const
    await ask(senders.popup(), 'connect', { provider: 'acme', entry })
    await untilView(({ attempts }) => attempts[0]?.status === 'waiting')
    world.granted = new Set([...world.granted, `${evil}/*`, 'https://api.acme.example/*'])
    const got: string[] = []
    answerBy(/evil\.example/, async request => {
      got.push(await request.text())
      return json({}, 400)
    })
    await use(own(`${evil}/token`))
    await ask(senders.popup(), 'hello', {})
    await untilView(({ attempts }) => attempts[0]?.status === 'failed')
    expect(view().attempts).toMatchObject([{ fault: { code: 'address-changed' } }])
    expect(got).toEqual([])
  })

  it('takes its secret along when it has left the setup and its last connection is gone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    grant()
    await startWithSetup(withAcme())
    const id = await connected('acme')
    await use(sandboxSetup())
    expect(await placesOf(app.secret)).not.toEqual([])
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    expect(await placesOf(app.secret)).toEqual([])
    expect(view().setup?.providers.acme).toBeUndefined()
    await restartBrowser()
    expect(await placesOf(app.secret)).toEqual([])
  })
})

describe('the rules of a setup', () => {
  it('hold for logins that are made anew without anybody’s click', async () => {
    await startWithSetup(sandboxSetup({ all: true }))
    const sell = await connected('sell')
    const key = await connected('sellytics')
    const setup = sandboxSetup({ all: true })
    await use({
      version: 1,
      providers: setup.providers.filter(({ id }) => id === 'salesos'),
      rules: { flows: ['authorization_code'] },
    })
    providers.sandbox.forget()
    const flows = world.flows.length
    const { accessToken } = await import('../../src/background/broker')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 26 * 3_600_000 })
    for (const id of [sell, key])
      await expect(accessToken(id)).rejects.toMatchObject({ code: 'blocked-by-policy' })
    expect(world.flows).toHaveLength(flows)
    expect(providers.sandbox.saw()).toEqual([])
  })
})

describe('the review of a setup', () => {
  it('says whose secret it would put another in place of', async () => {
    const setup = sandboxSetup({ all: true })
    await startWithSetup(setup)
    const { id: clientId } = clients.sellyticsNorth
    const keys = [{ label: 'North', clientId, clientSecret: 'another-secret-of-north' }]
    const text = JSON.stringify({ version: 1, providers: [{ id: 'sellytics', keys }] })
    expect(await ask(senders.options(), 'reviewSetup', { text })).toMatchObject({
      newSecrets: [{ provider: 'sellytics', clientId }],
    })
    const same = JSON.stringify(setup)
    expect(await ask(senders.options(), 'reviewSetup', { text: same })).toMatchObject({ newSecrets: [] })
  })
})

describe('a Disconnect after a Reconnect', () => {
  it('ends the logins that the Reconnect took the place of, too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    await startWithSetup(sellByCode())
    const id = await connected('sell')
    const first = Object((await onDisk()).credentials?.[0]).refreshToken as string
    await renewed('sell', { connection: id })
    const second = Object((await onDisk()).credentials?.[0]).refreshToken as string
    expect(second).not.toBe(first)
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    const revoked = providers.sandbox
      .saw({ path: '/oauth2/revoke' })
      .map(({ body }) => Object(body).token as string)
    expect(revoked).toEqual(expect.arrayContaining([first, second]))
    expect(view().departures[0]?.result).toBe('revoked-checked')
  })
})
