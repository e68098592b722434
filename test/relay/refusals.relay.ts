import { generateSecret, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { redirects } from '../sandbox/flows'
import { clients } from '../sandbox/setup'
import { relayOrigin } from './config'
import { createProver } from './prover'
import { runtimes } from './runtimes'
import { type Call, type Reply, withWorld } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { 'dealpass-client': clients.sellyticsNorth.id }
const told = ({ status, code }: Reply) => `${status} ${code}`

describe.each(runtimes)('the relay on %s refuses', runtime => {
  const world = withWorld(runtime)

  /** Calls, and expects that no provider saw anything of it. */
  const refused = async (path: string, call: Call = {}) => {
    world.sandbox.forget()
    const reply = await world.call(path, call)
    expect(world.sandbox.saw()).toEqual([])
    return told(reply)
  }
  const bearing = (token: string | null) => refused(summary, { token, headers: north })
  const now = () => Math.floor(Date.now() / 1000)

  describe('a token', () => {
    it('that is not there, is none, or comes otherwise', async () => {
      expect(await bearing(null)).toBe('401 no-credentials')
      expect(await bearing('nonsense')).toBe('401 bad-credentials')
      const authorization = `Basic ${btoa('mia:secret')}`
      expect(await refused(summary, { token: null, headers: { ...north, authorization } })).toBe(
        '401 no-credentials',
      )
      expect(await refused(`${summary}?access_token=${await world.identity.token()}`, { token: null })).toBe(
        '401 no-credentials',
      )
    })

    it.each([
      ['of another audience', { aud: 'https://other.acme.example' }, 'bad-credentials'],
      ['without an audience', { aud: undefined }, 'bad-credentials'],
      ['of another issuer', { iss: 'https://evil.example/' }, 'bad-credentials'],
      ['without a subject', { sub: undefined }, 'bad-credentials'],
      ['without an end', { exp: undefined }, 'bad-credentials'],
      ['that has ended', { exp: 1_700_000_000 }, 'expired-credentials'],
      ['of tomorrow', { nbf: Math.floor(Date.now() / 1000) + 86_400 }, 'bad-credentials'],
      ['that is an ID token', { nonce: 'n-0S6_WzA2Mj' }, 'bad-credentials'],
    ] as const)('%s', async (_what, claims, code) => {
      expect(await bearing(await world.identity.token(claims))).toBe(`401 ${code}`)
    })

    it('of another type', async () => {
      for (const typ of ['dpop+jwt', 'logout+jwt', 'secevent+jwt'])
        expect(await bearing(await world.identity.token({}, { typ }))).toBe('401 bad-credentials')
    })

    it('without a signature, or signed by whoever sends it', async () => {
      const [, payload = ''] = (await world.identity.token()).split('.')
      const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url')
      for (const alg of ['none', 'None', 'NONE'])
        expect(await bearing(`${header({ alg, typ: 'at+jwt' })}.${payload}.`)).toBe('401 bad-credentials')
      const own = await createProver(relayOrigin)
      for (const more of [
        {},
        { jwk: own.publicJwk },
        { jku: `${world.identity.issuer}keys` },
        { kid: 'other' },
      ]) {
        const token = await world.identity.token({}, { alg: 'ES256', ...more }, own.privateKey)
        expect(await bearing(token)).toBe('401 bad-credentials')
      }
    })

    it('whose signature takes the public key for a shared one', async () => {
      const claims = { iss: world.identity.issuer, aud: relayOrigin, sub: 'mia', exp: now() + 600 }
      for (const secret of [
        new TextEncoder().encode(JSON.stringify(world.identity.publicJwk)),
        Buffer.from(String(world.identity.publicJwk.n), 'base64url'),
      ]) {
        const token = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'one', typ: 'at+jwt' })
          .sign(secret)
        expect(await bearing(token)).toBe('401 bad-credentials')
      }
      const shared = await generateSecret('HS256')
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(shared)
      expect(await bearing(token)).toBe('401 bad-credentials')
    })
  })

  describe('a proof', () => {
    const proving = (proof: string, more: Call = {}) =>
      refused(summary, { token: null, ...more, headers: { ...north, ...more.headers, dpop: proof } })
    const proofOf = (claims = {}, header = {}, prover = world.prover) =>
      prover.proof({ method: 'GET', url: `${world.relay.address}${summary}` }, claims, header)

    it('of a key that nobody has admitted', async () => {
      const stranger = await createProver(relayOrigin)
      expect(await proving(await proofOf({}, {}, stranger))).toBe('403 not-admitted')
    })

    it('of an admitted key in the words of another', async () => {
      const stranger = await createProver(relayOrigin)
      const { publicJwk } = world.prover
      expect(await proving(await proofOf({}, { jwk: publicJwk }, stranger))).toBe('401 bad-credentials')
      expect(await proving(await proofOf({}, { jwk: { ...publicJwk, d: 'AAAA' } }))).toBe(
        '401 bad-credentials',
      )
    })

    it('for another request: method, address, query, body', async () => {
      const url = `${world.relay.address}${summary}`
      const { prover } = world
      const other = [
        await prover.proof({ method: 'POST', url }),
        await prover.proof({ method: 'GET', url: `${world.relay.address}/api/sellytics/data/v1/kpis` }),
        await prover.proof({ method: 'GET', url: `${url}?period=year` }),
        await prover.proof({ method: 'GET', url, body: 'more' }),
        await proofOf({ htu: 'https://evil.example/api/sellytics/data/v1/summary' }),
        await proofOf({ req: undefined }),
      ]
      for (const proof of other) expect(await proving(proof)).toBe('401 bad-credentials')
      const form = { grant_type: 'refresh_token', refresh_token: 'x' }
      const path = '/oauth/sell/token'
      const body = new URLSearchParams(form).toString()
      const proof = await prover.proof({ method: 'POST', url: `${world.relay.address}${path}`, body })
      const changed = { ...form, scope: 'write' }
      expect(await refused(path, { form: changed, token: null, headers: { dpop: proof } })).toBe(
        '401 bad-credentials',
      )
    })

    it('that is old, of tomorrow, or has been used', async () => {
      expect(await proving(await proofOf({ iat: now() - 120 }))).toBe('401 stale-proof')
      expect(await proving(await proofOf({ iat: now() + 120 }))).toBe('401 stale-proof')
      expect(await proving(await proofOf({ jti: 'short' }))).toBe('401 bad-credentials')
      const proof = await proofOf()
      const call = { token: null, headers: { ...north, dpop: proof } }
      expect((await world.call(summary, call)).status).toBe(200)
      expect(await proving(proof)).toBe('401 replayed-proof')
    })

    it('of another type, and one beside a token', async () => {
      expect(await proving(await proofOf({}, { typ: 'jwt' }))).toBe('401 bad-credentials')
      const headers = { ...north, dpop: await proofOf() }
      expect(await refused(summary, { headers })).toBe('400 bad-request')
    })
  })

  describe('a token request', () => {
    const asked = (form: Record<string, string> | string, more: Call = {}) =>
      refused('/oauth/sell/token', { form, ...more })

    it('of a grant that is not configured', async () => {
      for (const grant_type of ['password', 'client_credentials', 'implicit', '', 'constructor'])
        expect(await asked({ grant_type, username: 'a', password: 'b' })).toBe('400 grant-not-allowed')
      expect(await refused('/oauth/sellytics/token', { form: { grant_type: 'refresh_token' } })).toBe(
        '400 grant-not-allowed',
      )
      expect(await refused('/oauth/sell/exchange', { form: { code: 'x' } })).toBe('400 grant-not-allowed')
      expect(await refused('/oauth/sellsn/revoke', { form: { token: 'x' } })).toBe('400 grant-not-allowed')
    })

    it('with a redirect address that is not configured', async () => {
      for (const redirect_uri of ['https://evil.example/sell', `${redirects.sell}/`, redirects.salesos, ''])
        expect(await asked({ grant_type: 'authorization_code', code: 'x', redirect_uri })).toMatch(
          /^400 (redirect-not-allowed|bad-request)$/,
        )
    })

    it('with a scope that is not configured', async () => {
      const { refresh_token = '' } = await world.signIn()
      const form = { grant_type: 'refresh_token', refresh_token, scope: 'read write' }
      expect(await asked(form)).toBe('400 scope-not-allowed')
    })

    it('with a refresh token that was sealed for somebody or something else, or not by this relay', async () => {
      const { refresh_token = '' } = await world.signIn()
      const form = { grant_type: 'refresh_token', refresh_token }
      expect(await asked(form, { token: await world.identity.token({ sub: 'tom' }) })).toBe(
        '400 bad-sealed-token',
      )
      expect(await asked(form, { token: null, prover: world.prover })).toBe('400 bad-sealed-token')
      expect(await refused('/oauth/salesos/token', { form })).toBe('400 bad-sealed-token')
      const [prefix, header, iv, ciphertext = '', tag] = refresh_token.split('.')
      const other = Buffer.from('{"alg":"dir","enc":"A256GCM","kid":"before"}').toString('base64url')
      const none = Buffer.from('{"alg":"none","enc":"none","kid":"now"}').toString('base64url')
      const torn = [
        'a'.repeat(64),
        '',
        [prefix, header, iv, `${ciphertext.slice(0, -2)}AA`, tag].join('.'),
        [prefix, other, iv, ciphertext, tag].join('.'),
        [prefix, none, iv, ciphertext, tag].join('.'),
        [prefix, header, iv, ciphertext, ''].join('.'),
        `${refresh_token}.x`,
      ]
      for (const token of torn)
        expect(await asked({ ...form, refresh_token: token })).toMatch(/^400 (bad-sealed-token|bad-request)$/)
    })

    it('that is malformed, too large, or says something twice', async () => {
      const { refresh_token } = await world.signIn()
      const form = `grant_type=refresh_token&refresh_token=${refresh_token}&scope=read&scope=read`
      expect(await asked(form)).toBe('400 bad-request')
      const json = { 'content-type': 'application/json' }
      expect(await refused('/oauth/sell/token', { method: 'POST', body: '{}', headers: json })).toBe(
        '400 bad-request',
      )
      const large = `grant_type=refresh_token&refresh_token=${'a'.repeat(64 * 1024)}`
      expect(await asked(large)).toBe('413 too-large')
      expect(await refused('/oauth/sell/token')).toBe('404 not-found')
      for (const path of ['/', '/oauth/none/token', '/oauth/constructor/token', '/oauth/__proto__/token'])
        expect(await refused(path, { form: {} }), path).toBe('404 not-found')
    })

    it('has no say in client, addresses and secrets', async () => {
      const form = {
        grant_type: 'authorization_code',
        code: await world.code('sell'),
        redirect_uri: redirects.sell,
        client_id: clients.sellOther.id,
        client_secret: 'mine',
        resource: 'https://evil.example/',
        audience: 'https://evil.example/',
        token_endpoint: 'https://evil.example/',
        scope: 'write',
      }
      const headers = {
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        'x-original-url': 'https://evil.example/',
        cookie: 'session=1',
        'x-http-method-override': 'DELETE',
      }
      expect((await world.call('/oauth/sell/token', { form, headers })).status).toBe(200)
      const [seen, ...others] = world.sandbox.saw({ path: '/oauth2/token' })
      expect(others).toEqual([])
      expect(Object.keys(Object(seen?.body)).sort()).toEqual(['code', 'grant_type', 'redirect_uri'])
      for (const name of Object.keys(headers)) expect(seen?.headers).not.toHaveProperty(name)
      expect(seen?.headers.authorization).toBe(`Basic ${btoa(`${clients.sell.id}:${clients.sell.secret}`)}`)
    })
  })

  it('whoever does not send the header, and every page', async () => {
    expect(await refused(summary, { headers: { 'dealpass-relay': '' } })).toBe('400 header-missing')
    for (const origin of [
      'https://app.futuresimple.com',
      'null',
      relayOrigin,
      'chrome-extension://x',
      'file://',
    ])
      expect(await refused(summary, { headers: { origin } })).toBe('403 origin-refused')
    const asking = { method: 'OPTIONS', token: null, headers: { origin: 'https://evil.example' } }
    world.sandbox.forget()
    const reply = await world.call(summary, asking)
    expect(told(reply)).toBe('403 origin-refused')
    expect([...reply.headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([])
    const origin = `chrome-extension://${'abcdefghijklmnop'.repeat(2)}`
    expect((await world.call(summary, { headers: { ...north, origin } })).status).toBe(200)
  })

  it('users beyond their rate, and nobody else', async () => {
    const slow = await world.another({ perMinute: { tokens: 2, calls: 3 } })
    const codes = async (token: string) => {
      const replies: Reply[] = []
      for (let count = 0; count < 5; count += 1)
        replies.push(await world.call(summary, { token, headers: north }, slow))
      return replies
    }
    const mine = await codes(await world.identity.token())
    expect(mine.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
    expect(Number(mine[4]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await codes(await world.identity.token({ sub: 'tom' })))[0]?.status).toBe(200)
  })
})
