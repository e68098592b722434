import { describe, expect, it, vi } from 'vitest'
import type { Entry } from '../../src/shared/protocol'
import { holdBack } from '../fakes/network'
import {
  attemptFailed,
  connected,
  failed,
  renewed,
  shippedHosts,
  startWithSetup,
  tokenRequests,
  withProviders,
} from '../fakes/providers'
import { placesOf } from '../fakes/secrets'
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
import { users } from '../sandbox/people'
import { clients, personalTokens, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()
const { rep } = users

/** The setup of all four, with Sell's secret, so that Sell has every flow. */
const whole = (more: object = {}) => {
  const setup = sandboxSetup({ all: true })
  return {
    ...setup,
    providers: setup.providers.map(one =>
      one.id === 'sell' ? { ...one, clientSecret: clients.sell.secret, ...more } : one,
    ),
  }
}

const north = clients.sellyticsNorth
const password: Entry = { flow: 'password', username: rep.email, password: rep.password }
const token = (which: keyof typeof personalTokens, label = 'Mine'): Entry => ({
  flow: 'personal_token',
  label,
  token: personalTokens[which].token,
})
const key = (change: Partial<Extract<Entry, { flow: 'client_credentials' }>> = {}): Entry => ({
  flow: 'client_credentials',
  label: 'North',
  clientId: north.id,
  clientSecret: north.secret,
  ...change,
})
const switchWeaker = (on: boolean) => ask(senders.options(), 'weakerFlows', { on })
const row = () => view().connections[0]

describe('Sell, by a code', () => {
  it('redeems it with Basic, and keeps the refresh token', async () => {
    await startWithSetup(whole())
    const id = await connected('sell', { flow: 'authorization_code' })
    const [asked] = providers.sandbox.saw({ path: '/oauth2/authorize' })
    expect(asked?.query).toMatchObject({
      response_type: 'code',
      client_id: clients.sell.id,
      code_challenge_method: 'S256',
    })
    const [sent] = providers.sandbox.saw({ path: '/oauth2/token' })
    const basic = Buffer.from(`${clients.sell.id}:${clients.sell.secret}`).toString('base64')
    expect(sent?.headers.authorization).toBe(`Basic ${basic}`)
    expect(Object.keys(Object(sent?.body)).sort()).toEqual([
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ])
    expect(row()).toMatchObject({
      id,
      flow: 'authorization_code',
      renews: 'refresh',
      account: { id: String(rep.id) },
    })
    expect((await onDisk()).credentials).toEqual([{ connection: id, refreshToken: expect.any(String) }])
  })

  it('has no way without the secret, and sends nothing', async () => {
    await startWithSetup(sandboxSetup())
    expect(await failed('sell', { flow: 'authorization_code' })).toBe('setup-wrong: no-way')
    expect(world.flows).toEqual([])
  })

  it('says that the app is refused where its secret is wrong', async () => {
    await startWithSetup(whole({ clientSecret: 'wrong' }))
    expect(await failed('sell', { flow: 'authorization_code' })).toBe('setup-wrong: client-refused')
  })

  it('keeps the refresh token of a fragment only where the setup wants it', async () => {
    await startWithSetup(whole({ allowImplicitRefresh: true }))
    const id = await connected('sell')
    expect(row()).toMatchObject({ flow: 'implicit', renews: 'refresh' })
    expect((await onDisk()).credentials).toEqual([{ connection: id, refreshToken: expect.any(String) }])
  })
})

describe('Sell, by a password', () => {
  it('sends it once, keeps it nowhere, and has a refresh token', async () => {
    await startWithSetup(whole())
    await switchWeaker(true)
    const id = await connected('sell', { entry: password })
    const sent = tokenRequests(providers.sandbox)
    expect(sent).toEqual([
      { grant_type: 'password', username: rep.email, password: rep.password, scope: 'read profile' },
    ])
    expect(world.flows).toEqual([])
    expect(row()).toMatchObject({ id, flow: 'password', renews: 'refresh', account: { email: rep.email } })
    expect(await placesOf(rep.password)).toEqual([])
    await restartBrowser()
    expect(await placesOf(rep.password)).toEqual([])
  })

  it.each<[title: string, arrange: () => void, words: string]>([
    ['is wrong', () => {}, 'provider-rejected: password-refused'],
    ['cannot be sent', () => providers.sandbox.set('sell', { dead: true }), 'provider-unreachable'],
    [
      'is answered with nonsense',
      () => providers.sandbox.set('sell', { fault: { path: '/oauth2/token', body: '<html>' } }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'is answered with an echo of it',
      () =>
        providers.sandbox.set('sell', {
          fault: {
            path: '/oauth2/token',
            status: 400,
            body: { error: 'invalid_request', error_description: 'wrong-3f9a5c' },
          },
        }),
      'provider-rejected',
    ],
  ])('leaves nothing behind where it %s', async (_, arrange, words) => {
    await startWithSetup(whole())
    await switchWeaker(true)
    arrange()
    const entry: Entry = { flow: 'password', username: 'nobody-77@acme.example', password: 'wrong-3f9a5c' }
    expect(await failed('sell', { entry })).toBe(words)
    expect(await placesOf('wrong-3f9a5c')).toEqual([])
    expect(await placesOf('nobody-77')).toEqual([])
  })

  it('is off until weaker flows are on, and off again', async () => {
    await startWithSetup(whole())
    expect(await failed('sell', { entry: password })).toBe('blocked-by-policy: weak-flow')
    await switchWeaker(true)
    expect(view()).toMatchObject({ weakerFlows: true })
    await switchWeaker(false)
    expect(await failed('sell', { entry: password })).toBe('blocked-by-policy: weak-flow')
    expect(tokenRequests(providers.sandbox)).toEqual([])
    expect(await placesOf(rep.password)).toEqual([])
  })

  it('is off where the rules have it off, whatever the user switches on', async () => {
    await startWithSetup({
      ...whole(),
      rules: { flows: ['implicit', 'authorization_code', 'client_credentials', 'exchange'] },
    })
    await switchWeaker(true)
    expect(await failed('sell', { entry: password })).toBe('blocked-by-policy')
    expect(await failed('sell', { entry: token('rep') })).toBe('blocked-by-policy')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('cannot be left out', async () => {
    await startWithSetup(whole())
    await switchWeaker(true)
    expect(await failed('sell', { flow: 'password' })).toBe('bad-request')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('is kept switched on when the browser is started again', async () => {
    await startWithSetup(whole())
    await switchWeaker(true)
    await restartBrowser()
    expect(view().weakerFlows).toBe(true)
  })
})

describe('Sell, by personal tokens', () => {
  it('asks what the token may do and whose it is, and keeps it as a key', async () => {
    await startWithSetup(whole())
    const id = await connected('sell', { entry: token('repSync', 'Nightly sync') })
    expect(row()).toEqual({
      id,
      provider: 'sell',
      account: { id: String(rep.id), name: rep.name, email: rep.email },
      flow: 'personal_token',
      label: 'Nightly sync',
      renews: 'never',
      status: 'connected',
      scopes: { asked: ['read', 'write', 'profile', 'sync'], granted: ['read', 'write', 'profile', 'sync'] },
      connectedAt: expect.any(Number),
    })
    expect((await onDisk()).credentials).toEqual([{ connection: id, key: personalTokens.repSync.token }])
    expect(await placesOf(personalTokens.repSync.token)).toEqual([
      'disk: credentials',
      'memory: session tokens',
    ])
    expect(providers.sandbox.saw().map(({ path }) => path)).toEqual(['/oauth2/token/info', '/v2/users/self'])
  })

  it('takes them without an app in the setup', async () => {
    await startWithSetup({ version: 1, providers: [{ id: 'sell', flow: 'personal_token' }] })
    await connected('sell', { entry: token('rep') })
    expect(row()).toMatchObject({ flow: 'personal_token', status: 'connected' })
  })

  it('assumes the usual scopes where token info does not tell', async () => {
    providers.sandbox.set('sell', { tokenInfoScopes: false })
    await startWithSetup(whole())
    await connected('sell', { entry: token('repSync') })
    expect(row()?.scopes.granted).toEqual(['read', 'profile'])
  })

  it('connects one of an account that it cannot be asked about', async () => {
    await startWithSetup(whole())
    await connected('sell', { entry: token('colleague', 'Wall display') })
    expect(row()).toMatchObject({ account: null, label: 'Wall display', scopes: { granted: ['read'] } })
  })

  it('tells several of one account apart by their names', async () => {
    await startWithSetup(whole())
    const first = await connected('sell', { entry: token('rep', 'Panel') })
    const second = await connected('sell', { entry: token('repSync', 'Sync') })
    const third = await connected('sell')
    expect(new Set([first, second, third]).size).toBe(3)
    // The same name again is the same one: the newer token takes the older one's place.
    await renewed('sell', { entry: token('repSync', 'Panel') })
    expect(view().connections.map(({ id, label }) => [id, label])).toEqual([
      [first, 'Panel'],
      [second, 'Sync'],
      [third, undefined],
    ])
    expect((await onDisk()).credentials).toContainEqual({
      connection: first,
      key: personalTokens.repSync.token,
    })
  })

  it.each<[title: string, text: string]>([
    ['spaces around it', `  ${personalTokens.rep.token} `],
    ['a line break behind it', `${personalTokens.rep.token}\r\n`],
    ['a no-break space', `\u00a0${personalTokens.rep.token}`],
  ])('takes one with %s, without them', async (_, text) => {
    await startWithSetup(whole())
    await connected('sell', { entry: { flow: 'personal_token', label: ' Mine ', token: text } })
    expect(providers.sandbox.saw()[0]?.headers.authorization).toBe(`Bearer ${personalTokens.rep.token}`)
    expect(row()?.label).toBe('Mine')
  })

  it.each(['a b', 'a\nb', 'a\tb', ' ', '\n', 'tök', 'a\u200bb', 'a\u0000b'])(
    'refuses %j and sends nothing',
    async text => {
      await startWithSetup(whole())
      const entry: Entry = { flow: 'personal_token', label: 'Mine', token: text }
      expect(await refused(senders.popup(), 'connect', { provider: 'sell', entry })).toBe(
        'bad-request: token-malformed',
      )
      expect(view().attempts).toEqual([])
      expect(providers.sandbox.saw()).toEqual([])
    },
  )

  it('wants a name for it', async () => {
    await startWithSetup(whole())
    expect(await refused(senders.popup(), 'connect', { provider: 'sell', entry: token('rep', '  ') })).toBe(
      'bad-request',
    )
    expect(view().attempts).toEqual([])
  })

  it.each<[title: string, arrange: () => void, words: string]>([
    ['Sell does not know it', () => {}, 'provider-rejected: token-refused'],
    [
      'the API alone refuses it',
      () => providers.sandbox.set('sell', { tokenInfoShape: 'none' }),
      'provider-rejected: token-refused',
    ],
    ['Sell does not answer', () => providers.sandbox.set('sell', { dead: true }), 'provider-unreachable'],
    [
      'the probe says nobody',
      () =>
        providers.sandbox.set('sell', {
          fault: [
            { path: '/oauth2/token/info', body: {} },
            { path: '/v2/users/self', body: { data: {} } },
          ],
        }),
      'provider-rejected: nonsense-answer',
    ],
  ])('leaves nothing behind where %s, and revokes nothing', async (_, arrange, words) => {
    await startWithSetup(whole())
    arrange()
    const entry: Entry = { flow: 'personal_token', label: 'Mine', token: `wrong-3f9a5c-${'0'.repeat(40)}` }
    expect(await failed('sell', { entry })).toBe(words)
    expect(await placesOf('3f9a5c')).toEqual([])
    expect(providers.sandbox.saw({ path: /revoke/ })).toEqual([])
  })

  it('is reconnected with another token of the same account, and of no other', async () => {
    await startWithSetup(whole())
    const id = await connected('sell', { entry: token('rep', 'Panel') })
    await renewed('sell', { connection: id, entry: token('repSync', 'ignored') })
    expect(row()).toMatchObject({ id, label: 'Panel' })
    providers.sandbox.set('sell', {
      fault: { path: '/v2/users/self', body: { data: { id: 1, name: 'Another' } } },
    })
    expect(await failed('sell', { connection: id, entry: token('rep') })).toBe('wrong-account')
    expect((await onDisk()).credentials).toEqual([{ connection: id, key: personalTokens.repSync.token }])
    expect(providers.sandbox.saw({ path: /revoke/ })).toEqual([])
  })
})

describe('sellytics, by keys', () => {
  const untilTwo = () => untilView(({ connections }) => connections.length === 2)

  it('connects the keys of the setup one after the other, and then none', async () => {
    await startWithSetup(whole())
    const first = await connected('sellytics')
    const second = await connected('sellytics')
    expect(view().connections).toEqual([
      {
        id: first,
        provider: 'sellytics',
        account: { id: north.id, name: 'North' },
        flow: 'client_credentials',
        renews: 'key',
        status: 'connected',
        scopes: { asked: ['sellytics-data-api'], granted: ['sellytics-data-api'] },
        connectedAt: expect.any(Number),
      },
      expect.objectContaining({ id: second, account: { id: clients.sellyticsSouth.id, name: 'South' } }),
    ])
    expect(await failed('sellytics')).toBe('setup-wrong: no-way')
    expect((await onDisk()).credentials).toEqual(
      expect.arrayContaining([{ connection: first }, { connection: second }]),
    )
    expect(world.flows).toEqual([])
  })

  it('connects the key that was chosen', async () => {
    await startWithSetup(whole())
    await connected('sellytics', { flow: 'client_credentials', key: clients.sellyticsSouth.id })
    expect(row()?.account?.name).toBe('South')
  })

  it('has the secrets of the setup on disk and in no other place, and tells no screen', async () => {
    await startWithSetup(whole())
    await connected('sellytics')
    for (const { secret } of [north, clients.sellyticsSouth, clients.sellsn, clients.sell])
      expect(await placesOf(secret)).toEqual(['disk: clientSecrets'])
    await restartBrowser()
    expect(await placesOf(north.secret)).toEqual(['disk: clientSecrets'])
  })

  it('takes a key that is entered, keeps its secret, and says that it stands nowhere else', async () => {
    await startWithSetup({ version: 1, providers: [{ id: 'sellytics' }] })
    await connected('sellytics', { entry: key({ label: ' My space ', clientSecret: ` ${north.secret}\n` }) })
    expect(row()).toMatchObject({
      account: { id: north.id, name: 'My space' },
      renews: 'key',
      isKeyOurs: true,
    })
    expect((await onDisk()).clientSecrets).toEqual([
      {
        provider: 'sellytics',
        clientId: north.id,
        place: 'https://auth.sellytics.com https://auth.sellytics.com',
        secret: north.secret,
      },
    ])
    expect(await placesOf(north.secret)).toEqual(['disk: clientSecrets'])
  })

  it('says of a key of the setup that it stands there', async () => {
    await startWithSetup(whole())
    await connected('sellytics')
    expect(row()?.isKeyOurs).toBeUndefined()
    await ask(senders.options(), 'useSetup', {
      text: JSON.stringify({ version: 1, providers: [{ id: 'sellytics' }] }),
    })
    expect(row()?.isKeyOurs).toBe(true)
  })

  it.each<[title: string, arrange: () => void, words: string]>([
    ['its secret is wrong', () => {}, 'provider-rejected: key-refused'],
    [
      'its secret is wrong, said the other way',
      () => providers.sandbox.set('sellytics', { badCredentials: 'invalid_client' }),
      'provider-rejected: key-refused',
    ],
    [
      'sellytics does not answer',
      () => providers.sandbox.set('sellytics', { dead: true }),
      'provider-unreachable',
    ],
    [
      'its tokens are void',
      () =>
        providers.sandbox.set('sellytics', {
          fault: {
            path: /\/token$/,
            body: {
              access_token: 'x'.repeat(30),
              token_type: 'bearer',
              expires_in: 60,
              'not-before-policy': 4_000_000_000,
            },
          },
        }),
      'provider-rejected: void-token',
    ],
  ])('leaves nothing of an entered key behind where %s', async (_, arrange, words) => {
    await startWithSetup({ version: 1, providers: [{ id: 'sellytics' }] })
    arrange()
    expect(await failed('sellytics', { entry: key({ clientSecret: 'wrong-3f9a5c' }) })).toBe(words)
    expect(await placesOf('3f9a5c')).toEqual([])
    expect((await onDisk()).clientSecrets).toEqual([])
  })

  it('is reconnected with a new secret of the same key, and with no other key', async () => {
    await startWithSetup({ version: 1, providers: [{ id: 'sellytics' }] })
    const id = await connected('sellytics', { entry: key() })
    const south = clients.sellyticsSouth
    const other = key({ clientId: south.id, clientSecret: south.secret, label: 'South' })
    expect(await failed('sellytics', { connection: id, entry: other })).toBe('wrong-account')
    expect((await onDisk()).clientSecrets).toHaveLength(1)
    await renewed('sellytics', { connection: id, entry: key({ label: 'Nord' }) })
    expect(row()).toMatchObject({ id, account: { name: 'Nord' } })
    // And without an entry, by the secret that is there.
    await renewed('sellytics', { connection: id })
    expect(row()).toMatchObject({ id, account: { name: 'Nord' }, flow: 'client_credentials' })
  })

  it('works without the refresh token that its answer may have', async () => {
    providers.sandbox.set('sellytics', { refreshToken: false })
    await startWithSetup(whole())
    await connected('sellytics')
    await connected('sellytics')
    await untilTwo()
  })
})

describe('SellSN', () => {
  it('exchanges the code for a key by its own names, and keeps the key', async () => {
    await startWithSetup(whole())
    const id = await connected('sellsn')
    const [page] = providers.sandbox.saw({ host: 'dash.sellsn.io', method: 'GET' })
    expect(page?.path).toBe(`/oauth2/${clients.sellsn.id}`)
    expect(Object.keys(page?.query ?? {}).sort()).toEqual(['redirectUrl', 'state'])
    const exchanges = providers.sandbox.saw({ path: /\/exchange\// })
    expect(exchanges).toHaveLength(1)
    expect(exchanges[0]).toMatchObject({
      method: 'GET',
      headers: { 'xoauth2-client-secret': clients.sellsn.secret },
    })
    expect(row()).toMatchObject({
      id,
      flow: 'exchange',
      renews: 'sign-in',
      account: { name: expect.any(String), email: rep.email },
      status: 'connected',
    })
    const [credentials] = (await onDisk()).credentials ?? []
    expect(credentials).toEqual({ connection: id, key: expect.stringMatching(/^ey/) })
    expect(await placesOf(Object(credentials).key)).toEqual(['disk: credentials', 'memory: session tokens'])
  })

  it('tries with an Authorization header where it has to', async () => {
    providers.sandbox.set('sellsn', { exchangeNeedsBearer: 'required' })
    await startWithSetup(whole())
    await connected('sellsn')
    expect(providers.sandbox.saw({ path: /\/exchange\// }).map(({ status }) => status)).toEqual([401, 200])
  })

  it('sends none first, where one is refused', async () => {
    providers.sandbox.set('sellsn', { exchangeNeedsBearer: 'refused', exchangeRefusal: 403 })
    await startWithSetup(whole())
    await connected('sellsn')
    expect(providers.sandbox.saw({ path: /\/exchange\// }).map(({ status }) => status)).toEqual([200])
  })

  it('keeps the end of a key that has one', async () => {
    providers.sandbox.set('sellsn', { jwtExpiry: 3600 })
    await startWithSetup(whole())
    const id = await connected('sellsn')
    expect((await onDisk()).credentials).toEqual([
      { connection: id, key: expect.any(String), keyEnds: expect.any(Number) },
    ])
  })

  it('connects an unknown account where the app may not see the user', async () => {
    providers.sandbox.set('sellsn', { permissions: ['stores.view'] })
    await startWithSetup(whole())
    await connected('sellsn')
    expect(row()).toMatchObject({ account: null, scopes: { granted: ['stores.view', 'stores.orders.view'] } })
  })

  it.each<[title: string, arrange: () => void, words: string]>([
    [
      'the person says no',
      () => {
        providers.person.decision = 'deny'
      },
      'denied',
    ],
    [
      'state is another one',
      () => providers.sandbox.set('sellsn', { redirectFault: 'wrong-state' }),
      'bad-state',
    ],
    ['state is absent', () => providers.sandbox.set('sellsn', { redirectFault: 'no-state' }), 'bad-state'],
    [
      'the path is another one',
      () => providers.sandbox.set('sellsn', { redirectFault: 'wrong-path' }),
      'wrong-redirect',
    ],
    [
      'there is no code',
      () => providers.sandbox.set('sellsn', { redirectFault: 'empty' }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'the code was used',
      () => providers.sandbox.set('sellsn', { redirectFault: 'used-code' }),
      'setup-wrong: exchange-refused',
    ],
    [
      'the code was used, said by 403',
      () => providers.sandbox.set('sellsn', { redirectFault: 'used-code', exchangeRefusal: 403 }),
      'setup-wrong: exchange-refused',
    ],
    [
      'success is false',
      () => providers.sandbox.set('sellsn', { successFalse: true }),
      'provider-rejected: nonsense-answer',
    ],
    [
      'the API is dead',
      () => providers.sandbox.set('sellsn', { dead: 'api.sellsn.io' }),
      'provider-unreachable',
    ],
    [
      'the sign-in page is dead',
      () => providers.sandbox.set('sellsn', { dead: 'dash.sellsn.io' }),
      'provider-unreachable: page-not-loaded',
    ],
    [
      'the probe says nobody',
      () => providers.sandbox.set('sellsn', { fault: { path: '/user', body: { success: false } } }),
      'provider-rejected: nonsense-answer',
    ],
  ])('fails that attempt and keeps nothing where %s', async (_, arrange, words) => {
    await startWithSetup(whole())
    arrange()
    expect(await failed('sellsn')).toBe(words)
    expect(view().connections).toEqual([])
    expect((await onDisk()).credentials).toEqual([])
    for (const { path } of providers.sandbox.saw({ path: /\/exchange\// }))
      expect(await placesOf(path.split('/').at(-1) ?? 'none')).toEqual([])
  })

  it('says that the code ran out where the exchange took too long', async () => {
    await startWithSetup(whole())
    const held = holdBack(/\/exchange\//)
    await ask(senders.popup(), 'connect', { provider: 'sellsn' })
    await held.reached
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    providers.sandbox.advance('sellsn', 61_000)
    held.release()
    expect(await attemptFailed('sellsn')).toBe('provider-rejected: code-refused')
  })
})

describe('SalesOS', () => {
  const salesos = (more: object) => ({
    version: 1,
    providers: [{ id: 'salesos', audience: 'https://api.play2sell.com', ...more }],
  })
  const { salesosConfidential: confidential, salesosMachine: machine } = clients

  it('redeems a code with PKCE and with its secret, by JSON', async () => {
    await startWithSetup(salesos({ clientId: confidential.id, clientSecret: confidential.secret }))
    await connected('salesos')
    const [sent] = providers.sandbox.saw({ path: '/oauth/token' })
    expect(sent?.headers['content-type']).toBe('application/json')
    expect(sent?.body).toMatchObject({
      client_id: confidential.id,
      client_secret: confidential.secret,
      code_verifier: expect.any(String),
    })
    expect(row()).toMatchObject({ renews: 'refresh', status: 'connected' })
  })

  it('connects a machine with all that it was granted', async () => {
    await startWithSetup(
      salesos({ clientId: machine.id, clientSecret: machine.secret, flow: 'client_credentials' }),
    )
    await connected('salesos')
    expect(tokenRequests(providers.sandbox)).toEqual([
      {
        client_id: machine.id,
        client_secret: machine.secret,
        audience: 'https://api.play2sell.com',
        grant_type: 'client_credentials',
      },
    ])
    expect(row()).toMatchObject({
      account: { id: machine.id, name: machine.id },
      renews: 'key',
      flow: 'client_credentials',
    })
    expect(providers.sandbox.saw({ path: '/userinfo' })).toEqual([])
  })

  it.each(['access_denied', 'invalid_client', 'unauthorized_client'] as const)(
    'says that the app is refused where the token endpoint says %s',
    async badCredentials => {
      providers.sandbox.set('salesos', { badCredentials })
      await startWithSetup(
        salesos({ clientId: machine.id, clientSecret: 'wrong', flow: 'client_credentials' }),
      )
      expect(await failed('salesos')).toBe('setup-wrong: client-refused')
    },
  )
})

describe('an attempt with something entered, which is under way', () => {
  it.each<[title: string, provider: string, entry: Entry, request: RegExp, secret: string]>([
    ['a password', 'sell', password, /\/oauth2\/token$/, rep.password],
    ['a personal token', 'sell', token('rep'), /\/token\/info$/, personalTokens.rep.token],
    ['a key', 'sellytics', key(), /\/token$/, north.secret],
  ])(
    'has %s in no place but the worker, and loses it with the worker',
    async (_, provider, entry, request, secret) => {
      await startWithSetup({
        version: 1,
        providers: [
          { id: 'sell', clientId: clients.sell.id, clientSecret: clients.sell.secret },
          { id: 'sellytics' },
        ],
      })
      await switchWeaker(true)
      const held = holdBack(request)
      await ask(senders.popup(), 'connect', { provider, entry })
      await held.reached
      expect(await placesOf(secret)).toEqual([])
      expect(view().attempts[0]).toMatchObject({ status: 'running', isEntered: true })
      await restartWorker()
      held.release()
      expect(await attemptFailed(provider)).toBe('interrupted')
      expect(await placesOf(secret)).toEqual([])
    },
  )
})

describe('an attempt with something entered, which waits for a host', () => {
  const host = 'https://auth.sellytics.com/*'
  const secret = 'wrong-3f9a5c'
  const untilWaiting = () => untilView(({ attempts }) => attempts[0]?.status === 'waiting')

  async function waiting(entry: Entry = key({ clientSecret: secret })): Promise<string> {
    world.granted.delete(host)
    await startWithSetup({ version: 1, providers: [{ id: 'sellytics' }] })
    await ask(senders.popup(), 'connect', { provider: 'sellytics', entry })
    const { attempts } = await untilWaiting()
    return attempts[0]?.id ?? ''
  }

  it('has what was entered in no place but the worker', async () => {
    await waiting()
    expect(await placesOf(secret)).toEqual([])
    expect(view().attempts[0]).toMatchObject({ isEntered: true, flow: 'client_credentials' })
  })

  it('goes on when the host is granted', async () => {
    await waiting(key())
    world.grant(host)
    await untilView(({ connections }) => connections.length === 1)
  })

  it('is interrupted where its worker died, whatever is granted then', async () => {
    await waiting()
    await restartWorker()
    world.grant(host)
    expect(await attemptFailed('sellytics')).toBe('interrupted')
    expect(providers.sandbox.saw()).toEqual([])
    expect(await placesOf(secret)).toEqual([])
  })

  it.each<[title: string, act: (attempt: string) => unknown]>([
    ['the user cancels', attempt => ask(senders.popup(), 'cancel', { attempt })],
    ['the user answers no', () => ask(senders.popup(), 'permissionRefused', { provider: 'sellytics' })],
    ['nobody answers', attempt => world.ring(`attempt:${attempt}`)],
  ])('forgets what was entered when %s: a host that is granted later changes nothing', async (_, act) => {
    const attempt = await waiting()
    await act(attempt)
    await attemptFailed('sellytics')
    world.grant(host)
    await ask(senders.popup(), 'hello', {})
    expect(view().attempts[0]?.status).toBe('failed')
    expect(providers.sandbox.saw()).toEqual([])
    expect(shippedHosts).toContain(host)
  })
})

describe('what Connect is asked for wrongly', () => {
  it.each<[title: string, provider: string, choice: object, words: string]>([
    ['a flow that the provider has not', 'sell', { flow: 'exchange' }, 'bad-request'],
    ['a flow that needs an entry, without one', 'sell', { flow: 'personal_token' }, 'bad-request'],
    ['a password without one', 'sell', { flow: 'password' }, 'blocked-by-policy: weak-flow'],
    ['an entry of a flow that the provider has not', 'sellsn', { entry: password }, 'bad-request'],
    [
      'a key that nobody has',
      'sellytics',
      { flow: 'client_credentials', key: 'nobody' },
      'setup-wrong: no-way',
    ],
    [
      'a provider that the setup has not',
      'sellytics',
      { entry: key() },
      'setup-wrong: provider-not-in-setup',
    ],
  ])('fails with %s, and sends nothing', async (title, provider, choice, words) => {
    const isMissing = title.includes('setup has not')
    await startWithSetup(isMissing ? sandboxSetup() : whole())
    expect(await failed(provider, choice)).toBe(words)
    expect(providers.sandbox.saw()).toEqual([])
    expect(world.flows).toEqual([])
  })
})
