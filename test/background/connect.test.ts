import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { openDocument } from '../fakes/documents'
import { holdBack } from '../fakes/network'
import {
  allowOnSite,
  attemptFailed,
  connected,
  failed,
  startWithSetup,
  tokenRequests,
  withProviders,
} from '../fakes/providers'
import {
  ask,
  dieBeforeView,
  onDisk,
  refused,
  restartWorker,
  senders,
  settled,
  startWorker,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { extensionId, world } from '../fakes/world'
import type { Fault } from '../sandbox/sandbox'
import { clients, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()

const redirect = (provider: string) => `https://${extensionId}.chromiumapp.org/${provider}`
const authorizeRequests = () => providers.sandbox.saw({ path: /\/authorize$/, method: 'GET' })
const untilRunning = () => untilView(({ attempts }) => attempts[0]?.status === 'running')
const authWindow = () => [...world.windows.values()].find(({ type }) => type === 'popup')

/** A sign-in page at which nobody does anything. */
function nobodySignsIn(): Promise<void> {
  return new Promise(opened => {
    world.signIn = () => {
      opened()
      return new Promise(() => undefined)
    }
  })
}

describe('connect, by the implicit grant', () => {
  it('asks for a token, confirms whose it is, asks whom it acts as, and connects', async () => {
    await startWithSetup()
    const id = await connected('sell')

    const [asked] = authorizeRequests()
    expect(asked?.query).toEqual({
      response_type: 'token',
      client_id: clients.sell.id,
      redirect_uri: redirect('sell'),
      scope: 'read profile',
      state: expect.stringMatching(/^[\w-]{43}$/),
    })
    const [info] = providers.sandbox.saw({ path: '/oauth2/token/info' })
    const [self] = providers.sandbox.saw({ path: '/v2/users/self' })
    expect(info?.headers.authorization).toMatch(/^Bearer [0-9a-f]{64}$/)
    expect(self?.headers.authorization).toBe(info?.headers.authorization)
    expect(tokenRequests(providers.sandbox)).toEqual([])
    expect(view().attempts).toEqual([])
    expect(view().connections).toEqual([
      {
        id,
        provider: 'sell',
        flow: 'implicit',
        renews: 'sign-in',
        account: { id: '6210431', name: 'Mia Lindqvist', email: 'mia.lindqvist@acme.example' },
        status: 'connected',
        scopes: { asked: ['read', 'profile'], granted: ['read', 'profile'] },
        connectedAt: expect.any(Number),
      },
    ])
  })

  it('keeps no refresh token that came in a fragment', async () => {
    await startWithSetup()
    const id = await connected('sell')
    expect((await onDisk()).credentials).toEqual([{ connection: id }])
  })

  it('accepts a token whose client the provider would not tell', async () => {
    providers.sandbox.set('sell', { tokenInfoShape: 'none' })
    await startWithSetup()
    await connected('sell')
    expect(providers.sandbox.saw({ path: '/oauth2/token/info' })[0]?.status).toBe(404)
  })

  it('connects an unknown account where the provider would not say who it is', async () => {
    providers.sandbox.set('sell', { selfForbidden: true })
    await startWithSetup()
    await connected('sell')
    expect(providers.sandbox.saw({ path: '/v2/users/self' })[0]?.status).toBe(403)
    expect(view().connections[0]).toMatchObject({ account: null, status: 'connected' })
  })
})

describe('connect, by a code with PKCE', () => {
  it('redeems the code with the verifier of the challenge, without a secret, and connects', async () => {
    await startWithSetup()
    const id = await connected('salesos')

    const [asked] = authorizeRequests()
    expect(asked?.query).toEqual({
      response_type: 'code',
      client_id: clients.salesos.id,
      redirect_uri: redirect('salesos'),
      scope: 'openid profile email offline_access leads:read',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      audience: 'https://api.play2sell.com',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    const [redeemed, ...more] = tokenRequests(providers.sandbox)
    expect(more).toEqual([])
    expect(redeemed).toEqual({
      grant_type: 'authorization_code',
      client_id: clients.salesos.id,
      redirect_uri: redirect('salesos'),
      code: expect.any(String),
      code_verifier: expect.any(String),
    })
    const challenge = createHash('sha256').update(String(redeemed?.code_verifier)).digest('base64url')
    expect(asked?.query.code_challenge).toBe(challenge)
    expect(view().connections[0]).toMatchObject({ id, renews: 'refresh', status: 'connected' })
    expect((await onDisk()).credentials).toEqual([{ connection: id, refreshToken: expect.any(String) }])
  })

  it('sends no cookie of the provider to any of its endpoints', async () => {
    await startWithSetup()
    await connected('salesos')
    const ours = providers.sandbox.saw().filter(({ headers }) => headers['user-agent']?.includes('test'))
    expect(ours.length).toBeGreaterThan(1)
    expect(ours.filter(({ headers }) => headers.cookie)).toEqual([])
  })

  it('takes every attempt its own state, nonce and verifier', async () => {
    await startWithSetup()
    await connected('salesos')
    providers.person.user = providers.sandbox.users.colleague
    await connected('salesos')
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(new Set(authorizeRequests().map(({ query }) => query[name])).size, name).toBe(2)
  })

  it('connects where the provider does not send iss', async () => {
    providers.sandbox.set('salesos', { iss: false })
    await startWithSetup()
    await connected('salesos')
  })

  it('connects though the provider’s clock is a day ahead', async () => {
    providers.sandbox.advance('salesos', 24 * 60 * 60_000)
    await startWithSetup()
    await connected('salesos')
    expect(view().connections[0]?.status).toBe('connected')
  })
})

describe('connect, when something is wrong', () => {
  const token = (fault: Omit<Fault, 'path'>): Fault => ({ path: '/oauth/token', ...fault })
  const cases: [title: string, provider: 'sell' | 'salesos', arrange: () => void, words: string][] = [
    ['the user says no', 'salesos', () => deny(), 'denied'],
    ['the user says no, in a fragment', 'sell', () => deny(), 'denied'],
    [
      'the user says no, in the query of an implicit answer',
      'sell',
      () => {
        deny()
        providers.sandbox.set('sell', { denialIn: 'query' })
      },
      'denied',
    ],
    ['state is absent', 'sell', () => redirectFault('sell', 'no-state'), 'bad-state'],
    ['state is absent from a code', 'salesos', () => redirectFault('salesos', 'no-state'), 'bad-state'],
    ['state is another one', 'sell', () => redirectFault('sell', 'wrong-state'), 'bad-state'],
    ['state of a code is another one', 'salesos', () => redirectFault('salesos', 'wrong-state'), 'bad-state'],
    ['the path is another one', 'sell', () => redirectFault('sell', 'wrong-path'), 'wrong-redirect'],
    [
      'the path of a code is another one',
      'salesos',
      () => redirectFault('salesos', 'wrong-path'),
      'wrong-redirect',
    ],
    ['iss names another server', 'salesos', () => redirectFault('salesos', 'wrong-iss'), 'wrong-issuer'],
    [
      'the token was issued to another app',
      'sell',
      () => providers.sandbox.set('sell', { foreignToken: true }),
      'foreign-token',
    ],
    [
      'the token was issued to another app, said the other way',
      'sell',
      () => providers.sandbox.set('sell', { foreignToken: true, tokenInfoShape: 'client_id' }),
      'foreign-token',
    ],
    [
      'there is neither code nor token',
      'salesos',
      () => redirectFault('salesos', 'empty'),
      'provider-rejected: nonsense-answer',
    ],
    [
      'there is no token in the fragment',
      'sell',
      () => redirectFault('sell', 'empty'),
      'provider-rejected: nonsense-answer',
    ],
    [
      'the provider says that it failed',
      'salesos',
      () => redirectFault('salesos', 'server-error'),
      'provider-rejected',
    ],
    [
      'the code was used before',
      'salesos',
      () => redirectFault('salesos', 'used-code'),
      'provider-rejected: code-refused',
    ],
    [
      'the token endpoint answers with HTML',
      'salesos',
      () => providers.sandbox.set('salesos', { fault: token({ body: '<h1>Hello</h1>' }) }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'the token endpoint answers with half a JSON',
      'salesos',
      () =>
        providers.sandbox.set('salesos', {
          fault: token({ body: '{"access_token":"abc', contentType: 'application/json' }),
        }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'the token endpoint answers with 503',
      'salesos',
      () => providers.sandbox.set('salesos', { fault: token({ status: 503, body: 'Busy' }) }),
      'provider-unreachable',
    ],
    [
      'the token endpoint answers with 429',
      'salesos',
      () => providers.sandbox.set('salesos', { fault: token({ status: 429, body: '' }) }),
      'provider-unreachable',
    ],
    [
      'the token endpoint drops the connection',
      'salesos',
      () => providers.sandbox.set('salesos', { fault: token({ drop: true }) }),
      'provider-unreachable',
    ],
    [
      'the token endpoint points elsewhere',
      'salesos',
      () =>
        providers.sandbox.set('salesos', {
          fault: token({
            status: 307,
            body: '',
            headers: { location: 'https://api.getbase.com/oauth2/token' },
          }),
        }),
      'provider-unreachable',
    ],
    [
      'the token endpoint does not accept the client',
      'salesos',
      () =>
        providers.sandbox.set('salesos', {
          fault: token({ status: 401, body: { error: 'invalid_client' } }),
        }),
      'setup-wrong: client-refused',
    ],
    [
      'the API is dead',
      'sell',
      () => providers.sandbox.set('sell', { fault: { path: '/v2/users/self', drop: true } }),
      'provider-unreachable',
    ],
    [
      'the probe answers with something else',
      'sell',
      () => providers.sandbox.set('sell', { fault: { path: '/v2/users/self', body: { data: {} } } }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'the sign-in page cannot be loaded',
      'sell',
      () => providers.sandbox.set('sell', { dead: true }),
      'provider-unreachable: page-not-loaded',
    ],
    [
      'the browser cannot open a window',
      'sell',
      () => {
        world.signIn = () => Promise.reject(new Error('Invalid request'))
      },
      'provider-unreachable: page-not-loaded',
    ],
  ]

  function deny(): void {
    providers.person.decision = 'deny'
  }

  function redirectFault(
    provider: 'sell' | 'salesos',
    fault: 'no-state' | 'wrong-state' | 'wrong-path' | 'wrong-iss' | 'empty' | 'server-error' | 'used-code',
  ): void {
    providers.sandbox.set(provider, { redirectFault: fault })
  }

  it.each(cases)('fails that attempt and changes nothing else: %s', async (_, provider, arrange, words) => {
    await startWithSetup()
    const other = await connected(provider === 'sell' ? 'salesos' : 'sell')
    const before = view()
    arrange()

    expect(await failed(provider)).toBe(words)
    expect(view()).toEqual({ ...before, attempts: view().attempts })
    expect((await onDisk()).credentials).toEqual([expect.objectContaining({ connection: other })])
    expect(authWindow()).toBeUndefined()
  })

  it('gives back a login that it does not keep, but never one that is another app’s', async () => {
    await startWithSetup()
    const revocations = () => providers.sandbox.saw({ path: '/oauth2/revoke' })
    providers.sandbox.set('sell', { foreignToken: true })
    expect(await failed('sell')).toBe('foreign-token')
    expect(revocations()).toEqual([])
    providers.sandbox.set('sell', { foreignToken: false, fault: { path: '/v2/users/self', status: 500 } })
    expect(await failed('sell')).toBe('provider-unreachable')
    expect(revocations()).toMatchObject([{ body: { token_type_hint: 'access_token' } }])
  })

  it('says what came of the attempt before, and tries again with a click', async () => {
    providers.person.decision = 'deny'
    await startWithSetup()
    expect(await failed('sell')).toBe('denied')
    providers.person.decision = 'allow'
    await connected('sell')
    expect(view().attempts).toEqual([])
  })

  it('gives a token endpoint up that never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await startWithSetup()
    const held = holdBack(/\/oauth\/token$/)
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await held.reached
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await attemptFailed('salesos')).toBe('provider-unreachable')
  })

  it('closes the window of a sign-in that takes ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await startWithSetup()
    const opened = nobodySignsIn()
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await opened
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect(await attemptFailed('sell')).toBe('timed-out')
    await vi.waitFor(() => expect(authWindow()).toBeUndefined())
  })

  it('says cancelled when the user closes the window', async () => {
    await startWithSetup()
    const opened = nobodySignsIn()
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await opened
    world.closeWindow(authWindow()?.id ?? 0)
    expect(await attemptFailed('sell')).toBe('cancelled')
  })

  it('fails a rejection of the browser that nobody foresaw as unexpected', async () => {
    await startWithSetup()
    world.signIn = () => Promise.reject(new Error('The moon is in the way'))
    expect(await failed('sell')).toBe('unexpected')
  })
})

describe('connect, before anything is sent', () => {
  const nothingSent = () => {
    expect(providers.sandbox.saw()).toEqual([])
    expect(world.flows).toEqual([])
  }

  it('fails without a setup', async () => {
    await startWorker()
    expect(await failed('sell')).toBe('setup-wrong: setup-missing')
    nothingSent()
  })

  it('fails for a provider that the setup does not have', async () => {
    const { providers: configured, ...setup } = sandboxSetup()
    await startWithSetup({ ...setup, providers: configured.filter(({ id }) => id === 'salesos') })
    expect(await failed('sell')).toBe('setup-wrong: provider-not-in-setup')
    nothingSent()
  })

  it('forgets what failed for want of a setup once there is one', async () => {
    await startWorker()
    await failed('sell')
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(sandboxSetup()) })
    expect(view().attempts).toEqual([])
  })

  it('fails while everything is stopped', async () => {
    await startWithSetup()
    await ask(senders.popup(), 'stop', { on: true })
    expect(await failed('sell')).toBe('stopped')
    nothingSent()
  })

  it.each(['nobody', 'constructor', '__proto__', 'Sell'])('refuses a provider that is none: %s', async id => {
    await startWithSetup()
    expect(await refused(senders.popup(), 'connect', { provider: id })).toBe('bad-request')
    expect(view().attempts).toEqual([])
    nothingSent()
  })

  it('asks for the scopes and the audience that the setup names', async () => {
    await startWithSetup({
      version: 1,
      providers: [
        {
          id: 'salesos',
          clientId: clients.salesos.id,
          scopes: ['openid', 'email'],
          audience: 'https://api.play2sell.com',
        },
      ],
    })
    await connected('salesos')
    expect(authorizeRequests()[0]?.query.scope).toBe('openid email')
    expect(view().connections[0]).toMatchObject({ renews: 'sign-in', scopes: { asked: ['openid', 'email'] } })
  })
})

describe('connect, clicked twice', () => {
  it('opens one window', async () => {
    await startWithSetup()
    await Promise.all([
      ask(senders.popup(), 'connect', { provider: 'sell' }),
      ask(senders.popup(), 'connect', { provider: 'sell' }),
    ])
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await untilView(({ connections }) => connections.length === 1)
    expect(world.flows).toHaveLength(1)
    expect(providers.sandbox.saw({ path: '/v2/users/self' })).toHaveLength(1)
  })

  it('lets a second provider wait until the window of the first is closed', async () => {
    await startWithSetup()
    await Promise.all([
      ask(senders.popup(), 'connect', { provider: 'sell' }),
      ask(senders.popup(), 'connect', { provider: 'salesos' }),
    ])
    const { connections } = await untilView(now => now.connections.length === 2)
    expect(new Set(connections.map(({ provider }) => provider))).toEqual(new Set(['sell', 'salesos']))
  })
})

describe('cancel', () => {
  it('closes the window and says cancelled; the next click begins anew', async () => {
    await startWithSetup()
    const opened = nobodySignsIn()
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await opened
    const attempt = view().attempts[0]?.id ?? ''
    await ask(senders.popup(), 'cancel', { attempt })
    expect(await attemptFailed('sell')).toBe('cancelled')
    await vi.waitFor(() => expect(authWindow()).toBeUndefined())

    world.signIn = providers.signIn
    await connected('sell')
  })

  it('closes no window but the provider’s', async () => {
    await startWithSetup()
    const opened = nobodySignsIn()
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await opened
    const pages = world.openWindow({
      type: 'popup',
      url: 'https://app.futuresimple.com/chat',
      openerTabId: 3,
    })
    const ours = world.openWindow({
      type: 'popup',
      url: `chrome-extension://${extensionId}/src/screens/consent/index.html`,
    })
    await ask(senders.popup(), 'cancel', { attempt: view().attempts[0]?.id ?? '' })
    expect(await attemptFailed('sell')).toBe('cancelled')
    await vi.waitFor(() =>
      expect([...world.windows.values()].filter(({ type }) => type === 'popup')).toEqual([pages, ours]),
    )
  })

  it('says cancelled while the code is being redeemed, too', async () => {
    await startWithSetup()
    const held = holdBack(/\/oauth\/token$/)
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await held.reached
    await ask(senders.popup(), 'cancel', { attempt: view().attempts[0]?.id ?? '' })
    expect(await attemptFailed('salesos')).toBe('cancelled')
    expect(view().connections).toEqual([])
  })

  it('gives back the login that came after it', async () => {
    await startWithSetup()
    const held = holdBack(/\/userinfo$/)
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await held.reached
    await ask(senders.popup(), 'cancel', { attempt: view().attempts[0]?.id ?? '' })
    held.release()
    expect(await attemptFailed('salesos')).toBe('cancelled')
    const [revoked] = providers.sandbox.saw({ path: '/oauth/revoke' })
    expect(revoked).toMatchObject({ status: 200, body: { token_type_hint: 'refresh_token' } })
    expect(view().connections).toEqual([])
    expect((await onDisk()).credentials).toEqual([])
  })

  it('does nothing to an attempt that is over', async () => {
    providers.person.decision = 'deny'
    await startWithSetup()
    await failed('sell')
    await ask(senders.popup(), 'cancel', { attempt: view().attempts[0]?.id ?? '' })
    expect(view().attempts[0]?.fault).toEqual({ code: 'denied' })
  })
})

describe('connect, with a host that the browser does not let us reach', () => {
  const host = 'https://api.getbase.com/*'
  const untilWaiting = () => untilView(({ attempts }) => attempts[0]?.status === 'waiting')

  async function startWaiting(): Promise<string> {
    world.granted.delete(host)
    await startWithSetup()
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    const { attempts } = await untilWaiting()
    return attempts[0]?.id ?? ''
  }

  it('waits, with an alarm, and sends nothing', async () => {
    const before = Date.now()
    const attempt = await startWaiting()
    expect(world.flows).toEqual([])
    expect(providers.sandbox.saw()).toEqual([])
    expect([...world.alarms.keys()]).toEqual([`attempt:${attempt}`])
    expect(world.alarms.get(`attempt:${attempt}`)).toBeGreaterThanOrEqual(before + 2 * 60_000)
  })

  it('goes on when the host is granted, without another click', async () => {
    await startWaiting()
    world.grant(host)
    await untilView(({ connections }) => connections.length === 1)
    expect(world.flows).toHaveLength(1)
    expect([...world.alarms.keys()]).toEqual([])
  })

  it('keeps waiting when another host is granted', async () => {
    await startWaiting()
    world.grant('https://elsewhere.example/*')
    await ask(senders.popup(), 'hello', {})
    expect(view().attempts[0]?.status).toBe('waiting')
    expect(world.flows).toEqual([])
  })

  it('goes on with a granted host when a screen opens, should the event have been missed', async () => {
    await startWaiting()
    world.granted.add(host)
    await ask(senders.popup(), 'hello', {})
    await untilView(({ connections }) => connections.length === 1)
  })

  it('goes on once, however many events come', async () => {
    await startWaiting()
    world.grant(host)
    world.grant(host)
    await Promise.all([ask(senders.popup(), 'hello', {}), ask(senders.popup(), 'hello', {})])
    await untilView(({ connections }) => connections.length === 1)
    expect(world.flows).toHaveLength(1)
  })

  it('fails when the user answers no', async () => {
    await startWaiting()
    await ask(senders.popup(), 'permissionRefused', { provider: 'sell' })
    expect(await attemptFailed('sell')).toBe('permission-missing')
    expect([...world.alarms.keys()]).toEqual([])
  })

  it('fails when nobody answers until the alarm', async () => {
    const attempt = await startWaiting()
    world.ring(`attempt:${attempt}`)
    expect(await attemptFailed('sell')).toBe('permission-missing')
  })

  it('can be cancelled', async () => {
    const attempt = await startWaiting()
    await ask(senders.popup(), 'cancel', { attempt })
    expect(await attemptFailed('sell')).toBe('cancelled')
    world.grant(host)
    await ask(senders.popup(), 'hello', {})
    expect(world.flows).toEqual([])
  })

  it('can be cancelled while the browser is still being asked for the host', async () => {
    world.granted.delete(host)
    await startWithSetup()
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await ask(senders.popup(), 'cancel', { attempt: view().attempts[0]?.id ?? '' })
    expect(await attemptFailed('sell')).toBe('cancelled')
  })

  it('can be cancelled in the moment in which it goes on', async () => {
    const attempt = await startWaiting()
    world.granted.add(host)
    await Promise.all([ask(senders.popup(), 'hello', {}), ask(senders.popup(), 'cancel', { attempt })])
    expect(await attemptFailed('sell')).toBe('cancelled')
    await until(() => authWindow() === undefined)
    expect(view().connections).toEqual([])
    expect(view().attempts[0]).toMatchObject({ status: 'failed', fault: { code: 'cancelled' } })
  })

  it('goes on after the worker died', async () => {
    await startWaiting()
    await restartWorker()
    expect(view().attempts[0]?.status).toBe('waiting')
    world.grant(host)
    await untilView(({ connections }) => connections.length === 1)
  })

  it('goes on at the start of a worker when the host was granted meanwhile', async () => {
    await startWaiting()
    world.granted.add(host)
    await restartWorker()
    await untilView(({ connections }) => connections.length === 1)
  })

  it('fails at the start of a worker when the time is long over', async () => {
    await startWaiting()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 60_000 + 1 })
    await restartWorker()
    expect(await attemptFailed('sell')).toBe('permission-missing')
  })
})

describe('connect, when the worker dies', () => {
  it('says interrupted, and begins anew with a click', async () => {
    await startWithSetup()
    const opened = nobodySignsIn()
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await opened
    await untilRunning()
    await restartWorker()
    expect(await attemptFailed('salesos')).toBe('interrupted')
    expect(view().connections).toEqual([])

    // The window of the dead one still stands there, and the browser opens no other beside it.
    const orphan = authWindow()?.id ?? 0
    expect(orphan).toBeGreaterThan(0)
    world.signIn = providers.signIn
    await connected('salesos')
    expect(world.windows.has(orphan)).toBe(false)
  })

  it('begins anew with a click when it died before the view knew of the attempt', async () => {
    await startWithSetup()
    const died = dieBeforeView()
    void ask(senders.popup(), 'connect', { provider: 'salesos' })
    await died
    await startWorker()
    expect(await attemptFailed('salesos')).toBe('interrupted')
    await connected('salesos')
  })
})

describe('connect, again', () => {
  it('asks for another account where there is one, and keeps both', async () => {
    await startWithSetup()
    const first = await connected('salesos')
    providers.person.user = providers.sandbox.users.colleague
    const second = await connected('salesos')
    expect(authorizeRequests().map(({ query }) => query.prompt)).toEqual([undefined, 'login'])
    expect(view().connections.map(({ id, account }) => [id, account?.email])).toEqual([
      [first, 'mia.lindqvist@acme.example'],
      [second, 'tom.okafor@acme.example'],
    ])
    expect((await onDisk()).credentials).toHaveLength(2)
  })

  it('updates the connection of the same account in place', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    await allowOnSite()
    const before = view()
    const credentials = (await onDisk()).credentials
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await untilView(({ attempts }) => attempts.length === 1)
    await untilView(({ attempts }) => attempts.length === 0)
    // The login is another one, and lives on from now.
    expect(view().connections).toEqual(
      before.connections.map(connection => ({ ...connection, loginEndsAt: expect.any(Number) })),
    )
    expect(view().permits).toEqual(before.permits)
    const after = (await onDisk()).credentials
    expect(after).toMatchObject([{ connection: id, refreshToken: expect.any(String) }])
    expect(after).not.toEqual(credentials)
  })

  it('keeps two unknown accounts apart', async () => {
    providers.sandbox.set('sell', { selfForbidden: true })
    await startWithSetup()
    await connected('sell')
    await connected('sell')
    expect(view().connections).toHaveLength(2)
  })
})

describe('connect, to reconnect', () => {
  it('recovers a connection that the provider had ended, and tells its sites', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    await allowOnSite()
    const { noteFailure } = await import('../../src/background/wellbeing')
    const { AppError } = await import('../../src/shared/errors')
    await noteFailure(id, new AppError('reconnect-required'))
    expect(view().connections[0]).toMatchObject({
      status: 'needs-attention',
      fault: { code: 'reconnect-required' },
    })
    const page = openDocument()

    await ask(senders.popup(), 'connect', { provider: 'salesos', connection: id })
    const after = await untilView(now => now.connections[0]?.status === 'connected')
    expect(after.connections[0]?.id).toBe(id)
    expect(after.connections[0]?.fault).toBeUndefined()
    expect(after.permits).toHaveLength(1)
    await vi.waitFor(() => expect(page.heard).toEqual([{ news: 'recovered' }]))
  })

  it('refuses another account, gives its login back and changes nothing', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    const before = view()
    const { credentials } = await onDisk()
    providers.visitor.close()
    providers.sandbox.signOut('salesos')
    providers.person.user = providers.sandbox.users.colleague

    expect(await failed('salesos', { connection: id })).toBe('wrong-account')
    expect(view()).toEqual({ ...before, attempts: view().attempts })
    expect((await onDisk()).credentials).toEqual(credentials)
    const revoked = providers.sandbox.saw({ path: '/oauth/revoke' })
    expect(revoked).toHaveLength(1)
    expect(revoked[0]?.status).toBe(200)
    expect(revoked[0]?.body).not.toMatchObject({
      token: credentials?.map(one => Object(one).refreshToken)[0],
    })
  })

  it('gives no login back that is on disk, whatever went wrong after that', async () => {
    await startWithSetup()
    const area = world.storage.session
    const { set } = area
    area.set = items => {
      const { held = {} } = Object(items.tokens) as { held?: object }
      if (Object.keys(held).length === 0) return set.call(area, items)
      area.set = set
      throw new Error('Session storage quota bytes exceeded. Values were not stored.')
    }
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    const { connections } = await untilView(now => now.connections.length > 0)
    await settled()
    expect(providers.sandbox.saw({ path: '/oauth/revoke' })).toEqual([])
    await restartWorker()
    const { accessToken } = await import('../../src/background/broker')
    await accessToken(String(connections[0]?.id))
  })

  it('gives nothing back that may be the login of another connection', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    providers.visitor.forget()
    providers.person.user = providers.sandbox.users.colleague
    await connected('salesos')
    expect(await failed('salesos', { connection: id })).toBe('wrong-account')
    // Where one token takes the whole grant along, the colleague's connection would be gone.
    expect(providers.sandbox.saw({ path: '/oauth/revoke' })).toEqual([])
  })

  it('gives what was allowed to an unknown account to nobody whose name it learns', async () => {
    providers.sandbox.set('sell', { selfForbidden: true })
    await startWithSetup()
    const id = await connected('sell')
    await allowOnSite()
    expect(view().permits).toHaveLength(1)
    providers.sandbox.set('sell', { selfForbidden: false })
    await ask(senders.popup(), 'connect', { provider: 'sell', connection: id })
    await untilView(({ connections }) => connections[0]?.account !== null)
    expect(view().permits).toEqual([])
    expect((await onDisk()).permits).toEqual([])
  })

  it('refuses a connection of another provider, or of nobody', async () => {
    await startWithSetup()
    const sell = await connected('sell')
    expect(await refused(senders.popup(), 'connect', { provider: 'salesos', connection: sell })).toBe(
      'bad-request',
    )
    expect(await refused(senders.popup(), 'connect', { provider: 'salesos', connection: 'nobody' })).toBe(
      'bad-request',
    )
    expect(view().attempts).toEqual([])
  })

  it('does not bring back a connection that was disconnected meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    await startWithSetup()
    const id = await connected('salesos')
    const held = holdBack(/\/userinfo$/)
    await ask(senders.popup(), 'connect', { provider: 'salesos', connection: id })
    await held.reached
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 0)
    held.release()
    expect(await attemptFailed('salesos')).toBe('not-connected')
    expect((await onDisk()).credentials).toEqual([])
  })
})
