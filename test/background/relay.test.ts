import { describe, expect, it, vi } from 'vitest'
import { errorAnswer, type RelayCode, RelayError, relayStatuses } from '../../src/relay/errors'
import { answerBy } from '../fakes/network'
import { connected, failed, give, renewed, startWithSetup, withProviders } from '../fakes/providers'
import { type RelayHere, serveRelay } from '../fakes/relay'
import { placesOf } from '../fakes/secrets'
import { ask, onDisk, refused, restartWorker, senders, untilView, view } from '../fakes/worker'
import { extensionId, world } from '../fakes/world'
import { relayOrigin, relaySecrets } from '../relay/config'
import { relayedSetup } from '../sandbox/sandbox'
import { clients } from '../sandbox/setup'

// The company's own sign-in is a second client of SalesOS' server, as far as that can tell.
const providers = withProviders({
  redirects: { salesos: ['salesos', 'corp'].map(path => `https://${extensionId}.chromiumapp.org/${path}`) },
})

const hour = 60 * 60_000
const broker = () => import('../../src/background/broker')
const words = (promise: Promise<unknown>) =>
  promise.then(
    () => 'not refused',
    ({ code, reason }) => [code, reason].filter(Boolean).join(': '),
  )
/** Whatever is held, a new token is wanted. */
const renewedToken = async (id: string) => (await broker()).renewNow(id)

const issuer = 'https://id.acme.example'
const acme = {
  id: 'acme',
  name: 'Acme',
  clientId: clients.acme.id,
  issuer,
  endpoints: {
    authorization: `${issuer}/authorize`,
    token: `${issuer}/token`,
    revocation: `${issuer}/revoke`,
    userinfo: `${issuer}/userinfo`,
  },
  scopes: ['profile', 'things.read'],
  api: [`${relayOrigin}/`],
}

const withMore = (...more: object[]) => {
  const base = relayedSetup(relayOrigin)
  return { ...base, providers: [...base.providers, ...more] }
}

/** A background with the company's setup in force, and a relay that admits it. */
async function startAdmitted(change?: object): Promise<RelayHere> {
  const relay = serveRelay(change)
  await startWithSetup(relayedSetup(relayOrigin))
  relay.admitted.add(await ask(senders.options(), 'thumbprint', {}))
  return relay
}

function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
}

/** Answers requests to one path with a refusal of the relay's own. */
function refuseWith(relay: RelayHere, path: RegExp, code: RelayCode): void {
  relay.instead = ({ url }) =>
    path.test(new URL(url).pathname) ? errorAnswer(new RelayError(code), 'an id') : undefined
}

describe('a provider behind a relay', () => {
  it('is connected and renewed with no secret here, and its refresh token only sealed', async () => {
    const relay = await startAdmitted()
    const id = await connected('sell')
    expect(view().connections).toMatchObject([{ flow: 'authorization_code', renews: 'refresh' }])
    await renewedToken(id)
    await renewedToken(id)
    const [credentials] = (await onDisk()).credentials as { refreshToken: string }[]
    expect(credentials?.refreshToken).toMatch(/^dpr1\./)
    expect(relay.asked.filter(one => one === 'POST /oauth/sell/token')).toHaveLength(3)
    for (const secret of Object.values(relaySecrets)) expect(await placesOf(secret)).toEqual([])
    expect((await onDisk()).clientSecrets).toEqual([])
    const issued = providers.sandbox.secrets().filter(({ kind }) => kind === 'refresh token')
    for (const { value } of issued) expect(await placesOf(value)).toEqual([])
  })

  it('gets its key by the relay where it exchanges a code', async () => {
    const relay = await startAdmitted()
    await connected('sellsn')
    expect(relay.asked).toContain('POST /oauth/sellsn/exchange')
    expect(await placesOf(relaySecrets.SELLSN_SECRET)).toEqual([])
  })

  it('is ended by the relay', async () => {
    const relay = await startAdmitted()
    const id = await connected('sell')
    await ask(senders.popup(), 'disconnect', { connection: id })
    later(11_000)
    await restartWorker()
    const { departures } = await untilView(({ connections }) => connections.length === 0)
    expect(departures).toMatchObject([{ result: 'revoked-checked' }])
    expect(relay.asked).toContain('POST /oauth/sell/revoke')
  })

  it('needs a Reconnect when the provider itself refuses the refresh token', async () => {
    await startAdmitted()
    const id = await connected('sell')
    providers.sandbox.withdraw('sell')
    expect(await words(renewedToken(id))).toBe('reconnect-required')
    expect((await onDisk()).credentials).toEqual([])
  })

  it.each(Object.keys(relayStatuses) as RelayCode[])(
    'is connected as before when the relay says %s',
    async code => {
      const relay = await startAdmitted()
      const id = await connected('sell')
      refuseWith(relay, /token$/, code)
      expect(await words(renewedToken(id))).not.toMatch(/reconnect-required|unexpected|not refused/)
      expect(view().connections).toMatchObject([{ status: 'connected' }])
      expect((await onDisk()).credentials).toHaveLength(1)
      delete relay.instead
      // Where the relay was down the next try may have to wait.
      later(hour)
      relay.instead = undefined
      await vi.waitFor(async () => expect(await words(renewedToken(id))).toBe('not refused'))
      expect(view().setupFaults).toEqual({})
    },
  )

  it('has no part in the trouble of another provider behind the same relay', async () => {
    const relay = await startAdmitted()
    const id = await connected('sell')
    const other = await connected('sellytics')
    refuseWith(relay, /^\/oauth\/sell\//, 'upstream-unreachable')
    for (let failures = 0; failures < 2; failures += 1) await words(renewedToken(id))
    expect(view().connections.map(({ notAnswering = false }) => notAnswering)).toEqual([true, false])
    expect(await words(renewedToken(other))).toBe('not refused')
    expect(view().connections[0]).toMatchObject({ notAnswering: true })
  })

  it('does not answer while its relay does not, and has an outage by the relay’s address', async () => {
    const relay = await startAdmitted()
    const id = await connected('sell')
    relay.instead = () => {
      throw new TypeError('Failed to fetch')
    }
    expect(await words(renewedToken(id))).toBe('provider-unreachable: relay-unreachable')
    expect(Object.keys(view().outages)).toEqual([`${relayOrigin} sell`])
    expect(view().connections).toMatchObject([{ status: 'connected', notAnswering: true, isRelayDown: true }])
    // Also while it is left alone.
    relay.instead = () => errorAnswer(new RelayError('rate-limited', { retryAfter: 60 }), 'an id')
    await words(renewedToken(id))
    relay.asked.length = 0
    expect(await words(renewedToken(id))).toBe('provider-unreachable: relay-unreachable')
    expect(relay.asked).toEqual([])
    refuseWith(relay, /token$/, 'upstream-unreachable')
    later(hour)
    expect(await words(renewedToken(id))).toBe('provider-unreachable')
    expect(view().connections[0]).toMatchObject({ notAnswering: true })
    expect(view().connections[0]).not.toHaveProperty('isRelayDown')
  })

  it.each(['throws', 'answers 502'])('does not answer where asking it who it knows %s', async how => {
    const relay = await startAdmitted()
    relay.instead = () => {
      if (how === 'throws') throw new TypeError('Failed to fetch')
      return new Response(null, { status: 502 })
    }
    await restartWorker()
    expect(await failed('sellytics')).toBe('provider-unreachable: relay-unreachable')
  })
})

describe('a key that a relay has', () => {
  const call = (path: string) => ask(senders.site(), 'fetch', { provider: 'sellytics', path })

  async function used(): Promise<RelayHere> {
    const relay = await startAdmitted()
    const connection = await connected('sellytics')
    await give([{ connection, use: 'fetch', access: 'read', scopes: ['sellytics-data-api'] }])
    return relay
  }

  it('is connected by its label, one with each click, until there are none', async () => {
    await startAdmitted()
    await connected('sellytics')
    await connected('sellytics')
    expect(view().connections.map(({ account }) => account?.name)).toEqual(['North', 'South'])
    expect(await failed('sellytics')).toBe('setup-wrong: relay-no-key')
    expect(view().connections.every(({ isKeyOurs }) => !isKeyOurs)).toBe(true)
  })

  it('is called through the relay, and its token comes nowhere near', async () => {
    const relay = await used()
    expect(await call('summary')).toMatchObject({ status: 200 })
    expect(relay.asked).toContain('GET /api/sellytics/data/v1/summary')
    const issued = providers.sandbox.secrets().filter(({ owner }) => owner === 'sellytics')
    expect(issued.some(({ kind }) => kind === 'access token')).toBe(true)
    for (const { value } of issued) expect(await placesOf(value)).toEqual([])
  })

  it('is called after a restart of the worker, and where nothing is held any more', async () => {
    const relay = await used()
    await restartWorker()
    expect(await call('summary')).toMatchObject({ status: 200 })
    const { forgetHeld } = await import('../../src/background/held-tokens')
    await forgetHeld(view().connections[0]?.id ?? '')
    expect(await call('summary')).toMatchObject({ status: 200 })
    expect(relay.asked.filter(one => one === 'GET /oauth/sellytics/keys').length).toBeGreaterThan(1)
  })

  it('gives nobody a token', async () => {
    await used()
    const connection = view().connections[0]?.id ?? ''
    expect(await words((await broker()).lease(connection, ['sellytics-data-api']))).toBe(
      'not-permitted: brokered-only',
    )
  })

  it('reaches no address outside the API, and none of the relay’s own', async () => {
    const relay = await used()
    relay.asked.length = 0
    for (const path of [`${relayOrigin}/oauth/sellytics/keys`, '/realms/x', '../../oauth/sell/token'])
      expect(await refused(senders.site(), 'fetch', { provider: 'sellytics', path })).toBe(
        'bad-request: outside-api',
      )
    expect(relay.asked).toEqual([])
  })

  it.each([
    ['not-allowed', 'reconnect-required: see-dealpass', 'relay-not-allowed'],
    ['method-not-allowed', 'not-permitted: read-only', undefined],
    ['path-not-allowed', 'bad-request: outside-api', undefined],
    ['upstream-unreachable', 'provider-unreachable', undefined],
  ] as const)('says %s to a site in the words of its contract', async (code, told, reason) => {
    const relay = await used()
    refuseWith(relay, /^\/api\//, code)
    expect(await refused(senders.site(), 'fetch', { provider: 'sellytics', path: 'summary' })).toBe(told)
    expect(view().connections).toMatchObject([{ status: 'connected' }])
    expect(view().setupFaults.sellytics?.reason).toBe(reason)
    relay.instead = undefined
    expect(await call('summary')).toMatchObject({ status: 200 })
    expect(view().setupFaults).toEqual({})
  })

  it.each(['the same worker', 'another worker'])(
    'is answered for again when the relay is back, though nobody asks, by %s',
    async worker => {
      const relay = await used()
      if (worker === 'another worker') await restartWorker()
      relay.instead = () => {
        throw new TypeError('Failed to fetch')
      }
      expect(await refused(senders.site(), 'fetch', { provider: 'sellytics', path: 'summary' })).toBe(
        'provider-unreachable',
      )
      const [line] = await ask(senders.options(), 'receipts', {})
      expect(line?.fault).toEqual({ code: 'provider-unreachable', reason: 'relay-unreachable' })
      await untilView(({ outages }) => outages[`${relayOrigin} sellytics`] !== undefined)
      relay.instead = undefined
      later(hour)
      world.ring(`outage:${relayOrigin} sellytics`)
      const { connections } = await untilView(({ outages }) => Object.keys(outages).length === 0)
      expect(connections.some(({ notAnswering }) => notAnswering)).toBe(false)
    },
  )

  it('stays with the relay after a Disconnect', async () => {
    await used()
    await ask(senders.popup(), 'disconnect', { connection: view().connections[0]?.id ?? '' })
    later(11_000)
    await restartWorker()
    const { departures } = await untilView(({ connections }) => connections.length === 0)
    expect(departures).toMatchObject([{ result: 'at-relay' }])
  })
})

describe('who we are to a relay', () => {
  it('is not known before an administrator has admitted the thumbprint, and then it is', async () => {
    const relay = serveRelay()
    await startWithSetup(relayedSetup(relayOrigin))
    expect(await failed('sell')).toBe('setup-wrong: relay-not-admitted')
    relay.admitted.add(await ask(senders.options(), 'thumbprint', {}))
    await connected('sell')
    expect(view().attempts).toEqual([])
  })

  it('is asked before anybody signs in, so that the provider sees nothing where it is not known', async () => {
    const relay = serveRelay()
    await startWithSetup(withMore(acme))
    expect(await failed('sell')).toBe('setup-wrong: relay-not-admitted')
    relay.instead = () => new Response(null, { status: 502 })
    expect(await failed('sell')).toBe('provider-unreachable: relay-unreachable')
    await restartWorker()
    relay.instead = ({ url }) =>
      url.includes('.well-known') ? Response.json({ authorization_servers: [acme.issuer] }) : undefined
    expect(await failed('sellsn')).toBe('setup-wrong: relay-sign-in')
    expect(providers.sandbox.saw({ server: 'sell' })).toEqual([])
    expect(providers.sandbox.saw({ server: 'sellsn' })).toEqual([])
    expect(relay.asked.filter(one => one.startsWith('POST'))).toEqual([])
  })

  it('is not asked beforehand where a login renews itself', async () => {
    const relay = await startAdmitted()
    const id = await connected('sell')
    expect(relay.asked.filter(one => one === 'GET /oauth/sell/keys')).toHaveLength(1)
    await renewedToken(id)
    expect(relay.asked.filter(one => one === 'GET /oauth/sell/keys')).toHaveLength(1)
  })

  it('is the same after a restart, and its private key is of no use anywhere else', async () => {
    await startAdmitted()
    const before = await ask(senders.options(), 'thumbprint', {})
    await restartWorker()
    expect(await ask(senders.options(), 'thumbprint', {})).toBe(before)
    const { proofKey } = await import('../../src/background/proof-key')
    const { privateKey } = await proofKey()
    await expect(crypto.subtle.exportKey('jwk', privateKey)).rejects.toThrow()
  })

  it('is one key, however many ask for it at once', async () => {
    await startWithSetup(relayedSetup(relayOrigin))
    const all = await Promise.all([1, 2, 3].map(() => ask(senders.options(), 'thumbprint', {})))
    expect(new Set(all).size).toBe(1)
  })

  it('is proved by the relay’s clock where ours is wrong', async () => {
    const relay = await startAdmitted()
    const id = await connected('sell')
    await restartWorker()
    later(-20 * 60_000)
    relay.asked.length = 0
    await renewedToken(id)
    expect(relay.asked.filter(one => one === 'POST /oauth/sell/token')).toHaveLength(2)
    relay.asked.length = 0
    await renewedToken(id)
    expect(relay.asked).toEqual(['POST /oauth/sell/token'])
  })

  it('is asked for once in the life of a worker', async () => {
    const relay = await startAdmitted()
    await connected('sell')
    await renewed('sell')
    expect(relay.asked.filter(one => one.includes('well-known'))).toHaveLength(1)
  })
})

describe('who we are to a relay that knows people by their sign-in', () => {
  /** A relay that takes the tokens of an issuer: those that are in `good`. It tells what it was shown. */
  function serveByTokens(named: string): { shown: string[]; good(token: string): boolean } {
    const here = { shown: [] as string[], good: (_: string) => true }
    world.granted.add(`${relayOrigin}/*`).add(`${issuer}/*`)
    answerBy(new RegExp(`^${relayOrigin}/`), ({ url, headers }) => {
      if (url.includes('.well-known')) return Response.json({ authorization_servers: [named] })
      const [, token = ''] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? []
      here.shown.push(token)
      if (!token) return errorAnswer(new RelayError('no-credentials'), 'an id')
      if (!here.good(token)) return errorAnswer(new RelayError('expired-credentials'), 'an id')
      return Response.json({ keys: [{ label: 'North', client_id: clients.sellyticsNorth.id }] })
    })
    return here
  }

  it('is an access token of the company’s own sign-in, which has to be connected first', async () => {
    const relay = serveByTokens(issuer)
    await startWithSetup(withMore(acme))
    expect(await failed('sellytics')).toBe('setup-wrong: relay-sign-in')
    expect(view().providers.find(({ id }) => id === 'sellytics')?.relay?.identity).toBe('Acme')
    expect(relay.shown).toEqual([])
    const acmeId = await connected('acme')
    await connected('sellytics')
    const { value } = await (await broker()).accessToken(acmeId)
    expect(relay.shown).toEqual([value])
  })

  it('is a renewed one where the relay takes the first for ended, once', async () => {
    const relay = serveByTokens(issuer)
    await startWithSetup(withMore(acme))
    const acmeId = await connected('acme')
    const { value } = await (await broker()).accessToken(acmeId)
    relay.good = token => token !== value
    await connected('sellytics')
    expect(relay.shown).toHaveLength(2)
    relay.good = () => false
    expect(await failed('sellytics')).toBe('setup-wrong: relay-identity')
    expect(relay.shown).toHaveLength(4)
    expect(view().connections.map(({ status }) => status)).toEqual(['connected', 'connected'])
  })

  it('is a proof where the relay has for its issuer another one than the setup', async () => {
    const relay = await startAdmitted()
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(withMore(acme)) })
    world.granted.add(`${issuer}/*`)
    await connected('acme')
    relay.instead = ({ url, headers }) => {
      expect(headers.get('authorization')).toBeNull()
      return url.includes('.well-known')
        ? Response.json({
            authorization_servers: ['https://another.example'],
            dpop_signing_alg_values_supported: ['ES256'],
          })
        : undefined
    }
    await restartWorker()
    await connected('sellytics')
  })

  it.each(['is', 'is not'])(
    'is asked for anew where the relay takes proofs now, and that sign-in %s connected',
    async is => {
      const before = serveByTokens(issuer)
      await startWithSetup(withMore(acme))
      expect(await failed('sellytics')).toBe('setup-wrong: relay-sign-in')
      if (is === 'is') await connected('acme')
      const relay = serveRelay()
      relay.admitted.add(await ask(senders.options(), 'thumbprint', {}))
      await connected('sellytics')
      expect(before.shown).toEqual([])
    },
  )

  it('is asked for anew where a relay takes proofs no more', async () => {
    const before = serveRelay()
    await startWithSetup(withMore(acme))
    expect(await failed('sellytics')).toBe('setup-wrong: relay-not-admitted')
    before.admitted.add(await ask(senders.options(), 'thumbprint', {}))
    await connected('sell')
    const relay = serveByTokens(issuer)
    expect(await failed('sellytics')).toBe('setup-wrong: relay-sign-in')
    await connected('acme')
    await connected('sellytics')
    expect(relay.shown).toEqual(['', expect.any(String)])
  })

  it('is no login of another API, though the relay names its issuer', async () => {
    const relay = serveByTokens('https://auth.play2sell.com/')
    await startWithSetup(withMore())
    await connected('salesos')
    expect(await failed('sellytics')).toBe('setup-wrong: relay-setup')
    expect(relay.shown).toEqual([])
  })

  it('is not ended with that login: what is wrong with it is said at itself', async () => {
    serveByTokens(issuer)
    await startWithSetup(withMore(acme))
    const acmeId = await connected('acme')
    const id = await connected('sellytics')
    providers.sandbox.withdraw('acme')
    expect(await words((await broker()).renewNow(acmeId))).toBe('reconnect-required')
    expect(await words((await broker()).renewNow(id))).toBe('setup-wrong: relay-sign-in')
    expect(view().connections.find(known => known.id === id)).toMatchObject({ status: 'connected' })
  })

  describe('where that gives no access tokens for an audience', () => {
    const salesos = 'https://auth.play2sell.com'
    const corp = {
      id: 'corp',
      name: 'Acme sign-in',
      clientId: clients.salesos.id,
      clientAuth: 'none',
      issuer: `${salesos}/`,
      endpoints: {
        authorization: `${salesos}/authorize`,
        token: `${salesos}/oauth/token`,
        userinfo: `${salesos}/userinfo`,
      },
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      api: [`${relayOrigin}/`],
      idToken: true,
    }
    const isIdToken = (text: string | undefined) => {
      const claims = JSON.parse(Buffer.from(text?.split('.')[1] ?? '', 'base64url').toString())
      return claims.aud === corp.clientId && 'nonce' in claims
    }

    async function start() {
      const relay = serveByTokens(corp.issuer)
      world.granted.add(`${salesos}/*`)
      await startWithSetup(withMore(corp))
      const id = await connected('corp')
      return { relay, id, ...(await broker()) }
    }

    it('is its ID token, which no site is given', async () => {
      const { relay, id, lease } = await start()
      await connected('sellytics')
      expect(relay.shown.map(isIdToken)).toEqual([true])
      expect(view().connections).toMatchObject([{ account: { email: expect.any(String) } }, {}])
      expect(await words(lease(id, corp.scopes))).toBe('not-permitted: brokered-only')
    })

    it('is a new one when it ends, though the access token lives on', async () => {
      providers.sandbox.set('salesos', { accessTokenSeconds: 24 * 3600 })
      const { relay, id, accessToken } = await start()
      const { value, expiresAt } = await accessToken(id)
      expect(expiresAt - Date.now()).toBeLessThanOrEqual(10 * hour)
      relay.good = token => token !== value
      // Within a second it would be the very same text.
      providers.sandbox.advance('salesos', 5_000)
      await connected('sellytics')
      expect(relay.shown.map(isIdToken)).toEqual([true, true])
    })

    it('wants another sign-in where a refresh brings none, and loses nothing of that refresh', async () => {
      const { id } = await start()
      const through = globalThis.fetch
      answerBy(/oauth\/token$/, async request => {
        const { id_token, ...body } = await (await through(request)).json()
        expect(id_token).toEqual(expect.any(String))
        return Response.json(body)
      })
      expect(await words(renewedToken(id))).toBe('reconnect-required: sign-in-again')
      vi.stubGlobal('fetch', through)
      await renewed('corp', { connection: id })
      await connected('sellytics')
    })
  })
})
