import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { anewForEachTest } from './anew'
import {
  acmeAuthorizeUrl,
  answerOf,
  bearer,
  claimsOf,
  codeTokens,
  implicitToken,
  makePkce,
  salesosAuthorizeUrl,
  sellAuthorizeUrl,
  sellsnAuthorizeUrl,
} from './flows'
import { sandboxSetup, startSandbox } from './sandbox'
import { clients } from './setup'
import { createVisitor } from './visitor'

const HOUR = 3_600_000
const SELL = 'https://api.getbase.com'
const SALESOS = 'https://api.play2sell.com'
const REALM = 'https://auth.sellytics.com/realms/sellytics'

const { sandbox, visitor } = await anewForEachTest({}, { mayViolate: true })

describe('the TLS front', () => {
  it('has one certificate for all hosts, whose key is the one it names', async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: sandbox.port,
      servername: SELL.slice(8),
      rejectUnauthorized: false,
    })
    await new Promise(resolve => socket.once('secureConnect', resolve))
    const certificate = socket.getPeerX509Certificate()
    socket.destroy()
    expect(sandbox.hosts).toEqual([
      'api.getbase.com',
      'auth.play2sell.com',
      'api.play2sell.com',
      'auth.sellytics.com',
      'api.sellytics.com',
      'dash.sellsn.io',
      'api.sellsn.io',
      'id.acme.example',
      'api.acme.example',
      'app.futuresimple.com',
      'crm.acme.example',
      'partner.acme.example',
      'evil.example',
      'crm.acme.example.evil.example',
      'crm-acme.example',
      'crm.xn--cme-5cd.example',
      'relay.acme.example',
    ])
    for (const host of sandbox.hosts) expect(certificate?.checkHost(host)).toBe(host)
    const der = certificate?.publicKey.export({ type: 'spki', format: 'der' }) ?? Buffer.alloc(0)
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(der))
    expect(sandbox.spki).toBe(Buffer.from(digest).toString('base64'))
  })

  it('answers 421 for a host it does not serve, and records it', async () => {
    const answer = await visitor.send('https://elsewhere.example/some/path?x=1')
    expect(answer.status).toBe(421)
    expect(answer.headers['content-type']).toContain('text/plain')
    expect(sandbox.saw()).toMatchObject([
      { server: 'unknown', host: 'elsewhere.example', path: '/some/path', query: { x: '1' }, status: 421 },
    ])
  })

  it('dates answers by the server’s clock', async () => {
    sandbox.advance('sell', -HOUR)
    const [sell, salesos] = await Promise.all([
      visitor.send(`${SELL}/v2/leads`),
      visitor.send(`${SALESOS}/v1/leads`),
    ])
    expect(Math.abs(Date.parse(String(sell.headers.date)) - (Date.now() - HOUR))).toBeLessThan(5000)
    expect(Math.abs(Date.parse(String(salesos.headers.date)) - Date.now())).toBeLessThan(5000)
    expect(sandbox.saw({ server: 'sell' })[0]?.at).toBeLessThan(Date.now() - HOUR + 5000)
  })
})

describe('advance', () => {
  it('moves one server and neither the other nor the test', async () => {
    const before = Date.now()
    const sellToken = await implicitToken(visitor)
    const salesosToken = (await codeTokens(visitor)).access_token
    sandbox.advance('sell', 2 * HOUR)
    expect((await visitor.send(`${SELL}/v2/leads`, { headers: bearer(sellToken) })).status).toBe(401)
    expect((await visitor.send(`${SALESOS}/v1/leads`, { headers: bearer(salesosToken) })).status).toBe(200)
    expect(Date.now() - before).toBeLessThan(60_000)
    sandbox.advance('salesos', 2 * HOUR)
    expect((await visitor.send(`${SALESOS}/v1/leads`, { headers: bearer(salesosToken) })).status).toBe(401)
    const later = await codeTokens(visitor)
    expect(Number(claimsOf(later.access_token).iat) * 1000 - Date.now()).toBeGreaterThan(1.9 * HOUR)
  })
})

describe('saw and waitFor', () => {
  it('keeps requests in order, with forms and JSON as fields', async () => {
    await visitor.send(`${SELL}/oauth2/token?a=b`, { method: 'POST', body: { grant_type: 'x', code: 'y' } })
    await visitor.send(`${SALESOS}/v1/leads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mark': 'm' },
      body: '{"name":"N"}',
    })
    expect(sandbox.saw()).toMatchObject([
      {
        server: 'sell',
        path: '/oauth2/token',
        query: { a: 'b' },
        body: { grant_type: 'x', code: 'y' },
        status: 401,
      },
      { server: 'salesos', method: 'POST', headers: { 'x-mark': 'm' }, body: { name: 'N' }, status: 401 },
    ])
    expect(sandbox.saw({ method: 'POST', path: /^\/v1/ })).toHaveLength(1)
    expect(sandbox.saw({ host: 'api.getbase.com', path: '/oauth2/token' })).toHaveLength(1)
    expect(sandbox.saw({ path: '/oauth2' })).toHaveLength(0)
    sandbox.forget()
    expect(sandbox.saw()).toEqual([])
  })

  it('resolves with the next match, or with one already answered', async () => {
    const coming = sandbox.waitFor({ path: '/v2/leads' })
    await visitor.send(`${SELL}/v2/users/self`)
    await visitor.send(`${SELL}/v2/leads`)
    expect(await coming).toMatchObject({ path: '/v2/leads', status: 401 })
    expect(await sandbox.waitFor({ path: '/v2/users/self' })).toMatchObject({ status: 401 })
  })

  it('rejects after its timeout, and says what was seen', async () => {
    await visitor.send(`${SELL}/v2/users/self`)
    await expect(
      sandbox.waitFor({ host: 'api.getbase.com', path: '/never' }, { timeout: 1 }),
    ).rejects.toThrow(/"api.getbase.com \/never" in 1 ms[\s\S]*GET api.getbase.com\/v2\/users\/self 401/)
  })
})

describe('faults', () => {
  it('answers in the server’s place, so many times, where the path matches', async () => {
    sandbox.set('sell', {
      fault: {
        path: '/v2/.*',
        status: 503,
        body: { sorry: true },
        headers: { 'retry-after': '7' },
        times: 2,
      },
    })
    const statuses: number[] = []
    for (const path of ['/oauth2/token/info', '/v2/leads', '/v2/users/self', '/v2/leads']) {
      const answer = await visitor.send(`${SELL}${path}`)
      statuses.push(answer.status)
      if (answer.status === 503) {
        expect(answer.json()).toEqual({ sorry: true })
        expect(answer.headers['retry-after']).toBe('7')
      }
    }
    expect(statuses).toEqual([401, 503, 503, 401])
  })

  it('sends text as HTML with 200, and takes several faults, methods and hosts', async () => {
    sandbox.set('salesos', {
      fault: [
        { path: '/oauth/token', body: '<h1>Maintenance</h1>' },
        { path: /leads/, host: 'api.play2sell.com', method: 'GET', status: 500 },
      ],
    })
    const page = await visitor.send('https://auth.play2sell.com/oauth/token', { method: 'POST', body: {} })
    expect([page.status, page.text]).toEqual([200, '<h1>Maintenance</h1>'])
    expect(page.headers['content-type']).toContain('text/html')
    expect((await visitor.send(`${SALESOS}/v1/leads`)).status).toBe(500)
    expect((await visitor.send(`${SALESOS}/v1/leads`, { method: 'POST' })).status).toBe(401)
    sandbox.set('salesos', { fault: null })
    expect((await visitor.send(`${SALESOS}/v1/leads`)).status).toBe(401)
  })

  it('takes the path of a fault as the whole path', async () => {
    sandbox.set('sell', { fault: { path: '/v2/leads', status: 503 } })
    expect((await visitor.send(`${SELL}/v2/leads/1`)).status).toBe(401)
    expect((await visitor.send(`${SELL}/v2/leads?page=1`)).status).toBe(503)
  })

  it.each([
    ['body', { sorry: true }, { sorry: true, echo: 'Bearer of-the-request' }],
    ['body', undefined, { echo: 'Bearer of-the-request' }],
    ['base64', undefined, { echo: 'QmVhcmVyIG9mLXRoZS1yZXF1ZXN0' }],
    ['header', undefined, {}],
    ['status', { sorry: true }, { sorry: true }],
  ] as const)('gives the request’s authorization back in the %s, with %o', async (echo, body, expected) => {
    sandbox.set('sell', { fault: { path: '/v2/leads', echo, body } })
    const answer = await visitor.send(`${SELL}/v2/leads`, { headers: bearer('of-the-request') })
    expect([answer.status, answer.json()]).toEqual([200, expected])
    const isHeader = echo === 'header'
    expect(answer.headers.etag).toBe(isHeader ? '"Bearer of-the-request"' : undefined)
    expect(answer.headers['x-request-id']).toBe(isHeader ? 'Bearer of-the-request' : undefined)
    expect(answer.reason).toBe(echo === 'status' ? 'Bearer of-the-request' : 'OK')
  })

  it('gives back with the status and the headers of the fault, and nothing where nothing was sent', async () => {
    const headers = { etag: '"own"' }
    sandbox.set('sell', { fault: { path: '/v2/.*', status: 403, echo: 'header', headers } })
    const answer = await visitor.send(`${SELL}/v2/leads`, { headers: bearer('of-the-request') })
    expect([answer.status, answer.headers.etag]).toEqual([403, '"own"'])
    expect(answer.headers['x-request-id']).toBe('Bearer of-the-request')
    sandbox.set('sell', { fault: { path: '/v2/.*', echo: 'body' } })
    expect((await visitor.send(`${SELL}/v2/leads`)).json()).toEqual({ echo: '' })
  })

  it('drops a connection', async () => {
    sandbox.set('sell', { fault: { path: '/v2/leads', drop: true, times: 1 } })
    await expect(visitor.send(`${SELL}/v2/leads`)).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(await sandbox.waitFor({ path: '/v2/leads' })).toMatchObject({ status: 0 })
    expect((await visitor.send(`${SELL}/v2/leads`)).status).toBe(401)
  })

  it('hangs until reset', async () => {
    sandbox.set('sell', { fault: { path: '/v2/leads', hang: true } })
    const sent = visitor.send(`${SELL}/v2/leads`)
    sent.catch(() => {})
    expect(await sandbox.waitFor({ path: '/v2/leads' })).toMatchObject({ status: 0 })
    sandbox.reset()
    await expect(sent).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  it('does its work and keeps the answer back until it is let go', async () => {
    sandbox.set('sell', { fault: { path: '/v2/leads', late: true, times: 1 } })
    const sent = visitor.send(`${SELL}/v2/leads`)
    const seen = await sandbox.waitFor({ path: '/v2/leads' })
    expect(seen).toMatchObject({ status: 401, answer: 'open' })
    sandbox.release()
    expect((await sent).status).toBe(401)
    await expect.poll(() => seen.answer).toBe('sent')
    expect((await visitor.send(`${SELL}/v2/leads`)).status).toBe(401)
  })

  it('tells that a client has gone before it had its answer', async () => {
    sandbox.set('sell', { fault: { path: '/v2/leads', hang: true } })
    const sent = visitor.send(`${SELL}/v2/leads`)
    sent.catch(() => {})
    const seen = await sandbox.waitFor({ path: '/v2/leads' })
    expect(seen.answer).toBe('open')
    sandbox.release()
    await expect(sent).rejects.toThrow(/socket hang up|ECONNRESET/)
    await expect.poll(() => seen.answer).toBe('cut')
  })

  it('makes a server, or one of its hosts, dead', async () => {
    sandbox.set('salesos', { dead: 'api.play2sell.com' })
    await expect(visitor.send(`${SALESOS}/v1/leads`)).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect((await visitor.send('https://auth.play2sell.com/userinfo')).status).toBe(401)
    sandbox.set('salesos', { dead: true })
    await expect(visitor.send('https://auth.play2sell.com/userinfo')).rejects.toThrow(
      /socket hang up|ECONNRESET/,
    )
  })
})

describe('set and reset', () => {
  it('refuses a switch that does not exist', () => {
    expect(() => sandbox.set('sell', { colour: 'red' } as never)).toThrow('No such switch: colour')
  })

  it('does not change a fault that was given to it', async () => {
    const fault = { path: '/v2/leads', status: 500, times: 1 }
    sandbox.set('sell', { fault })
    await visitor.send(`${SELL}/v2/leads`)
    expect(fault.times).toBe(1)
  })

  it('goes back to the start, and keeps what was seen', async () => {
    const sellToken = await implicitToken(visitor)
    const { refresh_token } = await codeTokens(visitor)
    sandbox.advance('salesos', HOUR)
    sandbox.set('sell', { dead: true, tokenInfoShape: 'none' })
    const seen = sandbox.saw().length
    sandbox.reset()
    expect(sandbox.saw()).toHaveLength(seen)
    const info = await visitor.send(`${SELL}/oauth2/token/info`, { headers: bearer(sellToken) })
    expect(info.status).toBe(401)
    expect(Math.abs(Date.parse(String(info.headers.date)) - Date.now())).toBeLessThan(5000)
    const refresh = await visitor.send('https://auth.play2sell.com/oauth/token', {
      method: 'POST',
      body: {
        grant_type: 'refresh_token',
        client_id: sandboxSetup().providers[1]?.clientId ?? '',
        refresh_token,
      },
    })
    expect(refresh.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await visitor.visit(sellAuthorizeUrl())).text).toContain('>Sign in<')
    expect((await visitor.visit(salesosAuthorizeUrl(makePkce()))).text).toContain('>Sign in<')
  })

  it('starts with, and goes back to, the switches of the options', async () => {
    const other = await startSandbox({ switches: { sell: { dead: true } } })
    const guest = createVisitor(other)
    await expect(guest.send(`${SELL}/v2/leads`)).rejects.toThrow()
    other.set('sell', { dead: false })
    expect((await guest.send(`${SELL}/v2/leads`)).status).toBe(401)
    other.reset()
    await expect(guest.send(`${SELL}/v2/leads`)).rejects.toThrow()
    guest.close()
    await other.stop()
  })
})

describe('redirect addresses', () => {
  const chromium = `https://${'p'.repeat(32)}.chromiumapp.org`
  const firefox = `https://${'0123456789abcdef'.repeat(3).slice(0, 40)}.extensions.allizom.org`

  it.each([
    [`${chromium}/sell`, 200],
    [`${firefox}/sell`, 200],
    [`${chromium}/salesos`, 400],
    [`${chromium}/sell/`, 400],
    [`https://${'q'.repeat(32)}.chromiumapp.org/sell`, 400],
    [`${chromium.replace('https', 'http')}/sell`, 400],
    ['https://evil.example/sell', 400],
  ])('of any extension are taken by default: %s', async (redirect_uri, status) => {
    expect((await visitor.visit(sellAuthorizeUrl({ redirect_uri }))).status).toBe(status)
    const atSalesos = { redirect_uri: redirect_uri.replace(/sell$/, 'salesos') }
    expect((await visitor.visit(salesosAuthorizeUrl(makePkce(), atSalesos))).status).toBe(
      redirect_uri.endsWith('/salesos') ? 200 : status,
    )
  })
})

describe('CORS', () => {
  it('is allowed by SalesOS’ API to the origins of two CRMs, and by nothing else to anyone', async () => {
    const token = (await codeTokens(visitor)).access_token
    const sellToken = await implicitToken(visitor)
    const crm = 'https://app.futuresimple.com'
    const site = 'https://crm.acme.example'
    const addresses = [
      ...['/oauth2/authorize', '/oauth2/token', '/oauth2/revoke', '/oauth2/token/info'].map(
        path => SELL + path,
      ),
      ...['/v2/users/self', '/v2/leads', '/v2/leads/1', '/nothing'].map(path => SELL + path),
      ...['authorize', 'oauth/token', 'oauth/revoke', 'userinfo'].map(
        path => `https://auth.play2sell.com/${path}`,
      ),
      ...['openid-configuration', 'jwks.json'].map(path => `https://auth.play2sell.com/.well-known/${path}`),
      ...['/leads', '/leads/1', '/assets/app.js'].map(path => crm + path),
      ...['/v1/leads', '/v1/leads/lead_0001', '/v1/deals', '/v1/nothing'].map(path => SALESOS + path),
      ...['token', 'revoke', 'token/introspect', 'certs'].map(
        path => `${REALM}/protocol/openid-connect/${path}`,
      ),
      `${REALM}/.well-known/openid-configuration`,
      ...['/summary', '/kpis', '/nothing'].map(path => `https://api.sellytics.com/data/v1${path}`),
      sellsnAuthorizeUrl(),
      ...[`/oauth2/${clients.sellsn.id}/exchange/x`, '/user', '/stores', '/nothing'].map(
        path => `https://api.sellsn.io${path}`,
      ),
      acmeAuthorizeUrl(makePkce()),
      ...['token', 'userinfo'].map(path => `https://id.acme.example/${path}`),
      'https://api.acme.example/v1/things',
      ...['/', '/blank', '/desk.css'].map(path => site + path),
      'https://evil.example/blank',
      'https://elsewhere.example/',
    ]
    const allowed: string[] = []
    const bare = createVisitor(sandbox)
    for (const url of addresses) {
      for (const origin of [
        crm,
        site,
        'https://evil.example',
        `chrome-extension://${'a'.repeat(32)}`,
        'null',
      ]) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const headers = {
            origin,
            ...(method === 'OPTIONS' && { 'access-control-request-method': 'GET' }),
            ...(method !== 'OPTIONS' && bearer(url.startsWith(SELL) ? sellToken : token)),
          }
          const answer = await bare.send(url, { method, headers })
          const named = Object.keys(answer.headers).filter(name => name.startsWith('access-control-'))
          if (!named.length) continue
          allowed.push(`${new URL(url).host} ${origin}`)
          expect(answer.headers['access-control-allow-origin']).toBe(origin)
          expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
        }
      }
    }
    bare.close()
    expect([...new Set(allowed)]).toEqual([`api.play2sell.com ${crm}`, `api.play2sell.com ${site}`])
    // Some hundred requests, one after the other.
  }, 20_000)

  it.each([
    'http://crm.acme.example',
    'https://crm.acme.example:8443',
    'https://partner.acme.example',
    'https://crm.acme.example.evil.example',
    'https://crm-acme.example',
    'https://crm.xn--cme-5cd.example',
  ])('is not allowed to %s', async origin => {
    const answer = await visitor.send(`${SALESOS}/v1/leads`, { method: 'OPTIONS', headers: { origin } })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, undefined])
  })

  it.each(['https://app.futuresimple.com', 'https://crm.acme.example'])(
    'answers the preflight of a call by a script of %s',
    async origin => {
      const answer = await visitor.send(`${SALESOS}/v1/leads`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-headers': 'authorization' },
      })
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      expect(answer.status).toBe(204)
      expect(answer.headers['access-control-allow-headers']).toBe('authorization, content-type')
      expect(answer.headers.vary).toBe('Origin')
    },
  )

  it('does not keep an extension from the token endpoint', async () => {
    const { refresh_token } = await codeTokens(visitor)
    const bare = createVisitor(sandbox)
    const answer = await bare.send('https://auth.play2sell.com/oauth/token', {
      method: 'POST',
      headers: { origin: `chrome-extension://${'a'.repeat(32)}` },
      body: {
        grant_type: 'refresh_token',
        client_id: sandboxSetup().providers[1]?.clientId ?? '',
        refresh_token,
      },
    })
    bare.close()
    expect(answer.status).toBe(200)
  })
})

describe('sandboxSetup', () => {
  it('fits the sandbox', async () => {
    expect(sandboxSetup()).toEqual({
      version: 1,
      organisation: { name: 'Acme Sales', supportContact: 'it@acme.example' },
      providers: [
        {
          id: 'sell',
          clientId: expect.stringMatching(/^[0-9a-f]{64}$/),
          flow: 'implicit',
          scopes: ['read', 'profile'],
        },
        { id: 'salesos', clientId: expect.any(String), audience: 'https://api.play2sell.com' },
      ],
    })
    const [sell] = sandboxSetup().providers
    const answer = await visitor.authorize(
      sellAuthorizeUrl({ client_id: sell?.clientId ?? '' }),
      sandbox.users.rep,
    )
    expect(answerOf(answer).has('access_token')).toBe(true)
  })

  it('names all four providers, with their secrets, where it is asked to', () => {
    const whole = sandboxSetup({ all: true })
    expect({ ...whole, providers: whole.providers.slice(0, 2) }).toEqual(sandboxSetup())
    const [, , sellytics, sellsn, ...rest] = whole.providers
    expect(rest).toEqual([])
    const key = { clientId: expect.any(String), clientSecret: expect.stringMatching(/^[0-9a-f]{32}$/) }
    expect(sellytics).toEqual({
      id: 'sellytics',
      keys: [
        { label: 'North', ...key },
        { label: 'South', ...key },
      ],
    })
    expect(sellsn).toEqual({
      id: 'sellsn',
      clientId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
      clientSecret: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})

describe('stop', () => {
  it('closes every socket, also one that waits', async () => {
    const other = await startSandbox()
    const guest = createVisitor(other)
    other.set('sell', { fault: { path: '/v2/leads', hang: true } })
    const sent = guest.send(`${SELL}/v2/leads`)
    sent.catch(() => {})
    await other.waitFor({ path: '/v2/leads' })
    await other.stop()
    await expect(sent).rejects.toThrow()
    await expect(guest.send(`${SELL}/v2/leads`)).rejects.toThrow('ECONNREFUSED')
    guest.close()
  })
})
