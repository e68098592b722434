import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import {
  answerOf,
  bearer,
  claimsOf,
  exchangeSellsn,
  redirects,
  sellsnAuthorizeUrl,
  sellsnCode,
  sellsnKey,
} from './flows'
import { startSandbox } from './sandbox'
import { clients } from './setup'
import { createVisitor } from './visitor'

const DASH = 'https://dash.sellsn.io'
const API = 'https://api.sellsn.io'
const BAD_EXCHANGE = { success: false, message: 'The OAuth2 client secret or access code is invalid' }

const { sandbox, visitor } = await anewForEachTest({ redirects: { sellsn: [redirects.sellsn] } })

const get = (path: string, key: string) => visitor.send(`${API}${path}`, { headers: bearer(key) })
const statusOf = async (key: string) => (await get('/user', key)).status
const rules = () => sandbox.violations().map(({ rule, what }) => `${rule}: ${what}`)

describe('authorization', () => {
  it('signs in, asks for consent in plain words and answers in the query', async () => {
    const { email, password, name } = sandbox.users.rep
    const signIn = await visitor.visit(sellsnAuthorizeUrl())
    expect(signIn.status).toBe(200)
    expect(signIn.text).toMatch(
      /<label for="email">E-mail<\/label>[\s\S]*<label for="password">Password<\/label>/,
    )
    const wrong = await visitor.submit(signIn, { email, password: 'guess' })
    expect(wrong.status).toBe(200)
    expect(wrong.text).toContain('The e-mail or the password is wrong.')
    const consent = await visitor.submit(wrong, { email, password })
    expect(consent.status).toBe(200)
    for (const words of ['Dealpass asks for access', name, 'See your stores', 'See orders', '>Deny</button>'])
      expect(consent.text).toContain(words)
    expect(consent.text).not.toContain('Change your stores')
    expect(consent.text).not.toContain('stores.view')

    const answer = await visitor.submit(consent, { decision: 'allow' })
    expect(answer.status).toBe(302)
    const location = new URL(answer.location ?? '')
    expect(`${location.origin}${location.pathname}`).toBe(redirects.sellsn)
    expect(location.hash).toBe('')
    expect([...location.searchParams.keys()]).toEqual(['code', 'state'])
    expect(location.searchParams.get('state')).toBe('state-of-sellsn')
    expect(location.searchParams.get('code')).toMatch(/^[\w-]{32}$/)
  })

  it('gives a state back only where one came', async () => {
    const answer = await visitor.authorize(sellsnAuthorizeUrl({ state: '' }), sandbox.users.rep)
    expect([...answerOf(answer).keys()]).toEqual(['code'])
  })

  it('needs no page while session and grant hold, and asks again for more permissions', async () => {
    await sellsnCode(visitor)
    const again = await visitor.visit(sellsnAuthorizeUrl())
    expect(answerOf(again).has('code')).toBe(true)
    sandbox.set('sellsn', { permissions: ['user.view', 'stores.update'] })
    expect((await visitor.visit(sellsnAuthorizeUrl())).text).toContain('Change your stores')
    sandbox.set('sellsn', { permissions: ['user.view'] })
    expect(answerOf(await visitor.visit(sellsnAuthorizeUrl())).has('code')).toBe(true)
    sandbox.withdraw('sellsn')
    expect((await visitor.visit(sellsnAuthorizeUrl())).text).toContain('>Allow</button>')
    sandbox.signOut('sellsn')
    expect((await visitor.visit(sellsnAuthorizeUrl())).text).toContain('>Sign in</button>')
  })

  it('shows a consent page also for an app without permissions, and one it does not know by its name', async () => {
    sandbox.set('sellsn', { permissions: [] })
    await visitor.authorize(sellsnAuthorizeUrl(), sandbox.users.rep, 'deny')
    expect((await visitor.visit(sellsnAuthorizeUrl())).text).toContain('this app has no permissions')
    sandbox.set('sellsn', { permissions: ['stores.<new>'] })
    expect((await visitor.visit(sellsnAuthorizeUrl())).text).toContain('stores.&#60;new&#62;')
  })

  it('reports a denial by a redirect', async () => {
    const answer = await visitor.authorize(sellsnAuthorizeUrl(), sandbox.users.rep, 'deny')
    expect(answer.location).toBe(`${redirects.sellsn}?error=access_denied&state=state-of-sellsn`)
  })

  it('stays on a page after a denial by switch', async () => {
    sandbox.set('sellsn', { denial: 'no-redirect' })
    const answer = await visitor.authorize(sellsnAuthorizeUrl(), sandbox.users.rep, 'deny')
    expect([answer.status, answer.location]).toEqual([200, undefined])
    expect(answer.text).toContain('You declined')
    expect((await visitor.visit(sellsnAuthorizeUrl())).text).toContain('>Allow</button>')
  })

  it('shows a page with status 404 for an unknown app', async () => {
    for (const appId of [randomUUID(), 'not-even-an-id']) {
      const answer = await visitor.send(sellsnAuthorizeUrl({}, appId))
      expect([answer.status, answer.location]).toEqual([404, undefined])
      expect(answer.text).toContain('Unknown app')
    }
    expect((await visitor.send(`${DASH}/`)).status).toBe(404)
  })

  it.each([
    ['another path', `${redirects.sellsn}/more`, 400, 200],
    ['a longer path', `${redirects.sellsn}ish`, 400, 200],
    ['the registered one', redirects.sellsn, 200, 200],
    ['another host', `https://${'b'.repeat(32)}.chromiumapp.org/sellsn`, 400, 400],
    ['no address', '', 400, 400],
    ['no address at all', 'javascript', 400, 400],
  ])(
    'compares the redirect address, exactly or by its beginning: %s',
    async (_name, redirectUrl, exact, prefix) => {
      expect((await visitor.send(sellsnAuthorizeUrl({ redirectUrl }))).status).toBe(exact)
      sandbox.set('sellsn', { redirectMatching: 'prefix' })
      expect((await visitor.send(sellsnAuthorizeUrl({ redirectUrl }))).status).toBe(prefix)
    },
  )

  it('takes the parameter redirectUrl, and no other spelling', async () => {
    for (const name of ['redirect_uri', 'redirectURL', 'redirecturl']) {
      const url = sellsnAuthorizeUrl({ redirectUrl: '', [name]: redirects.sellsn })
      expect((await visitor.send(url)).status).toBe(400)
    }
  })

  it('takes any extension’s address where none is registered, by either rule', async () => {
    const open = await startSandbox()
    const guest = createVisitor(open)
    const firefox = `https://${'0123456789abcdef'.repeat(3).slice(0, 40)}.extensions.allizom.org/sellsn`
    const statuses = async (urls: string[]) => {
      const answers = urls.map(redirectUrl => guest.send(sellsnAuthorizeUrl({ redirectUrl })))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    const urls = [redirects.sellsn, firefox, `${firefox}/x`, 'https://evil.example/sellsn']
    expect(await statuses(urls)).toEqual([200, 200, 400, 400])
    open.set('sellsn', { redirectMatching: 'prefix' })
    expect(await statuses(urls)).toEqual([200, 200, 200, 400])
    guest.close()
    await open.stop()
  })

  it('says that a page is too old when its ticket is gone', async () => {
    const signIn = await visitor.visit(sellsnAuthorizeUrl())
    const { email, password } = sandbox.users.rep
    const consent = await visitor.submit(signIn, { email, password })
    await visitor.submit(consent, { decision: 'deny' })
    const again = await visitor.submit(consent, { decision: 'allow' })
    expect([again.status, again.location]).toEqual([200, undefined])
    expect(again.text).toContain('This page is too old')
  })

  it.each([
    ['no-state', (url: URL) => !url.searchParams.has('state')],
    ['wrong-state', (url: URL) => url.searchParams.get('state') !== 'state-of-sellsn'],
    ['wrong-path', (url: URL) => url.pathname === '/elsewhere' && url.searchParams.has('code')],
    ['empty', (url: URL) => [...url.searchParams.keys()].join() === 'state'],
    ['server-error', (url: URL) => url.searchParams.get('error') === 'server_error'],
  ] as const)('can damage its redirect: %s', async (redirectFault, isSo) => {
    sandbox.set('sellsn', { redirectFault })
    const { location } = await visitor.authorize(sellsnAuthorizeUrl(), sandbox.users.rep)
    expect(isSo(new URL(location ?? ''))).toBe(true)
  })

  it('can send a code that is used already', async () => {
    sandbox.set('sellsn', { redirectFault: 'used-code' })
    expect((await exchangeSellsn(visitor, await sellsnCode(visitor))).status).toBe(401)
  })
})

describe('the exchange', () => {
  it('gives a key for a code, once', async () => {
    const code = await sellsnCode(visitor)
    const answer = await exchangeSellsn(visitor, code)
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      success: true,
      message: 'The object was successfully returned.',
      data: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    const { data } = answer.json() as { data: string }
    expect(await statusOf(data)).toBe(200)
    const again = await exchangeSellsn(visitor, code)
    expect([again.status, again.json()]).toEqual([401, BAD_EXCHANGE])
    expect(await statusOf(data)).toBe(200)
  })

  it('lets a code live for 60 s', async () => {
    sandbox.hold('sellsn')
    const inTime = await sellsnCode(visitor)
    sandbox.advance('sellsn', 59_000)
    expect((await exchangeSellsn(visitor, inTime)).status).toBe(200)
    const late = await sellsnCode(visitor)
    sandbox.advance('sellsn', 60_000)
    expect((await exchangeSellsn(visitor, late)).status).toBe(401)
  })

  it.each([401, 403] as const)(
    'refuses a wrong secret and a wrong code alike, with %i',
    async exchangeRefusal => {
      sandbox.set('sellsn', { exchangeRefusal })
      const code = await sellsnCode(visitor)
      for (const answer of [
        await exchangeSellsn(visitor, code, { 'XOAuth2-Client-Secret': 'wrong' }),
        await exchangeSellsn(visitor, code, { 'XOAuth2-Client-Secret': '' }),
        await exchangeSellsn(visitor, 'never-issued'),
      ]) {
        expect([answer.status, answer.json()]).toEqual([exchangeRefusal, BAD_EXCHANGE])
      }
      expect((await exchangeSellsn(visitor, code)).status).toBe(200)
    },
  )

  it('answers 404 for an unknown app', async () => {
    const answer = await exchangeSellsn(visitor, 'never-issued', {}, randomUUID())
    expect([answer.status, answer.json()]).toEqual([
      404,
      { success: false, message: 'The OAuth2 application ID was not found' },
    ])
  })

  it.each([
    ['required', 401, 200],
    ['ignored', 200, 200],
    ['refused', 200, 401],
  ] as const)('takes an Authorization header as %s', async (exchangeNeedsBearer, without, withOne) => {
    sandbox.set('sellsn', { exchangeNeedsBearer })
    expect((await exchangeSellsn(visitor, await sellsnCode(visitor))).status).toBe(without)
    const header = bearer('JWT')
    expect((await exchangeSellsn(visitor, await sellsnCode(visitor), header)).status).toBe(withOne)
  })

  it('can say success: false with status 200, and so can the rest of the API', async () => {
    const key = await sellsnKey(visitor)
    const code = await sellsnCode(visitor)
    sandbox.set('sellsn', { successFalse: true })
    for (const answer of [await exchangeSellsn(visitor, code), await get('/user', key)]) {
      expect([answer.status, answer.json()]).toEqual([200, { success: false, message: expect.any(String) }])
    }
    expect(await statusOf('nonsense')).toBe(401)
  })
})

describe('keys', () => {
  it('have no end by default', async () => {
    const key = await sellsnKey(visitor)
    expect(claimsOf(key)).not.toHaveProperty('exp')
    sandbox.advance('sellsn', 5 * 365 * 86_400_000)
    expect(await statusOf(key)).toBe(200)
  })

  it('end by their own clock by switch', async () => {
    sandbox.hold('sellsn')
    sandbox.set('sellsn', { jwtExpiry: 7200 })
    const key = await sellsnKey(visitor)
    expect(Number(claimsOf(key).exp) - Number(claimsOf(key).iat)).toBe(7200)
    sandbox.set('sellsn', { jwtExpiry: 'none' })
    sandbox.advance('sellsn', 7_199_000)
    expect(await statusOf(key)).toBe(200)
    sandbox.advance('sellsn', 1000)
    expect(await statusOf(key)).toBe(401)
  })

  it('live beside each other, until they are withdrawn', async () => {
    const first = await sellsnKey(visitor)
    const second = await sellsnKey(visitor)
    expect(first).not.toBe(second)
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])
    sandbox.signOut('sellsn')
    expect(await statusOf(first)).toBe(200)
    sandbox.withdraw('sellsn')
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 401])
  })

  it('keep the permissions that they were issued with', async () => {
    const key = await sellsnKey(visitor)
    sandbox.set('sellsn', { permissions: ['stores.view'] })
    expect(await statusOf(key)).toBe(200)
    const narrow = await sellsnKey(visitor)
    const refused = await get('/user', narrow)
    expect([refused.status, refused.json()]).toEqual([
      403,
      { success: false, message: expect.stringContaining('missing an API key scope') },
    ])
    expect((await get('/stores', narrow)).status).toBe(200)
  })
})

describe('the API', () => {
  it('says who the user is, and much more', async () => {
    const { data, ...envelope } = Object((await get('/user', await sellsnKey(visitor))).json())
    expect(envelope).toEqual({ success: true, message: 'The object was successfully returned.' })
    expect(data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: sandbox.users.rep.email,
      userName: 'mia-lindqvist',
      payPalOptions: { payPalEmail: `payouts.${sandbox.users.rep.email}` },
      cashAppOptions: { verificationCode: expect.any(String) },
      referralLink: expect.stringContaining('https://'),
      atlasReports: [{ reason: 'Late delivery' }],
      apiKeyActive: true,
      refreshAt: expect.any(String),
    })
  })

  it('tells the two people apart', async () => {
    const elsewhere = createVisitor(sandbox)
    const keys = [await sellsnKey(visitor), await sellsnKey(elsewhere, sandbox.users.colleague)]
    elsewhere.close()
    const [rep, colleague] = await Promise.all(
      keys.map(async key => Object((await get('/user', key)).json()).data),
    )
    expect(colleague.email).toBe(sandbox.users.colleague.email)
    expect(colleague.id).not.toBe(rep.id)
    const [store] = colleague.stores
    for (const path of [`/stores/${store.id}`, `/stores/${store.id}/orders`]) {
      expect((await get(path, keys[1] ?? '')).status).toBe(200)
      expect((await get(path, keys[0] ?? '')).status).toBe(404)
    }
  })

  it('lists stores and their orders', async () => {
    const key = await sellsnKey(visitor)
    const stores = Object((await get('/stores', key)).json()).data
    expect(stores).toMatchObject([
      { id: expect.any(String), name: 'Acme Templates', productsSold: 1372, preferredCurrency: 'EUR' },
      { name: 'Acme Training' },
    ])
    expect(Object((await get(`/stores/${stores[1].id}`, key)).json()).data).toEqual(stores[1])
    const orders = Object((await get(`/stores/${stores[0].id}/orders`, key)).json()).data
    expect(orders).toHaveLength(12)
    expect(orders[2]).toMatchObject({
      status: 'Delivered',
      productName: 'Quote calculator',
      total: 87,
      customerEmail: 'aiko.tanabe@kumo.example',
    })
    const times = orders.map((order: { dateCreated: string }) => Date.parse(order.dateCreated))
    expect(times).toEqual(times.toSorted((a: number, b: number) => b - a))
    expect((await get(`/stores/${stores[0].id}/orders`, key)).json()).toEqual(
      (await get(`/stores/${stores[0].id}/orders`, key)).json(),
    )
  })

  it.each([
    ['/stores', 'stores.view'],
    ['/stores/x', 'stores.view'],
    ['/stores/x/orders', 'stores.orders.view'],
    ['/user', 'user.view'],
  ])('wants a permission for %s: %s', async (path, permission) => {
    const all = ['user.view', 'stores.view', 'stores.orders.view']
    sandbox.set('sellsn', { permissions: all.filter(one => one !== permission) })
    expect((await get(path, await sellsnKey(visitor))).status).toBe(403)
    sandbox.set('sellsn', { permissions: [permission] })
    expect([200, 404]).toContain((await get(path, await sellsnKey(visitor))).status)
  })

  it.each(['', 'nonsense'])('answers 401 to a bad key: "%s"', async key => {
    const answer = await get('/user', key)
    expect([answer.status, answer.json()]).toEqual([
      401,
      { success: false, message: 'You are not authorized, check your API key and try again.' },
    ])
  })

  it('has nothing to end a key with', async () => {
    const key = await sellsnKey(visitor)
    for (const [method, path] of [
      ['DELETE', '/user'],
      ['POST', '/oauth2/revoke'],
      ['DELETE', `/oauth2/${clients.sellsn.id}`],
    ] as const) {
      const answer = await visitor.send(`${API}${path}`, { method, headers: bearer(key) })
      expect([answer.status, answer.json()]).toEqual([404, { success: false, message: expect.any(String) }])
    }
    expect(await statusOf(key)).toBe(200)
  })
})

describe('violations', () => {
  beforeEach(() => () => sandbox.forget())

  it('are none while a code stands in the path of its exchange', async () => {
    await get('/user', await sellsnKey(visitor))
    expect(sandbox.saw({ path: /\/exchange\// })).toHaveLength(1)
    expect(rules()).toEqual([])
  })

  it('are a code in any other address', async () => {
    const code = await sellsnCode(visitor)
    const elsewhere = [
      `${API}/oauth2/${randomUUID()}/exchange/${code}`,
      `${API}/oauth2/${clients.sellsn.id}/exchange/${code}/`,
      `${API}/oauth2/${clients.sellsn.id}/exchange/${code}?again=${code}`,
      `${API}/oauth2/${clients.sellsn.id}/exchange/x?code=${code}`,
      `${API}/stores?code=${code}`,
    ]
    for (const url of elsewhere) {
      sandbox.forget()
      await visitor.send(url)
      expect(rules(), url).toContain('secret-in-url: authorization code of sellsn in the URL')
    }
    sandbox.forget()
    await visitor.send(`${DASH}/oauth2/${clients.sellsn.id}/exchange/${code}`)
    expect(rules()).toEqual([
      'secret-in-url: authorization code of sellsn in the URL',
      'secret-at-other-server: authorization code of sellsn in the URL',
    ])
    sandbox.forget()
    await visitor.send(`https://api.sellytics.com/oauth2/${clients.sellsn.id}/exchange/${code}`)
    expect(rules()).toContain('secret-at-other-server: authorization code of sellsn in the URL')
  })

  it('are a client secret anywhere but at the exchange', async () => {
    const { secret } = clients.sellsn
    await exchangeSellsn(visitor, 'never-issued')
    expect(rules()).toEqual([])
    await visitor.send(`${API}/user`, { headers: { 'XOAuth2-Client-Secret': secret } })
    await visitor.send(`${DASH}/`, { headers: { 'XOAuth2-Client-Secret': secret } })
    await visitor.send(`${API}/oauth2/${clients.sellsn.id}/exchange/x?secret=${secret}`)
    expect(rules()).toEqual([
      'secret-at-api: client secret of sellsn in header xoauth2-client-secret',
      'secret-at-other-server: client secret of sellsn in header xoauth2-client-secret',
      'secret-in-url: client secret of sellsn in the URL',
    ])
  })

  it.each([
    ['none', 'secret-in-url: key', 'secret-at-other-server: key'],
    [3600, 'token-in-url: access token', 'token-at-other-server: access token'],
  ] as const)(
    'are a key (expiry %s) in a URL, at the dashboard, at another provider',
    async (jwtExpiry, inUrl, there) => {
      sandbox.set('sellsn', { jwtExpiry })
      const key = await sellsnKey(visitor)
      await visitor.send(`${API}/user?key=${key}`)
      for (const url of [
        `${DASH}/`,
        'https://api.sellytics.com/data/v1/summary',
        'https://app.futuresimple.com/leads',
      ]) {
        await visitor.send(url, { headers: bearer(key) })
      }
      expect(rules()).toEqual([
        `${inUrl} of sellsn in the URL`,
        ...Array(3).fill(`${there} of sellsn in header authorization`),
      ])
    },
  )
})
