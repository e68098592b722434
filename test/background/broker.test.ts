import { describe, expect, it, vi } from 'vitest'
import { openDocument } from '../fakes/documents'
import { answerBy, holdBack } from '../fakes/network'
import { allowOnSite, connected, startWithSetup, tokenRequests, withProviders } from '../fakes/providers'
import { json } from '../fakes/server'
import {
  ask,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import type { Fault } from '../sandbox/sandbox'

const providers = withProviders()
const minute = 60_000

/** The broker of the life that runs now. */
const broker = () => import('../../src/background/broker')

const accessToken = async (...args: Parameters<Awaited<ReturnType<typeof broker>>['accessToken']>) =>
  (await broker()).accessToken(...args)

/** The words of a rejection: `code` or `code: reason`. */
async function words(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    value => {
      throw new Error(`This was not refused: ${JSON.stringify(value)}`)
    },
    (thrown: unknown) => Object(thrown),
  )
  return error.reason ? `${error.code}: ${error.reason}` : String(error.code)
}

/** Everybody's clock goes on; nothing else does. */
function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}

const refreshTokenOnDisk = async () => (await onDisk()).credentials?.map(row => Object(row).refreshToken)[0]

/** A SalesOS connection, all requests so far forgotten. Its tokens live for ten minutes. */
async function salesos(): Promise<string> {
  await startWithSetup()
  const id = await connected('salesos')
  providers.sandbox.forget()
  return id
}

/** A Sell connection by the implicit grant. Its tokens live for an hour. */
async function sell(): Promise<string> {
  await startWithSetup()
  const id = await connected('sell')
  providers.sandbox.forget()
  world.flows.length = 0
  return id
}

describe('accessToken', () => {
  it('gives a fresh token without any request', async () => {
    const id = await salesos()
    const first = await accessToken(id)
    expect(await accessToken(id)).toEqual(first)
    expect(first.expiresAt).toBeGreaterThan(Date.now() + 9 * minute)
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('gives it after the worker was started again, without opening IndexedDB', async () => {
    const id = await salesos()
    const { value } = await accessToken(id)
    await restartWorker()
    const open = vi.spyOn(indexedDB, 'open')
    expect((await accessToken(id)).value).toBe(value)
    expect(open).not.toHaveBeenCalled()
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('refreshes once for fifty who ask at once', async () => {
    const id = await salesos()
    const { value: old } = await accessToken(id)
    later(11 * minute)
    const tokens = await Promise.all(Array.from({ length: 50 }, () => accessToken(id)))
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1)
    expect(tokens[0]?.value).not.toBe(old)
    expect(tokenRequests(providers.sandbox)).toEqual([
      expect.objectContaining({ grant_type: 'refresh_token', refresh_token: expect.any(String) }),
    ])
  })

  it('asks for no narrower scopes where all are wanted', async () => {
    const id = await salesos()
    later(11 * minute)
    expect((await accessToken(id)).scopes).toContain('offline_access')
    expect(tokenRequests(providers.sandbox)[0]).not.toHaveProperty('scope')
  })

  it('uses the rotated refresh token the next time, also in another life', async () => {
    const id = await salesos()
    const first = await refreshTokenOnDisk()
    later(11 * minute)
    await accessToken(id)
    const second = await refreshTokenOnDisk()
    expect(second).not.toBe(first)
    await restartBrowser()
    later(11 * minute)
    await accessToken(id)
    expect(tokenRequests(providers.sandbox).map(sent => sent.refresh_token)).toEqual([first, second])
    expect(view().connections[0]?.status).toBe('connected')
  })

  /** A disk on which one store takes nothing more. */
  function fill(store: string) {
    const { put } = IDBObjectStore.prototype
    return vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args
    ) {
      if (this.name === store) throw new DOMException('The disk is full', 'QuotaExceededError')
      return put.apply(this, args)
    })
  }

  it('hands out no token whose rotated refresh token could not be written', async () => {
    const id = await salesos()
    later(11 * minute)
    const full = fill('credentials')
    await expect(accessToken(id)).rejects.toThrow()
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
    full.mockRestore()
  })

  it('uses up no refresh token where it could not write that down before', async () => {
    const id = await salesos()
    later(11 * minute)
    const full = fill('journal')
    await expect(accessToken(id)).rejects.toThrow()
    expect(tokenRequests(providers.sandbox)).toEqual([])
    full.mockRestore()
    await accessToken(id)
  })

  it('refreshes scope sets one after the other, each with the token that the one before left', async () => {
    const id = await salesos()
    later(11 * minute)
    const [narrow, whole, again] = await Promise.all([
      accessToken(id, { scopes: ['leads:read'] }),
      accessToken(id),
      accessToken(id, { scopes: ['leads:read'] }),
    ])
    expect(narrow.value).not.toBe(whole.value)
    expect(again.value).toBe(narrow.value)
    const [first, second, ...more] = tokenRequests(providers.sandbox)
    expect(more).toEqual([])
    expect([first?.scope, second?.scope]).toEqual(['leads:read', undefined])
    expect(second?.refresh_token).not.toBe(first?.refresh_token)
    expect(view().connections[0]?.status).toBe('connected')
  })

  it('gives a fresh token at once while another scope set is being refreshed', async () => {
    const id = await salesos()
    const held = holdBack(/\/oauth\/token$/)
    const narrow = accessToken(id, { scopes: ['leads:read'] })
    await held.reached
    expect((await accessToken(id)).scopes).toContain('openid')
    expect(tokenRequests(providers.sandbox)).toEqual([])
    held.release()
    expect((await narrow).scopes).toEqual(['leads:read'])
  })

  it('does not give a token again that the API has refused, and renews it once for all', async () => {
    const id = await salesos()
    const { value: refusedValue } = await accessToken(id)
    const renewed = await Promise.all([
      accessToken(id, { refused: refusedValue }),
      accessToken(id, { refused: refusedValue }),
    ])
    expect(renewed[0].value).not.toBe(refusedValue)
    expect(renewed[1].value).toBe(renewed[0].value)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('uses the living token while an early renewal fails', async () => {
    const id = await salesos()
    const { value } = await accessToken(id)
    providers.sandbox.set('salesos', { fault: { path: '/oauth/token', status: 503, body: 'Busy' } })
    later(9.5 * minute)
    expect((await accessToken(id)).value).toBe(value)
    expect(view().connections[0]).toMatchObject({ status: 'connected' })
    // Not every call in the token's last minute tries again.
    expect((await accessToken(id)).value).toBe(value)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('ends the connection when an early renewal is refused, though the token still lives', async () => {
    const id = await salesos()
    providers.sandbox.withdraw('salesos')
    later(9.5 * minute)
    expect(await words(accessToken(id))).toBe('reconnect-required')
    expect(view().connections[0]).toMatchObject({ status: 'needs-attention' })
    expect((await onDisk()).credentials).toEqual([])
  })

  it.each<[words: string, state: object, arrange: (id: string) => Promise<unknown>]>([
    ['stopped', { status: 'connected' }, () => ask(senders.popup(), 'stop', { on: true })],
    [
      'not-connected: disconnecting',
      { status: 'disconnecting' },
      id => ask(senders.popup(), 'disconnect', { connection: id }),
    ],
  ])('refuses with %s, and sends nothing', async (expected, state, arrange) => {
    const id = await salesos()
    await arrange(id)
    expect(await words(accessToken(id))).toBe(expected)
    later(11 * minute)
    expect(await words(accessToken(id))).toBe(expected)
    expect(view().connections[0]).toMatchObject(state)
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('goes on after everything was stopped and started again', async () => {
    const id = await salesos()
    const { value } = await accessToken(id)
    await ask(senders.popup(), 'stop', { on: true })
    await ask(senders.popup(), 'stop', { on: false })
    expect((await accessToken(id)).value).toBe(value)
  })

  it('stays stopped when the browser is started again', async () => {
    const id = await salesos()
    await ask(senders.popup(), 'stop', { on: true })
    await restartBrowser()
    expect(view().stopped).toBe(true)
    expect(await words(accessToken(id))).toBe('stopped')
  })

  it('refuses a connection that is none', async () => {
    await salesos()
    expect(await words(accessToken('nobody'))).toBe('not-connected')
  })

  it('sends no refresh token where the browser would not let us read the answer', async () => {
    const id = await salesos()
    later(11 * minute)
    world.granted.delete('https://auth.play2sell.com/*')
    expect(await words(accessToken(id))).toBe('permission-missing')
    expect(providers.sandbox.saw()).toEqual([])
    world.granted.add('https://auth.play2sell.com/*')
    await accessToken(id)
  })

  it('hands nothing out that came after Disconnect was clicked', async () => {
    const id = await salesos()
    later(11 * minute)
    const held = holdBack(/\/oauth\/token$/)
    const asked = words(accessToken(id))
    await held.reached
    await ask(senders.popup(), 'disconnect', { connection: id })
    held.release()
    expect(await asked).toBe('not-connected: disconnecting')
    expect(view().connections[0]?.status).toBe('disconnecting')
  })

  it('hands nothing out that came after everything was stopped', async () => {
    const id = await salesos()
    later(11 * minute)
    const held = holdBack(/\/oauth\/token$/)
    const asked = words(accessToken(id))
    await held.reached
    await ask(senders.popup(), 'stop', { on: true })
    held.release()
    expect(await asked).toBe('stopped')
  })
})

describe('accessToken, when the provider refuses the refresh token', () => {
  it.each([400, 403] as const)(
    'ends that connection and no other, by status %i',
    async refreshRefusalStatus => {
      await startWithSetup()
      const id = await connected('salesos')
      await allowOnSite()
      providers.person.user = providers.sandbox.users.colleague
      const other = await connected('salesos')
      const permits = view().permits
      providers.sandbox.set('salesos', { refreshRefusalStatus })
      // The provider forgets this login: the person has ended it there.
      const [mine] = (await onDisk()).credentials?.filter(row => Object(row).connection === id) ?? []
      await providers.visitor.send('https://auth.play2sell.com/oauth/revoke', {
        method: 'POST',
        body: {
          client_id: view().setup?.providers.salesos?.clientId ?? '',
          token: String(Object(mine).refreshToken),
        },
      })
      const page = openDocument()
      later(11 * minute)

      expect(await words(accessToken(id))).toBe('reconnect-required')
      expect(view().connections.find(one => one.id === id)).toMatchObject({
        status: 'needs-attention',
        fault: { code: 'reconnect-required' },
      })
      expect((await onDisk()).credentials).toEqual([expect.objectContaining({ connection: other })])
      expect(view().permits).toEqual(permits)
      expect(page.heard).toEqual([{ news: 'needs-attention' }])
      await accessToken(other)

      providers.sandbox.forget()
      expect(await words(accessToken(id))).toBe('reconnect-required')
      expect(providers.sandbox.saw()).toEqual([])
    },
  )
})

describe('accessToken, when a refresh fails in any other way', () => {
  const at = (fault: Omit<Fault, 'path'>): Fault => ({ path: '/oauth/token', ...fault })
  const json = 'application/json'

  it.each<[title: string, fault: Fault, words: string]>([
    ['500', at({ status: 500, body: 'Oh' }), 'provider-unreachable'],
    [
      '503 with an OAuth error',
      at({ status: 503, body: { error: 'invalid_grant' } }),
      'provider-unreachable',
    ],
    [
      '429 with an OAuth error',
      at({ status: 429, body: { error: 'invalid_grant' } }),
      'provider-unreachable',
    ],
    ['429 without a body', at({ status: 429, body: '' }), 'provider-unreachable'],
    ['a network that is down', at({ drop: true }), 'provider-unreachable'],
    ['HTML', at({ status: 200, body: '<title>Portal</title>' }), 'provider-rejected: nonsense-answer'],
    [
      'HTML with 400',
      at({ status: 400, body: '<p>invalid_grant</p>' }),
      'provider-rejected: nonsense-answer',
    ],
    ['200 with an error', at({ body: { error: 'invalid_grant' } }), 'provider-rejected: nonsense-answer'],
    [
      'half a JSON',
      at({ body: '{"access_token":', contentType: json }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'a token of another type',
      at({ body: { access_token: 'a', token_type: 'mac', expires_in: 60 } }),
      'provider-rejected: nonsense-answer',
    ],
    ['invalid_request', at({ status: 400, body: { error: 'invalid_request' } }), 'provider-rejected'],
    ['invalid_scope', at({ status: 400, body: { error: 'invalid_scope' } }), 'scope-missing'],
    ['a body without end', at({ body: 'x'.repeat(300 * 1024) }), 'provider-rejected: too-large'],
  ])('ends nothing: %s', async (_, fault, expected) => {
    const id = await salesos()
    const { credentials } = await onDisk()
    later(11 * minute)
    providers.sandbox.set('salesos', { fault })
    expect(await words(accessToken(id))).toBe(expected)
    expect(view().connections[0]).toMatchObject({ id, status: 'connected' })
    expect(view().connections[0]?.fault).toBeUndefined()
    // Only an answer in words that the protocol knows is one.
    const isAnswer = expected === 'provider-rejected' || expected === 'scope-missing'
    expect(view().connections[0]?.notAnswering === true).toBe(!isAnswer)
    expect((await onDisk()).credentials).toEqual(credentials)

    providers.sandbox.set('salesos', { fault: null })
    await accessToken(id)
    expect(view().connections[0]?.notAnswering).toBeUndefined()
  })

  it('ends nothing: no answer within 15 s', async () => {
    const id = await salesos()
    later(11 * minute)
    providers.sandbox.set('salesos', { fault: at({ hang: true }) })
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() + 11 * minute })
    const asked = words(accessToken(id))
    await providers.sandbox.waitFor({ path: '/oauth/token' })
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await asked).toBe('provider-unreachable')
    expect(view().connections[0]).toMatchObject({ status: 'connected', notAnswering: true })
  })

  it('says of the setup, and not of the connection, that the client is refused', async () => {
    const id = await salesos()
    const { credentials } = await onDisk()
    later(11 * minute)
    providers.sandbox.set('salesos', { fault: at({ status: 401, body: { error: 'invalid_client' } }) })
    expect(await words(accessToken(id))).toBe('setup-wrong: client-refused')
    expect(view().setupFaults).toEqual({ salesos: { code: 'setup-wrong', reason: 'client-refused' } })
    expect(view().connections[0]).toMatchObject({ status: 'connected' })
    expect((await onDisk()).credentials).toEqual(credentials)
  })

  it('says that a failed answer was no news once it is well again', async () => {
    const id = await salesos()
    await allowOnSite()
    later(11 * minute)
    providers.sandbox.set('salesos', { fault: at({ status: 500, body: '' }) })
    await words(accessToken(id))
    const page = openDocument()
    providers.sandbox.set('salesos', { fault: null })
    await accessToken(id)
    expect(page.heard).toEqual([{ news: 'recovered' }])
  })
})

describe('accessToken, without a refresh token', () => {
  it('signs in silently when the token has ended, for the same account', async () => {
    const id = await sell()
    const { value } = await accessToken(id)
    later(61 * minute)
    const renewed = await accessToken(id)
    expect(renewed.value).not.toBe(value)
    expect(world.flows).toEqual([{ url: expect.stringContaining('/oauth2/authorize'), interactive: false }])
    expect(providers.sandbox.saw({ path: '/oauth2/token/info' })).toHaveLength(1)
    expect(providers.sandbox.saw({ path: '/v2/users/self' })).toHaveLength(1)
    expect(view().connections[0]).toMatchObject({ id, status: 'connected' })
  })

  it('signs in silently once for many who ask', async () => {
    const id = await sell()
    later(61 * minute)
    await Promise.all(Array.from({ length: 20 }, () => accessToken(id)))
    expect(world.flows).toHaveLength(1)
  })

  it('keeps its row over a restart of the browser, and signs in silently then', async () => {
    const id = await sell()
    await restartBrowser()
    expect(view().connections[0]).toMatchObject({ id, status: 'connected' })
    await accessToken(id)
    expect(world.flows.map(({ interactive }) => interactive)).toEqual([false])
  })

  it('asks to sign in again when another account is signed in at the provider', async () => {
    await startWithSetup()
    const id = await connected('sell')
    later(61 * minute)
    // The colleague signs in at Sell's own page, and agrees to our app.
    providers.sandbox.signOut('sell')
    await providers.visitor.authorize(world.flows[0]?.url ?? '', providers.sandbox.users.colleague)
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    expect(view().connections[0]).toMatchObject({
      status: 'needs-attention',
      fault: { code: 'reconnect-required', reason: 'sign-in-again' },
      account: { email: 'mia.lindqvist@acme.example' },
    })
  })

  it('gives nothing back that may be the login of another connection', async () => {
    await startWithSetup()
    const id = await connected('sell')
    providers.sandbox.signOut('sell')
    providers.person.user = providers.sandbox.users.colleague
    providers.visitor.forget()
    await connected('sell')
    providers.sandbox.forget()
    later(61 * minute)
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    expect(providers.sandbox.saw({ path: /revoke/ })).toEqual([])
  })

  it('asks to sign in again when nobody is signed in at the provider, and opens no window', async () => {
    const id = await sell()
    later(61 * minute)
    providers.sandbox.signOut('sell')
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    expect(await words(accessToken(id))).toBe('reconnect-required: sign-in-again')
    expect(world.flows.map(({ interactive }) => interactive)).toEqual([false])
    expect((await onDisk()).credentials).toEqual([{ connection: id }])
  })

  it('goes on after the user has signed in by Reconnect', async () => {
    const id = await sell()
    later(61 * minute)
    providers.sandbox.signOut('sell')
    await words(accessToken(id))
    await ask(senders.popup(), 'connect', { provider: 'sell', connection: id })
    await untilView(({ connections }) => connections[0]?.status === 'connected')
    await accessToken(id)
  })

  it.each<[title: string, arrange: () => void, words: string]>([
    [
      'its token is another app’s',
      () => providers.sandbox.set('sell', { foreignToken: true }),
      'foreign-token',
    ],
    [
      'its state is another one',
      () => providers.sandbox.set('sell', { redirectFault: 'wrong-state' }),
      'bad-state',
    ],
    [
      'the provider is down',
      () => providers.sandbox.set('sell', { dead: true }),
      'provider-unreachable: page-not-loaded',
    ],
    [
      'the browser may not reach the provider',
      () => world.granted.delete('https://api.getbase.com/*'),
      'permission-missing',
    ],
  ])('ends nothing when %s', async (_, arrange, expected) => {
    const id = await sell()
    later(61 * minute)
    arrange()
    expect(await words(accessToken(id))).toBe(expected)
    expect(view().connections[0]).toMatchObject({ id, status: 'connected' })
    expect(view().connections[0]?.fault).toBeUndefined()
  })

  it('keeps the living token when an early silent sign-in is of no avail', async () => {
    const id = await sell()
    const { value } = await accessToken(id)
    later(55 * minute)
    providers.sandbox.signOut('sell')
    expect((await accessToken(id)).value).toBe(value)
  })
})

describe('lease', () => {
  const scopesOf = (accessTokenValue: string): string[] =>
    JSON.parse(Buffer.from(accessTokenValue.split('.')[1] ?? '', 'base64url').toString()).scope.split(' ')

  async function leased(): Promise<string> {
    const id = await salesos()
    await allowOnSite()
    return id
  }

  it('hands out a token with the scopes of the permit and no more', async () => {
    await leased()
    const before = Date.now()
    const lease = await ask(senders.site(), 'token', { provider: 'salesos' })
    expect(lease).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresAt: expect.any(Number),
      scopes: ['leads:read'],
    })
    expect(scopesOf(lease.accessToken)).toEqual(['leads:read'])
    expect(lease.expiresAt).toBeGreaterThan(before + 9 * minute)
    expect(lease.expiresAt).toBeLessThanOrEqual(Date.now() + 10 * minute)
    expect(tokenRequests(providers.sandbox)).toEqual([
      expect.objectContaining({ grant_type: 'refresh_token', scope: 'leads:read' }),
    ])
  })

  it('answers the second time without a request', async () => {
    await leased()
    const first = await ask(senders.site(), 'token', { provider: 'salesos', scopes: ['leads:read'] })
    providers.sandbox.forget()
    expect(await ask(senders.site(), 'token', { provider: 'salesos' })).toEqual(first)
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('hands out no wider token for a list of no scopes', async () => {
    await leased()
    const reply = await ask(senders.site(), 'token', { provider: 'salesos', scopes: [] }).catch(
      (error: unknown) => ({ refused: Object(error).code, accessToken: undefined }),
    )
    if (reply.accessToken !== undefined) expect(scopesOf(reply.accessToken)).toEqual(['leads:read'])
  })

  it('hands out no scope beyond the permit', async () => {
    await leased()
    for (const scopes of [['leads:write'], ['leads:read', 'email'], ['leads:read email'], ['']])
      expect(await refused(senders.site(), 'token', { provider: 'salesos', scopes })).toMatch(
        /^(?:not-permitted: needs-gesture|bad-request)$/,
      )
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })

  it('hands out no token that lives longer than an hour; calls are made with it all the same', async () => {
    providers.sandbox.set('salesos', { accessTokenSeconds: 86_400 })
    await leased()
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe(
      'not-permitted: long-lived-token',
    )
    expect(await ask(senders.site(), 'fetch', { provider: 'salesos', path: '/v1/leads' })).toMatchObject({
      status: 200,
    })
  })

  it('hands out a long-lived token in its last hour', async () => {
    providers.sandbox.set('salesos', { accessTokenSeconds: 4 * 60 * 60 })
    await leased()
    await refused(senders.site(), 'token', { provider: 'salesos' })
    later(3 * 60 * minute + minute)
    const lease = await ask(senders.site(), 'token', { provider: 'salesos' })
    expect(lease.expiresAt - Date.now()).toBeLessThanOrEqual(60 * minute)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('hands nothing out when its permit was ended while it waited', async () => {
    await leased()
    const held = holdBack(/\/oauth\/token$/)
    const asked = refused(senders.site(), 'token', { provider: 'salesos' })
    await held.reached
    await ask(senders.options(), 'endPermit', { permit: view().permits[0]?.id ?? '' })
    held.release()
    expect(await asked).toBe('not-permitted: no-permit')
  })

  it('hands out Sell’s token where all it can do was allowed, for there is no narrower one', async () => {
    const id = await sell()
    const { lease } = await broker()
    const held = await accessToken(id)
    expect(await words(lease(id, ['read']))).toBe('not-permitted: wide-token')
    expect(await lease(id, ['read', 'profile'])).toEqual({
      accessToken: held.value,
      tokenType: 'Bearer',
      expiresAt: held.expiresAt,
      scopes: ['read', 'profile'],
    })
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('takes no token for long-lived because the clock was set back', async () => {
    later(24 * 60 * minute)
    const id = await salesos()
    later(-24 * 60 * minute)
    const { lease } = await broker()
    const { expiresAt } = await lease(id, view().connections[0]?.scopes.granted ?? [])
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(10 * minute)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('hands out no token that can do more than was allowed, whatever the provider was asked for', async () => {
    const id = await salesos()
    const { lease } = await broker()
    const { value } = await accessToken(id)
    answerBy(/\/oauth\/token$/, () =>
      json({ access_token: value, token_type: 'Bearer', expires_in: 600, scope: 'openid leads:read' }),
    )
    expect(await words(lease(id, ['leads:read']))).toBe('not-permitted: wide-token')
  })

  it('hands out no token whose end the provider did not tell', async () => {
    const id = await salesos()
    const { lease } = await broker()
    answerBy(/\/oauth\/token$/, () =>
      json({ access_token: 'access-2', token_type: 'Bearer', scope: 'leads:read' }),
    )
    expect(await words(lease(id, ['leads:read']))).toBe('not-permitted: long-lived-token')
  })
})

describe('noteFailure', () => {
  it('leaves a connection disconnecting that fails while it is being disconnected', async () => {
    const id = await salesos()
    await ask(senders.popup(), 'disconnect', { connection: id })
    const { AppError } = await import('../../src/shared/errors')
    const { noteFailure } = await import('../../src/background/wellbeing')
    for (const error of [
      new AppError('provider-rejected', 'api-refuses-login'),
      new AppError('reconnect-required'),
      new AppError('provider-unreachable'),
    ]) {
      await noteFailure(id, error)
      expect(view().connections[0]?.status, error.message).toBe('disconnecting')
    }
  })

  it('says nothing of a connection that is gone', async () => {
    await salesos()
    const { AppError } = await import('../../src/shared/errors')
    const { noteFailure } = await import('../../src/background/wellbeing')
    const before = view()
    await noteFailure('nobody', new AppError('reconnect-required'))
    await noteFailure('nobody', new AppError('setup-wrong'))
    await noteFailure('nobody', new AppError('provider-unreachable'))
    expect(view()).toEqual(before)
  })
})
