import { attack, expect } from './arena'
import { fetching, reader } from './brokered'
import { askRaw, openWire } from './raw-wire'

const smuggled = {
  Authorization: 'Bearer of-the-attacker',
  'AUTHORIZATION ': 'Bearer of-the-attacker',
  'proxy-authorization': 'Basic of-the-attacker',
  'Proxy-Connection': 'keep-alive',
  CoOkIe: 'session=of-the-attacker',
  HOST: 'evil.example',
  ORIGIN: 'https://evil.example',
  referer: 'https://evil.example/',
  'X-HTTP-Method-Override': 'DELETE',
  'x-http-method': 'DELETE',
  'X-Method-Override': 'DELETE',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-For': '127.0.0.1',
  'X-Original-URL': '/oauth2/token/info',
  'X-Rewrite-URL': '/oauth2/token/info',
  Forwarded: 'for=127.0.0.1',
  'transfer-encoding': 'chunked',
  'content-length': '0',
  Connection: 'upgrade',
  upgrade: 'websocket',
  'user-agent': 'of-the-attacker',
  'sec-fetch-site': 'same-origin',
}

attack('headers', 'smuggles a login, another host and another method in headers of odd case', async arena => {
  const page = await reader(arena)
  await openWire(page)
  const headers = `JSON.parse(${JSON.stringify(JSON.stringify(smuggled))})`
  // As a property that is an object's own: `__proto__` in a literal would be something else.
  const polluted = `Object.defineProperty({ ...${headers}, accept: 'application/json' }, '__proto__',
    { value: { authorization: 'Bearer of-the-attacker' }, enumerable: true })`
  const reply = await askRaw(page, 'fetch', `{ provider: 'sell', path: '/v2/leads', headers: ${polluted} }`)
  const allowed = await askRaw(page, 'fetch', `{ provider: 'sell', path: '/v2/leads', headers: ${headers} }`)
  expect(allowed).toMatchObject({ ok: true, value: { status: 200 } })

  const seen = arena.sandbox.saw({ path: '/v2/leads' })
  expect(seen.length).toBe(reply.ok ? 2 : 1)
  for (const { method, host, headers } of seen) {
    expect([method, host]).toEqual(['GET', 'api.getbase.com'])
    expect(headers.authorization).toMatch(/^Bearer [0-9a-f]{64}$/)
    expect(JSON.stringify(headers)).not.toMatch(/of-the-attacker|evil\.example|DELETE|oauth2|127\.0\.0\.1/)
    for (const name of ['cookie', 'origin', 'referer', 'upgrade', 'forwarded', 'x-http-method-override'])
      expect(headers).not.toHaveProperty(name)
  }
  await arena.expectNoSecret(reply, allowed)
})

attack('headers', 'breaks a line in a header’s value and name, to begin a header of its own', async arena => {
  const page = await reader(arena)
  await openWire(page)
  const broken = [
    `{ accept: 'a\\r\\nAuthorization: Bearer of-the-attacker' }`,
    `{ accept: 'a\\nX-Evil: 1' }`,
    `{ accept: 'a\\0b' }`,
    `{ 'if-match': '"x"\\r\\n\\r\\nDELETE /v2/leads/1 HTTP/1.1' }`,
    `{ prefer: '\\ud800\\u0100' }`,
  ]
  for (const headers of broken)
    expect(
      await askRaw(page, 'fetch', `{ provider: 'sell', path: '/v2/leads', headers: ${headers} }`),
    ).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    })
  expect(arena.sandbox.saw()).toEqual([])
  // What stands in a name is no name that is sent.
  await askRaw(
    page,
    'fetch',
    `{ provider: 'sell', path: '/v2/leads', headers: { 'accept\\r\\nX-Evil': '1' } }`,
  )
  expect(JSON.stringify(arena.sandbox.saw())).not.toMatch(/x-evil/i)
})

attack('headers', 'reads headers of the API’s answer that are no page’s business', async arena => {
  const page = await reader(arena)
  const secret = 'session-of-the-server-42'
  const headers = {
    'set-cookie': `sid=${secret}`,
    'x-internal-token': secret,
    'www-authenticate': `Bearer realm="${secret}"`,
    server: secret,
    location: `https://api.getbase.com/${secret}`,
    'content-security-policy': `report-uri /${secret}`,
    'refresh-token': secret,
    etag: '"honest"',
  }
  arena.sandbox.set('sell', { fault: { path: '/v2/leads', body: {}, headers } })
  const outcome = await arena.call(page, fetching('sell', '/v2/leads'))
  expect(outcome).toMatchObject({ value: { status: 200 } })
  expect(JSON.stringify(outcome)).toContain('honest')
  expect(JSON.stringify(outcome)).not.toContain(secret)
  // Nor does the cookie stay for the next call, of this page or of anybody.
  arena.sandbox.set('sell', { fault: null })
  await arena.call(page, fetching('sell', '/v2/leads'))
  expect(arena.apiCalls().at(-1)?.headers).not.toHaveProperty('cookie')
})
