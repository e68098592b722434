import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import {
  acmeAuthorizeUrl,
  acmeTokens,
  answerOf,
  askAcme,
  askSalesos,
  basic,
  bearer,
  codeTokens,
  implicitToken,
  makePkce,
  redirects,
  salesosAuthorizeUrl,
  sellAuthorizeUrl,
  sellsnKey,
  sellyticsTokens,
} from './flows'
import { clients, personalTokens } from './setup'

const SELL = 'https://api.getbase.com'
const AUTH = 'https://auth.play2sell.com'
const API = 'https://api.play2sell.com'
const DATA = 'https://api.sellytics.com/data/v1'

const { sandbox, visitor } = await anewForEachTest({}, { mayViolate: true })

const rules = () => sandbox.violations().map(({ rule, what }) => `${rule}: ${what}`)

describe('violations', () => {
  it('finds none in flows that are as they should be', async () => {
    const token = await implicitToken(visitor)
    await visitor.send(`${SELL}/oauth2/token/info`, { headers: bearer(token) })
    await visitor.send(`${SELL}/v2/users/self`, { headers: bearer(token) })
    const tokens = await codeTokens(visitor)
    await visitor.send(`${AUTH}/userinfo`, { headers: bearer(tokens.access_token) })
    await visitor.send(`${API}/v1/leads`, { headers: bearer(tokens.access_token) })
    await askSalesos(visitor, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
    await visitor.send(`${AUTH}/oauth/revoke`, { method: 'POST', body: { token: tokens.refresh_token } })
    const { access_token } = await sellyticsTokens(visitor)
    await visitor.send(`${DATA}/summary`, { headers: bearer(access_token) })
    await visitor.send('https://api.sellsn.io/user', { headers: bearer(await sellsnKey(visitor)) })
    const acme = await acmeTokens(visitor)
    await visitor.send('https://api.acme.example/v1/things', { headers: bearer(acme.access_token) })
    const { refresh_token = '' } = acme
    await askAcme(visitor, 'token', { grant_type: 'refresh_token', refresh_token })
    expect(sandbox.violations()).toEqual([])
  })

  it('sees a refresh token at an API, in a header, a body or a cookie', async () => {
    const { access_token, refresh_token } = await codeTokens(visitor)
    const headers = bearer(access_token)
    await visitor.send(`${API}/v1/leads`, { headers: { ...headers, 'x-note': refresh_token } })
    expect(sandbox.violations()).toMatchObject([
      {
        rule: 'secret-at-api',
        server: 'salesos',
        host: 'api.play2sell.com',
        method: 'GET',
        path: '/v1/leads',
      },
    ])
    sandbox.forget()
    await visitor.send(`${API}/v1/leads`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ a: refresh_token }),
    })
    await visitor.send(`${API}/v1/leads`, { headers: { ...headers, cookie: `t=${refresh_token}` } })
    await visitor.send(`${API}/v1/leads`, {
      headers: { ...headers, referer: `https://x.example/#${refresh_token}` },
    })
    expect(rules()).toEqual([
      'secret-at-api: refresh token of salesos in the body',
      'secret-at-api: refresh token of salesos in header cookie',
      'secret-at-api: refresh token of salesos in header referer',
    ])
    expect(JSON.stringify(sandbox.violations())).not.toContain(refresh_token)
  })

  it('sees the refresh token of the implicit answer, and a used-up one, too', async () => {
    const answer = answerOf(await visitor.authorize(sellAuthorizeUrl(), sandbox.users.rep))
    const refreshToken = answer.get('refresh_token') ?? ''
    sandbox.withdraw('sell')
    await visitor.send(`${SELL}/v2/leads`, { headers: bearer(refreshToken) })
    expect(rules()).toEqual(['secret-at-api: refresh token of sell in header authorization'])
  })

  it('sees codes, verifiers and client secrets', async () => {
    const pkce = makePkce()
    const code =
      answerOf(await visitor.authorize(salesosAuthorizeUrl(pkce), sandbox.users.rep)).get('code') ?? ''
    await askSalesos(visitor, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirects.salesos,
      code_verifier: pkce.verifier,
    })
    expect(sandbox.violations()).toEqual([])
    await visitor.send(`${API}/v1/leads`, { method: 'POST', body: { code, verifier: pkce.verifier } })
    await visitor.send(`${SELL}/v2/leads`, { headers: basic(clients.sell) })
    expect(rules()).toEqual([
      'secret-at-api: authorization code of salesos in the body',
      'secret-at-api: code verifier of salesos in the body',
      'secret-at-api: client secret of sell in header authorization',
    ])
  })

  it('sees what a sellytics key is made of, and its tokens, where they do not belong', async () => {
    const { sellyticsNorth: north, sellyticsSouth: south } = clients
    const tokens = await sellyticsTokens(visitor)
    await sellyticsTokens(visitor, south)
    expect(sandbox.violations()).toEqual([])
    await visitor.send(`${DATA}/summary`, { headers: basic(north) })
    await visitor.send(`${DATA}/summary?secret=${south.secret}`)
    await visitor.send(`${DATA}/kpis`, { headers: bearer(tokens.refresh_token ?? '') })
    await visitor.send('https://app.futuresimple.com/leads', { headers: bearer(tokens.access_token) })
    await visitor.send(`${DATA}/kpis?access_token=${tokens.access_token}`)
    expect(rules()).toEqual([
      'secret-at-api: client secret of sellytics in header authorization',
      'secret-in-url: client secret of sellytics in the URL',
      'secret-at-api: client secret of sellytics in the URL',
      'secret-at-api: refresh token of sellytics in header authorization',
      'token-at-other-server: access token of sellytics in header authorization',
      'token-in-url: access token of sellytics in the URL',
    ])
  })

  it('sees the secrets of SalesOS’ and Acme’s apps anywhere but at the endpoints that ask for them', async () => {
    const { salesosConfidential, salesosMachine, acmeConfidential } = clients
    for (const { id, secret } of [salesosConfidential, salesosMachine]) {
      const body = { client_id: id, client_secret: secret }
      await visitor.send(`${AUTH}/oauth/token`, { method: 'POST', body })
      await visitor.send(`${AUTH}/oauth/revoke`, { method: 'POST', body: JSON.stringify(body) })
      await visitor.send(`${AUTH}/oauth/token`, { method: 'POST', body: {}, headers: basic({ id, secret }) })
    }
    for (const endpoint of ['token', 'revoke', 'introspect'] as const)
      await askAcme(visitor, endpoint, {}, basic(acmeConfidential))
    expect(sandbox.violations()).toEqual([])

    const headers = basic(salesosConfidential)
    await visitor.send(`${AUTH}/userinfo`, { headers })
    await visitor.send(`${AUTH}/authorize?client_secret=${salesosConfidential.secret}`)
    await visitor.send(`${API}/v1/leads`, { headers: bearer(salesosMachine.secret) })
    await visitor.send('https://app.futuresimple.com/leads', { headers })
    await visitor.send('https://id.acme.example/authorize', { headers: basic(acmeConfidential) })
    await visitor.send('https://api.acme.example/v1/me', { headers: basic(acmeConfidential) })
    expect(rules()).toEqual([
      'secret-at-api: client secret of salesos in header authorization',
      'secret-in-url: client secret of salesos in the URL',
      'secret-at-api: client secret of salesos in the URL',
      'secret-at-other-server: client secret of salesos in header authorization',
      'secret-at-other-server: client secret of salesos in header authorization',
      'secret-at-api: client secret of acme in header authorization',
      'secret-at-other-server: client secret of acme in header authorization',
    ])
  })

  it('sees Acme’s codes, verifiers and refresh tokens at its API and userinfo', async () => {
    const pkce = makePkce()
    const code =
      answerOf(await visitor.authorize(acmeAuthorizeUrl(pkce), sandbox.users.rep)).get('code') ?? ''
    const answer = await askAcme(visitor, 'token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirects.acme,
      code_verifier: pkce.verifier,
    })
    const { access_token, refresh_token } = answer.json() as Record<string, string>
    expect(sandbox.violations()).toEqual([])
    const headers = { ...bearer(access_token ?? ''), 'x-note': `${refresh_token}` }
    await visitor.send('https://id.acme.example/userinfo', { headers })
    await visitor.send('https://api.acme.example/v1/me', { headers })
    await visitor.send('https://id.acme.example/userinfo', {
      method: 'POST',
      body: { code, code_verifier: pkce.verifier },
    })
    expect(rules()).toEqual([
      'secret-at-api: refresh token of acme in header x-note',
      'secret-at-other-server: refresh token of acme in header x-note',
      'secret-at-api: authorization code of acme in the body',
      'secret-at-api: code verifier of acme in the body',
    ])
  })

  it('sees a password that a client has used, but where people type theirs', async () => {
    const { email, password } = sandbox.users.rep
    const grant = { grant_type: 'password', username: email, password }
    const token = `${SELL}/oauth2/token`
    await visitor.send(token, { method: 'POST', body: grant, headers: basic(clients.sell) })
    await implicitToken(visitor)
    await codeTokens(visitor)
    await sellsnKey(visitor)
    expect(sandbox.violations()).toEqual([])

    await visitor.send(`${token}?password=${password}`, { method: 'POST', body: grant })
    await visitor.send(`${SELL}/v2/leads`, { method: 'POST', body: { password } })
    await visitor.send(`${SELL}/oauth2/revoke`, { method: 'POST', body: { token: password } })
    await visitor.send(`${AUTH}/oauth/token`, { method: 'POST', body: { password } })
    await visitor.send(`${API}/v1/leads`, { headers: { 'x-note': password } })
    await visitor.send(`${SELL}/oauth2/sign_in?password=${password}`)
    expect(rules()).toEqual([
      'secret-in-url: password of sell in the URL',
      'secret-at-api: password of sell in the body',
      'secret-at-api: password of sell in the body',
      'secret-at-other-server: password of sell in the body',
      'secret-at-other-server: password of sell in header x-note',
      'secret-in-url: password of sell in the URL',
      'secret-at-api: password of sell in the URL',
    ])
  })

  it('sees a personal token anywhere but at Sell, and in its URLs', async () => {
    const { token } = personalTokens.rep
    await visitor.send(`${SELL}/v2/leads`, { headers: bearer(token) })
    await visitor.send(`${SELL}/oauth2/token/info`, { headers: bearer(token) })
    const headers = basic(clients.sell)
    await visitor.send(`${SELL}/oauth2/revoke`, { method: 'POST', body: { token }, headers })
    expect(sandbox.violations()).toEqual([])
    await visitor.send(`${SELL}/v2/leads?access_token=${token}`)
    await visitor.send(`${API}/v1/leads`, { headers: bearer(token) })
    expect(rules()).toEqual([
      'secret-in-url: key of sell in the URL',
      'secret-at-other-server: key of sell in header authorization',
    ])
  })

  it('holds an answer that gives a token back against nobody, and the token that is passed on against who does', async () => {
    const { access_token } = await codeTokens(visitor)
    for (const echo of ['body', 'base64', 'header', 'status'] as const) {
      sandbox.set('salesos', { fault: { path: '/v1/leads', echo } })
      await visitor.send(`${API}/v1/leads`, { headers: bearer(access_token) })
    }
    expect(sandbox.violations()).toEqual([])
    await visitor.send('https://crm.acme.example/blank', { headers: bearer(access_token) })
    expect(rules()).toEqual(['token-at-other-server: access token of salesos in header authorization'])
  })

  it('sees a secret in any URL, escaped or not', async () => {
    const { refresh_token } = await codeTokens(visitor)
    await visitor.send(`${AUTH}/oauth/token?refresh_token=${refresh_token}`, { method: 'POST', body: {} })
    const escaped = [...refresh_token].map(char => `%${char.charCodeAt(0).toString(16)}`).join('')
    await visitor.send(`${AUTH}/nowhere/${escaped}`)
    expect(rules()).toEqual(Array(2).fill('secret-in-url: refresh token of salesos in the URL'))
  })

  it('sees a secret at another server, the CRM, a site and an unknown host among them', async () => {
    const { refresh_token } = await codeTokens(visitor)
    for (const url of [
      `${SELL}/oauth2/token`,
      'https://app.futuresimple.com/leads',
      'https://evil.example/',
      'https://elsewhere.example/',
    ]) {
      await visitor.send(url, { method: 'POST', body: { refresh_token } })
    }
    expect(rules()).toEqual(Array(4).fill('secret-at-other-server: refresh token of salesos in the body'))
    expect(sandbox.violations().map(found => found.server)).toEqual(['sell', 'crm', 'sites', 'unknown'])
  })

  it('lets a code go to its redirect address, where a browser without the extension takes it', async () => {
    const { location } = await visitor.authorize(salesosAuthorizeUrl(makePkce()), sandbox.users.rep)
    await visitor.send(location ?? '')
    expect(sandbox.violations()).toEqual([])
    await visitor.send((location ?? '').replace('chromiumapp.org', 'chromiumapp.org.evil.example'))
    expect(rules()).toEqual([
      'secret-in-url: authorization code of salesos in the URL',
      'secret-at-other-server: authorization code of salesos in the URL',
    ])
  })

  it('sees an access token in a URL, and at another provider', async () => {
    const token = await implicitToken(visitor)
    await visitor.send(`${SELL}/v2/leads?access_token=${token}`)
    await visitor.send(`${API}/v1/leads`, { headers: bearer(token) })
    const { access_token } = await codeTokens(visitor)
    await visitor.send(`${API}/v1/leads?token=${access_token}`)
    await visitor.send(`${SELL}/v2/leads`, { headers: bearer(access_token) })
    expect(rules()).toEqual([
      'token-in-url: access token of sell in the URL',
      'token-at-other-server: access token of sell in header authorization',
      'token-in-url: access token of salesos in the URL',
      'token-at-other-server: access token of salesos in header authorization',
    ])
  })

  it.each(['chrome-extension', 'moz-extension'])('sees a cookie beside an origin of %s', async scheme => {
    const origin = `${scheme}://abcdefghijklmnop`
    await visitor.send(`${AUTH}/oauth/token`, { method: 'POST', body: {}, headers: { origin } })
    expect(sandbox.violations()).toEqual([])
    await visitor.send(`${AUTH}/oauth/token`, {
      method: 'POST',
      body: {},
      headers: { origin, cookie: 'a=b' },
    })
    expect(rules()).toEqual([`cookie-from-extension: cookies with Origin ${origin}`])
  })
})
