import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anewForEachTest } from './anew'
import {
  acmeAuthorizeUrl,
  answerOf,
  basic,
  bearer,
  claimsOf,
  makePkce,
  redirects,
  salesosAuthorizeUrl,
  sellAuthorizeUrl,
  sellsnAuthorizeUrl,
  type TokenBody,
} from './flows'
import { practiceSetup, startSandbox } from './sandbox'
import { clients, SALESOS_AUDIENCE } from './setup'
import type { Answer } from './visitor'

const { sandbox, visitor } = await anewForEachTest({ loopback: true }, { mayViolate: true })

const at = (host: string) => sandbox.loopback[host] ?? ''
/** A provider's address, moved to loopback. */
const moved = (address: string) =>
  address.replace(`https://${new URL(address).host}`, at(new URL(address).host))
const get = (url: string, token: string) => visitor.send(url, { headers: bearer(token) })

/** Goes through a flow on loopback as a person and checks that every page and cookie works there. */
async function authorize(address: string): Promise<Answer> {
  sandbox.forget()
  const answer = await visitor.authorize(moved(address), sandbox.users.rep)
  expect(visitor.met).toEqual(['Sign in', 'Allow'])
  const host = new URL(address).hostname
  for (const seen of sandbox.saw()) {
    expect(seen.host).toBe(host)
    expect(seen.headers.host).toBe(new URL(at(host)).host)
  }
  return answer
}

const tokensOfSalesos = async (pkce = makePkce()) => {
  const answered = answerOf(await authorize(salesosAuthorizeUrl(pkce)))
  expect(answered.get('iss')).toBe(`${at('auth.play2sell.com')}/`)
  const code = answered.get('code') ?? ''
  const form = {
    grant_type: 'authorization_code',
    client_id: clients.salesos.id,
    code,
    redirect_uri: redirects.salesos,
    code_verifier: pkce.verifier,
  }
  const answer = await visitor.send(`${at('auth.play2sell.com')}/oauth/token`, { method: 'POST', body: form })
  expect(answer.status, answer.text).toBe(200)
  return answer.json() as TokenBody
}

describe('loopback', () => {
  it('has a port of its own for each host, and is off by default', async () => {
    expect(Object.keys(sandbox.loopback)).toEqual(sandbox.hosts)
    const addresses = Object.values(sandbox.loopback)
    for (const address of addresses) expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(new Set(addresses).size).toBe(sandbox.hosts.length)
    const other = await startSandbox()
    onTestFinished(() => other.stop())
    expect(other.loopback).toEqual({})
  })

  it('takes ports from the first one on that are free', async () => {
    const busy = createServer()
    await new Promise<void>(resolve => busy.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void busy.close())
    const { port } = busy.address() as AddressInfo
    const other = await startSandbox({ loopback: { firstPort: port } })
    onTestFinished(() => other.stop())
    const ports = Object.values(other.loopback).map(address => Number(new URL(address).port))
    expect(ports[0]).toBeGreaterThan(port)
    expect(ports).toEqual([...new Set(ports)].toSorted((a, b) => a - b))
  })

  it('counts a request as one to the host, for the recording, faults and the watch', async () => {
    await get(`${at('api.getbase.com')}/v2/leads?page=1`, 'nothing')
    expect(sandbox.saw()).toMatchObject([
      { server: 'sell', host: 'api.getbase.com', path: '/v2/leads', query: { page: '1' }, status: 401 },
    ])
    await get(`${at('api.play2sell.com')}/v1/leads`, clients.sell.secret)
    expect(sandbox.violations()).toMatchObject([
      { rule: 'secret-at-other-server', server: 'salesos', host: 'api.play2sell.com' },
    ])
    sandbox.set('sell', { fault: { path: '/v2/leads', host: 'api.getbase.com', status: 503 } })
    expect((await get(`${at('api.getbase.com')}/v2/leads`, 'nothing')).status).toBe(503)
    sandbox.set('salesos', { dead: 'api.play2sell.com' })
    await expect(get(`${at('api.play2sell.com')}/v1/leads`, 'nothing')).rejects.toThrow(/hang up|ECONNRESET/)
  })

  it('answers to its own address alone', async () => {
    const answer = await visitor.send(`${at('api.getbase.com')}/v2/leads`, {
      headers: { host: 'rebound.example' },
    })
    expect(answer.status).toBe(421)
    expect(sandbox.saw()).toEqual([])
  })

  it('closes its ports on stop', async () => {
    const other = await startSandbox({ loopback: true })
    const address = other.loopback['api.getbase.com']
    await other.stop()
    await expect(visitor.send(`${address}/v2/leads`)).rejects.toThrow('ECONNREFUSED')
  })
})

describe('on loopback', () => {
  it('Sell signs people in, and links to itself', async () => {
    const answer = answerOf(await authorize(sellAuthorizeUrl()))
    const list = await get(`${at('api.getbase.com')}/v2/leads?per_page=5`, answer.get('access_token') ?? '')
    expect(list.json()).toMatchObject({
      meta: { links: { next_page: `${at('api.getbase.com')}/v2/leads?per_page=5&page=2` } },
    })
    expect(sandbox.violations()).toEqual([])
  })

  it('SalesOS has an issuer there', async () => {
    const issuer = `${at('auth.play2sell.com')}/`
    const metadata = await visitor.send(`${issuer}.well-known/openid-configuration`)
    expect(metadata.json()).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      revocation_endpoint: `${issuer}oauth/revoke`,
      userinfo_endpoint: `${issuer}userinfo`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
    })
    const tokens = await tokensOfSalesos()
    expect(claimsOf(tokens.id_token)).toMatchObject({ iss: issuer, aud: clients.salesos.id })
    expect(claimsOf(tokens.access_token)).toMatchObject({
      iss: issuer,
      aud: [SALESOS_AUDIENCE, `${issuer}userinfo`],
    })
    expect((await get(`${issuer}userinfo`, tokens.access_token)).json()).toMatchObject({
      email: sandbox.users.rep.email,
    })
    expect((await get(`${at('api.play2sell.com')}/v1/leads`, tokens.access_token)).status).toBe(200)
    const again = await visitor.send(`${issuer}oauth/token`, {
      method: 'POST',
      body: {
        grant_type: 'refresh_token',
        client_id: clients.salesos.id,
        refresh_token: tokens.refresh_token,
      },
    })
    expect(claimsOf((again.json() as TokenBody).id_token).iss).toBe(issuer)
    expect(sandbox.violations()).toEqual([])
  })

  it('SalesOS gives a machine a token of that issuer', async () => {
    const answer = await visitor.send(`${at('auth.play2sell.com')}/oauth/token`, {
      method: 'POST',
      headers: basic(clients.salesosMachine),
      body: { grant_type: 'client_credentials', audience: SALESOS_AUDIENCE },
    })
    const { access_token } = answer.json() as TokenBody
    expect(claimsOf(access_token).iss).toBe(`${at('auth.play2sell.com')}/`)
    expect((await get(`${at('api.play2sell.com')}/v1/leads`, access_token)).status).toBe(200)
  })

  it('SalesOS forgets its sessions and grants with the others', async () => {
    const { refresh_token } = await tokensOfSalesos()
    const silent = moved(salesosAuthorizeUrl(makePkce(), { prompt: 'none' }))
    sandbox.withdraw('salesos')
    expect(answerOf(await visitor.visit(silent)).get('error')).toBe('consent_required')
    sandbox.signOut('salesos')
    expect(answerOf(await visitor.visit(silent)).get('error')).toBe('login_required')
    const body = { grant_type: 'refresh_token', client_id: clients.salesos.id, refresh_token }
    const answer = await visitor.send(`${at('auth.play2sell.com')}/oauth/token`, { method: 'POST', body })
    expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('sellytics has its realm there', async () => {
    const realm = `${at('auth.sellytics.com')}/realms/sellytics`
    const { id, secret } = clients.sellyticsNorth
    expect((await visitor.send(`${realm}/.well-known/openid-configuration`)).json()).toMatchObject({
      issuer: realm,
      token_endpoint: `${realm}/protocol/openid-connect/token`,
    })
    const answer = await visitor.send(`${realm}/protocol/openid-connect/token`, {
      method: 'POST',
      body: {
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
        scope: 'sellytics-data-api',
      },
    })
    const { access_token } = answer.json() as TokenBody
    expect(claimsOf(access_token).iss).toBe(realm)
    expect((await get(`${at('api.sellytics.com')}/data/v1/summary`, access_token)).status).toBe(200)
  })

  it('SellSN goes from its dashboard to its API', async () => {
    const code = answerOf(await authorize(sellsnAuthorizeUrl())).get('code') ?? ''
    const answer = await visitor.send(`${at('api.sellsn.io')}/oauth2/${clients.sellsn.id}/exchange/${code}`, {
      headers: { 'XOAuth2-Client-Secret': clients.sellsn.secret },
    })
    const { data } = answer.json() as { data: string }
    expect((await get(`${at('api.sellsn.io')}/user`, data)).status).toBe(200)
    expect(sandbox.violations()).toEqual([])
  })

  it('Acme signs people in, and says where it is', async () => {
    expect(answerOf(await authorize(acmeAuthorizeUrl(makePkce()))).has('code')).toBe(true)
    const id = at('id.acme.example')
    expect((await visitor.send(`${id}/.well-known/oauth-authorization-server`)).json()).toMatchObject({
      issuer: id,
      token_endpoint: `${id}/token`,
    })
  })

  it.each([
    ['app.futuresimple.com', '/leads/1'],
    ['crm.acme.example', '/accounts/1'],
  ])('%s may call SalesOS there, which lets it read', async (host, path) => {
    const crm = at(host)
    const salesos = at('api.play2sell.com')
    const page = await visitor.send(crm + path)
    expect(page.headers['content-security-policy']).toContain(`connect-src 'self' ${salesos};`)
    const answer = await visitor.send(`${salesos}/v1/leads`, { headers: { origin: crm } })
    expect(answer.headers['access-control-allow-origin']).toBe(crm)
    const other = await visitor.send(`${salesos}/v1/leads`, { headers: { origin: salesos } })
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('the demo CRM starts at the leads', async () => {
    const crm = at('app.futuresimple.com')
    expect((await visitor.visit(`${crm}/`)).url).toBe(`${crm}/leads`)
  })

  it('has every cookie for plain http, and for https the Secure ones', async () => {
    const { email, password } = sandbox.users.rep
    for (const address of [
      sellAuthorizeUrl(),
      salesosAuthorizeUrl(makePkce()),
      sellsnAuthorizeUrl(),
      acmeAuthorizeUrl(makePkce()),
    ]) {
      for (const isSecure of [true, false]) {
        visitor.forget()
        const page = await visitor.visit(isSecure ? address : moved(address))
        const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1] ?? ''
        expect(action).toMatch(/^\//)
        const url = new URL(action.replaceAll('&#38;', '&'), page.url).href
        const signedIn = await visitor.send(url, { method: 'POST', body: { email, password } })
        const cookies = [signedIn.headers['set-cookie'] ?? []].flat()
        for (const cookie of cookies) expect(/; secure/i.test(cookie)).toBe(isSecure)
      }
    }
  })
})

describe('practiceSetup', () => {
  it('moves every provider to its loopback addresses', () => {
    const { providers, ...setup } = practiceSetup(sandbox)
    const sell = at('api.getbase.com')
    const auth = at('auth.play2sell.com')
    const realm = `${at('auth.sellytics.com')}/realms/sellytics/protocol/openid-connect`
    expect(setup).toEqual({
      version: 1,
      organisation: { name: 'Acme Sales', supportContact: 'it@acme.example' },
      rules: {
        privateAddresses: [sell, at('api.play2sell.com'), at('api.sellytics.com'), at('api.sellsn.io')],
      },
    })
    expect(providers).toEqual([
      {
        id: 'sell',
        clientId: clients.sell.id,
        flow: 'implicit',
        scopes: ['read', 'profile'],
        endpoints: {
          authorization: `${sell}/oauth2/authorize`,
          token: `${sell}/oauth2/token`,
          revocation: `${sell}/oauth2/revoke`,
          tokenInfo: `${sell}/oauth2/token/info`,
        },
        api: [`${sell}/v2/`],
      },
      {
        id: 'salesos',
        clientId: clients.salesos.id,
        audience: SALESOS_AUDIENCE,
        issuer: `${auth}/`,
        endpoints: {
          authorization: `${auth}/authorize`,
          token: `${auth}/oauth/token`,
          revocation: `${auth}/oauth/revoke`,
          userinfo: `${auth}/userinfo`,
        },
        api: [`${at('api.play2sell.com')}/v1/`],
      },
      {
        id: 'sellytics',
        keys: [expect.objectContaining({ label: 'North' }), expect.objectContaining({ label: 'South' })],
        endpoints: {
          token: `${realm}/token`,
          revocation: `${realm}/revoke`,
          introspection: `${realm}/token/introspect`,
        },
        api: [`${at('api.sellytics.com')}/data/v1/`],
      },
      {
        id: 'sellsn',
        clientId: clients.sellsn.id,
        clientSecret: clients.sellsn.secret,
        endpoints: {
          authorization: `${at('dash.sellsn.io')}/oauth2/`,
          token: `${at('api.sellsn.io')}/oauth2/`,
        },
        api: [`${at('api.sellsn.io')}/`],
      },
    ])
  })

  it('names only addresses at which somebody answers', async () => {
    for (const { endpoints = {}, api = [] } of practiceSetup(sandbox).providers) {
      for (const address of [...Object.values(endpoints), ...api])
        expect((await visitor.send(address)).status, address).toBeGreaterThan(0)
    }
    expect(sandbox.saw({ server: 'unknown' })).toEqual([])
  })

  it('needs a sandbox that is open there', () => {
    expect(() => practiceSetup({ loopback: {} })).toThrow('start it with `loopback`')
  })
})
