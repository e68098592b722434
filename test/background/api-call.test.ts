import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ApiAnswer, ApiCall } from '../../src/shared/protocol'
import { openDocument } from '../fakes/documents'
import { answerBy, holdBack } from '../fakes/network'
import {
  allowOnSite,
  connected,
  give,
  site,
  startWithSetup,
  tokenRequests,
  withProviders,
} from '../fakes/providers'
import { ask, onDisk, refused, senders, view } from '../fakes/worker'
import { world } from '../fakes/world'
import type { Fault } from '../sandbox/sandbox'

const providers = withProviders()

describe('callApi', () => {
  const mebi = 1024 * 1024
  const text = ({ body }: ApiAnswer) => new TextDecoder().decode(body)
  const call = (provider: string, path: string, more: Partial<ApiCall> = {}) =>
    ask(senders.site(), 'fetch', { provider, path, ...more })
  const refusedCall = (provider: string, path: string, more: Partial<ApiCall> = {}) =>
    refused(senders.site(), 'fetch', { provider, path, ...more })
  const atLeads = (fault: Omit<Fault, 'path'>) =>
    providers.sandbox.set('salesos', { fault: { path: '/v1/leads', ...fault } })
  const leadsSeen = () => providers.sandbox.saw({ path: '/v1/leads' })

  beforeEach(async () => {
    await startWithSetup()
    await connected('sell')
    await connected('salesos')
    await allowOnSite()
    providers.sandbox.forget()
  })

  /** The site may change things, too. */
  async function allowChanges(): Promise<void> {
    await give(
      view().permits.map(({ connection, use, scopes }) => ({
        connection,
        use,
        scopes: [...scopes, 'write'],
        access: 'change',
      })),
    )
  }

  /** A first call has brought the token that the next ones use. */
  async function warm(): Promise<void> {
    await call('salesos', '/v1/leads')
    providers.sandbox.forget()
  }

  it('makes the call with the token, and gives back what the API said', async () => {
    const answer = await call('sell', '/v2/leads?per_page=2')
    expect(answer).toMatchObject({ status: 200, statusText: 'OK' })
    expect(JSON.parse(text(answer)).items).toHaveLength(2)
    const [seen, ...more] = providers.sandbox.saw()
    expect(more).toEqual([])
    expect(seen).toMatchObject({ method: 'GET', host: 'api.getbase.com', query: { per_page: '2' } })
    expect(seen?.headers.authorization).toMatch(/^Bearer [0-9a-f]{64}$/)
    expect(seen?.headers.cookie).toBeUndefined()
  })

  it('makes it for a panel, too', async () => {
    const answer = await ask(senders.panel(), 'fetch', { provider: 'salesos', path: '/v1/leads' })
    expect(answer.status).toBe(200)
  })

  it('sends of the caller’s headers those on the list alone', async () => {
    await call('sell', '/v2/leads', {
      headers: {
        Accept: 'application/json',
        'Accept-Language': 'pt-BR',
        'If-None-Match': '"x"',
        Authorization: 'Bearer of-the-caller',
        Cookie: 'a=b',
        'X-Forwarded-For': '10.0.0.1',
        'Proxy-Authorization': 'Basic x',
        'X-HTTP-Method-Override': 'DELETE',
        Host: 'evil.example',
      },
    })
    const headers: Record<string, string> = providers.sandbox.saw()[0]?.headers ?? {}
    expect(headers).toMatchObject({
      host: 'api.getbase.com',
      accept: 'application/json',
      'accept-language': 'pt-BR',
      'if-none-match': '"x"',
    })
    expect(headers.authorization).toMatch(/^Bearer [0-9a-f]{64}$/)
    for (const name of ['cookie', 'x-forwarded-for', 'proxy-authorization', 'x-http-method-override'])
      expect(headers[name], name).toBeUndefined()
  })

  it('gives back of the API’s headers those on the list alone', async () => {
    atLeads({
      status: 200,
      body: { data: [] },
      headers: {
        etag: '"1"',
        'retry-after': '7',
        'x-ratelimit-remaining': '3',
        link: '<https://api.play2sell.com/v1/leads?page=2>; rel="next"',
        'set-cookie': 'session=1',
        'www-authenticate': 'Bearer',
        'access-control-allow-origin': '*',
        server: 'nginx',
        location: 'https://elsewhere.example/',
        'x-secret': 'yes',
      },
    })
    const { headers } = await call('salesos', '/v1/leads')
    expect(headers.map(([name]) => name).sort()).toEqual([
      'content-type',
      'date',
      'etag',
      'link',
      'retry-after',
      'x-ratelimit-remaining',
    ])
  })

  it.each<[string, (token: string) => Response]>([
    ['its body', token => new Response(JSON.stringify({ headers: { authorization: `Bearer ${token}` } }))],
    ['its body, in base64', token => new Response(btoa(`authorization: Bearer ${token}`))],
    ['a header', token => new Response('{}', { headers: { etag: `"${token}"` } })],
    ['an answer that is a failure', token => new Response(`No such token: ${token}`, { status: 404 })],
  ])('gives back no answer that has the token in %s', async (_, answer) => {
    answerBy(/\/v1\/leads$/, ({ headers }) => answer(headers.get('authorization')?.slice(7) ?? ''))
    expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-rejected: token-in-answer')
    expect(view().connections[1]).toMatchObject({ status: 'connected' })
  })

  it('refuses a header value that is none', async () => {
    expect(await refusedCall('sell', '/v2/leads', { headers: { accept: 'a\r\nauthorization: b' } })).toBe(
      'bad-request',
    )
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('sends nothing outside the API', async () => {
    for (const path of ['https://evil.example/', '/oauth2/token', '/v2/../oauth2/revoke'])
      expect(await refusedCall('sell', path)).toBe('bad-request: outside-api')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('makes it with a token that has the permit’s scopes and no more', async () => {
    await call('salesos', '/v1/leads')
    const [, payload = ''] = leadsSeen()[0]?.headers.authorization?.split('.') ?? []
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).scope).toBe('leads:read')
    expect(tokenRequests(providers.sandbox)).toEqual([expect.objectContaining({ scope: 'leads:read' })])
  })

  it.each([
    '/v2/users/self',
    '/v2/users',
    '/v2/accounts/self',
    '/v2/Users/self',
    '/v2/leads/../users/self',
    '/v2/./users/self',
    '/v2//users/self',
    '/v2/%75sers/self',
    '/v2/user%73/self',
  ])('sends nothing where the permit lacks the scope of what a token can do besides: %s', async path => {
    expect(await refused(senders.panel(), 'fetch', { provider: 'sell', path })).toMatch(
      /^(?:scope-missing|bad-request: outside-api)$/,
    )
    // A site may ask for more, right after a click.
    expect(await refusedCall('sell', path)).toMatch(
      /^(?:not-permitted: needs-gesture|bad-request: outside-api)$/,
    )
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('sends no change for a site that may read', async () => {
    for (const method of ['POST', 'post', 'PUT', 'PATCH', 'DELETE']) {
      expect(await refused(senders.panel(), 'fetch', { provider: 'sell', path: '/v2/leads', method })).toBe(
        'not-permitted: read-only',
      )
      expect(await refusedCall('sell', '/v2/leads', { method })).toBe('not-permitted: needs-gesture')
    }
    for (const method of ['TRACE', 'OPTIONS', 'nonsense'])
      expect(await refusedCall('sell', '/v2/leads', { method })).toBe('bad-request')
    expect(await refusedCall('sell', '/v2/leads', { method: 'GET', body: 'x' })).toBe('bad-request')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('sends a change for a site that may make one', async () => {
    await allowChanges()
    const answer = await call('sell', '/v2/leads', {
      method: 'post',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: { last_name: 'Okafor' } }),
    })
    // The login itself lacks the scope: what the API says is its business with the caller.
    expect(answer.status).toBe(403)
    expect(providers.sandbox.saw()[0]).toMatchObject({
      method: 'POST',
      body: { data: { last_name: 'Okafor' } },
    })
  })

  it('sends a body of bytes as it is', async () => {
    await allowChanges()
    const body = new Uint8Array([104, 101, 108, 108, 111]).buffer
    await call('sell', '/v2/leads', { method: 'PUT', body, headers: { 'content-type': 'text/plain' } })
    expect(providers.sandbox.saw()[0]?.body).toBe('hello')
  })

  it('answers HEAD and 204 without a body', async () => {
    expect((await call('sell', '/v2/leads', { method: 'HEAD' })).body.byteLength).toBe(0)
    atLeads({ status: 204 })
    expect(await call('salesos', '/v1/leads')).toMatchObject({ status: 204 })
  })

  it.each([304, 404, 409, 429, 500, 503])(
    'gives back a status of %i as it is, and tries once',
    async status => {
      atLeads({ status, body: status === 304 ? undefined : { error: 'so' } })
      expect((await call('salesos', '/v1/leads')).status).toBe(status)
      expect(leadsSeen()).toHaveLength(1)
    },
  )

  it('passes bodies of 4 MiB, and nothing beyond, in either direction', async () => {
    await allowChanges()
    const whole = new ArrayBuffer(4 * mebi)
    const above = new ArrayBuffer(4 * mebi + 1)
    const put = { method: 'PUT', headers: { 'content-type': 'text/plain' } }
    expect(await refusedCall('sell', '/v2/leads', { ...put, body: above })).toBe('bad-request: too-large')
    expect(await refusedCall('sell', '/v2/leads', { ...put, body: 'é'.repeat(2 * mebi + 1) })).toBe(
      'bad-request: too-large',
    )
    expect(providers.sandbox.saw()).toEqual([])
    answerBy(/\/v2\/leads$/, async request => {
      expect((await request.arrayBuffer()).byteLength).toBe(4 * mebi)
      return new Response(whole)
    })
    const answer = await call('sell', '/v2/leads', { ...put, body: whole })
    expect(answer.body.byteLength).toBe(4 * mebi)
    answerBy(/\/v2\/leads$/, () => new Response(above))
    expect(await refusedCall('sell', '/v2/leads')).toBe('provider-rejected: too-large')
  })

  it('stops reading an answer without end', async () => {
    let given = 0
    let isCancelled = false
    answerBy(
      /\/v1\/leads$/,
      () =>
        new Response(
          new ReadableStream({
            pull: controller => {
              given += mebi
              controller.enqueue(new Uint8Array(mebi))
            },
            cancel: () => {
              isCancelled = true
            },
          }),
        ),
    )
    expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-rejected: too-large')
    expect(isCancelled).toBe(true)
    expect(given).toBeLessThan(10 * mebi)
  })

  it('follows no redirect', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      atLeads({ status, body: '', headers: { location: 'https://api.getbase.com/v2/leads' } })
      expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-rejected: redirected')
    }
    expect(providers.sandbox.saw({ host: 'api.getbase.com' })).toEqual([])
    expect(view().connections.map(({ status }) => status)).toEqual(['connected', 'connected'])
  })

  it('refuses a body that can still grow, which says nothing of the provider', async () => {
    await allowChanges()
    const growing = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }])
    expect(await refusedCall('sell', '/v2/leads', { method: 'POST', body: growing })).toBe('bad-request')
    expect(view().connections[0]).not.toHaveProperty('notAnswering')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('renews the token once after a 401, and tries once more', async () => {
    await warm()
    atLeads({ status: 401, body: '', times: 1 })
    expect((await call('salesos', '/v1/leads')).status).toBe(200)
    const [first, second, ...more] = leadsSeen()
    expect(more).toEqual([])
    expect(second?.headers.authorization).not.toBe(first?.headers.authorization)
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('renews once for many calls that get a 401 at once', async () => {
    await warm()
    atLeads({ status: 401, body: '', times: 10 })
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('salesos', '/v1/leads')))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('says after a second 401 that the API refuses this login, and keeps it for the next call', async () => {
    const { credentials } = await onDisk()
    atLeads({ status: 401, body: '' })
    const page = openDocument()
    expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-rejected: api-refuses-login')
    expect(leadsSeen()).toHaveLength(2)
    expect(view().connections[1]).toMatchObject({
      status: 'needs-attention',
      fault: { code: 'provider-rejected', reason: 'api-refuses-login' },
    })
    expect(page.heard).toEqual([{ news: 'needs-attention' }])
    expect((await onDisk()).credentials).toHaveLength(credentials?.length ?? 0)

    // Another renewal so soon would help no more.
    const renewals = tokenRequests(providers.sandbox).length
    expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-rejected: api-refuses-login')
    expect(leadsSeen()).toHaveLength(3)
    expect(tokenRequests(providers.sandbox)).toHaveLength(renewals)

    providers.sandbox.set('salesos', { fault: null })
    expect((await call('salesos', '/v1/leads')).status).toBe(200)
    expect(view().connections[1]).toMatchObject({ status: 'connected' })
    expect(view().connections[1]?.fault).toBeUndefined()
  })

  it('renews no more often for a path that always answers 401, whatever else is called meanwhile', async () => {
    await warm()
    providers.sandbox.set('salesos', { fault: { path: '/v1/leads/9', status: 401, body: '' } })
    for (let time = 0; time < 4; time++) {
      expect(await refusedCall('salesos', '/v1/leads/9')).toBe('provider-rejected: api-refuses-login')
      expect((await call('salesos', '/v1/leads')).status).toBe(200)
    }
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('asks to sign in again after a 401 where nothing can be refreshed', async () => {
    providers.sandbox.withdraw('sell')
    providers.sandbox.signOut('sell')
    expect(await refusedCall('sell', '/v2/leads')).toBe('reconnect-required: sign-in-again')
    expect(view().connections[0]).toMatchObject({ status: 'needs-attention' })
    expect((await onDisk()).credentials).toHaveLength(2)
  })

  it('says of a network that is down that the login is as good as before', async () => {
    atLeads({ drop: true })
    expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-unreachable')
    expect(view().connections[1]).toMatchObject({ status: 'connected', notAnswering: true })
    providers.sandbox.set('salesos', { fault: null })
    await call('salesos', '/v1/leads')
    expect(view().connections[1]?.notAnswering).toBeUndefined()
  })

  it('says of an answer that breaks off in the middle that the provider does not answer', async () => {
    answerBy(
      /\/v1\/leads$/,
      () =>
        new Response(
          new ReadableStream({
            start: controller => controller.enqueue(new Uint8Array(10)),
            pull: controller => controller.error(new TypeError('network error')),
          }),
        ),
    )
    expect(await refusedCall('salesos', '/v1/leads')).toBe('provider-unreachable')
  })

  it('gives an API up that does not answer within 15 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const held = holdBack(/\/v1\/leads$/)
    const asked = refusedCall('salesos', '/v1/leads')
    await held.reached
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await asked).toBe('provider-unreachable')
  })

  it('sends a site to Dealpass where the browser withholds the answer', async () => {
    world.granted.delete('https://api.play2sell.com/*')
    expect(await refusedCall('salesos', '/v1/leads')).toBe('reconnect-required: see-dealpass')
  })

  it('sends nothing when the permit was ended while the call waited for its token', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
    const held = holdBack(/\/oauth\/token$/)
    const asked = refusedCall('salesos', '/v1/leads')
    await held.reached
    for (const { id } of view().permits) await ask(senders.options(), 'endPermit', { permit: id })
    held.release()
    expect(await asked).toBe('not-permitted: no-permit')
    expect(leadsSeen()).toEqual([])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['stopped', () => ask(senders.popup(), 'stop', { on: true })],
    [
      'not-permitted: no-permit',
      async () => {
        for (const { id } of view().permits) await ask(senders.options(), 'endPermit', { permit: id })
      },
    ],
    [
      'not-connected: disconnecting',
      () => ask(senders.popup(), 'disconnect', { connection: view().connections[1]?.id ?? '' }),
    ],
  ])('gives no answer that came only then: %s', async (expected, end) => {
    const held = holdBack(/\/v1\/leads$/)
    const asked = refusedCall('salesos', '/v1/leads')
    await held.reached
    await end()
    held.release()
    expect(await asked).toBe(expected)
  })

  it('takes no lost login for well because a call goes well that was out before', async () => {
    await warm()
    let answered = () => {}
    let arrived = () => {}
    const reached = new Promise<void>(resolve => {
      arrived = resolve
    })
    // Many APIs take a signed token for good until its end.
    answerBy(/\/v1\/leads$/, () => {
      arrived()
      return new Promise(resolve => {
        answered = () => resolve(new Response('{}'))
      })
    })
    const asked = refusedCall('salesos', '/v1/leads')
    await reached
    providers.sandbox.withdraw('salesos')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe('reconnect-required')
    const lost = { status: 'needs-attention', fault: { code: 'reconnect-required' } }
    expect(view().connections[1]).toMatchObject(lost)
    answered()
    await asked
    expect(view().connections[1]).toMatchObject(lost)
  })

  it('sends nothing without a permit, or while everything is stopped', async () => {
    expect(
      await refused(senders.site('https://other.example'), 'fetch', { provider: 'sell', path: '/v2/leads' }),
    ).toBe('not-permitted: unknown-caller')
    await ask(senders.popup(), 'stop', { on: true })
    expect(await refusedCall('sell', '/v2/leads')).toBe('stopped')
    await ask(senders.popup(), 'stop', { on: false })
    await ask(senders.options(), 'endPermits', { site })
    expect(await refusedCall('sell', '/v2/leads')).toBe('not-permitted: needs-gesture')
    expect(await refused(senders.panel(), 'fetch', { provider: 'sell', path: '/v2/leads' })).toBe(
      'not-permitted: no-permit',
    )
    expect(providers.sandbox.saw()).toEqual([])
  })
})
