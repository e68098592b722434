import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { redirects } from '../sandbox/flows'
import { clients } from '../sandbox/setup'
import { runtimes } from './runtimes'
import { withWorld } from './world'

const summary = '/api/sellytics/data/v1/summary'
const north = { 'dealpass-client': clients.sellyticsNorth.id }

describe.each(runtimes)('the relay on %s, attacked', runtime => {
  const world = withWorld(runtime)

  /** Sends a text as it is, and nothing more; resolves with what came back before the connection or `wait` ms ended. */
  const sent = (text: string, wait = 2_000) =>
    new Promise<string>((resolve, reject) => {
      const port = Number(new URL(world.relay.address).port)
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      let answer = ''
      const end = () => socket.destroy()
      const timer = setTimeout(end, wait)
      socket.setEncoding('latin1').on('data', (part: string) => {
        answer += part
        end()
      })
      socket.on('error', reject).on('close', () => {
        clearTimeout(timer)
        resolve(answer)
      })
    })
  const begun = (path: string, headers: Record<string, string>) =>
    [
      `POST ${path} HTTP/1.1`,
      'Host: x',
      'Dealpass-Relay: 1',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '\r\n',
    ].join('\r\n')

  it('reads no body of whoever has not shown who they are', async () => {
    const strangers: Record<string, string>[] = [{}, { authorization: 'Bearer x' }, { dpop: 'x' }]
    for (const headers of strangers) {
      const text = begun(summary, { ...headers, 'transfer-encoding': 'chunked' })
      expect(await sent(`${text}4\r\nabcd\r\n`)).toMatch(/^HTTP\/1\.1 401 /)
    }
  })

  it('takes a body without a length up to its limit, and finds none with GET', async () => {
    const authorization = `Bearer ${await world.identity.token()}`
    const headers = { authorization, 'transfer-encoding': 'chunked' }
    const chunk = (size: number) => `${size.toString(16)}\r\n${'a'.repeat(size)}\r\n`
    const large = begun('/oauth/sell/token', headers) + chunk(64 * 1024) + chunk(1)
    expect(await sent(large)).toContain('dealpass-relay-error: too-large')
    const small = begun('/oauth/sell/token', headers) + chunk(64 * 1024)
    expect(await sent(`${small}0\r\n\r\n`)).toContain('dealpass-relay-error: bad-request')
    const dpop = await world.prover.proof({ method: 'GET', url: `${world.relay.address}${summary}` })
    const got = begun(summary, { ...north, dpop, 'content-length': '4' }).replace('POST', 'GET')
    expect(await sent(`${got}abcd`)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('takes a request that breaks off for no fault of its own', async () => {
    const authorization = `Bearer ${await world.identity.token()}`
    await sent(`${begun('/oauth/sell/token', { authorization, 'content-length': '100' })}abc`, 200)
    await expect.poll(() => world.relay.output()).toMatch(/"status":400,.*"code":"bad-request"/)
    expect(world.relay.output()).not.toContain('"event":"fault"')
  })

  it('remembers no proofs of whoever asks too often: they would leave no room for those of others', async () => {
    const slow = await world.another({ perMinute: { tokens: 1, calls: 1 } })
    const { prover } = world
    const codes: (string | null)[] = []
    for (const path of [summary, '/oauth/sellytics/keys', '/api/none/x']) {
      expect((await world.call(path, { prover, headers: north }, slow)).status).toBe(
        path.includes('none') ? 404 : 200,
      )
      const dpop = await prover.proof({ method: 'GET', url: `${slow.address}${path}` })
      for (const _ of [1, 2]) {
        const { code } = await world.call(path, { token: null, headers: { ...north, dpop } }, slow)
        codes.push(code)
      }
    }
    expect(codes).toEqual([...Array(4).fill('rate-limited'), 'not-found', 'not-found'])
  })

  it('passes no secret on that the provider’s answer has in another form or place', async () => {
    const basic = `Basic ${btoa(`${clients.sell.id}:${clients.sell.secret}`)}`
    const renewed = 'renewed-refresh-token'
    const granted = { access_token: 'x'.repeat(20), token_type: 'bearer', refresh_token: renewed }
    const { refresh_token = '' } = await world.signIn()
    const form = { grant_type: 'refresh_token', refresh_token }
    for (const more of [{ request: { authorization: basic } }, { data: { copy: renewed } }]) {
      world.sandbox.set('sell', { fault: { path: '/oauth2/token', body: { ...granted, ...more } } })
      expect((await world.call('/oauth/sell/token', { form })).code).toBe('token-in-answer')
    }
    const body = { error: 'invalid_grant', error_description: `Authorization: ${basic}` }
    world.sandbox.set('sell', { fault: { path: '/oauth2/token', status: 400, body } })
    expect((await world.call('/oauth/sell/token', { form })).json).toEqual({ error: 'invalid_grant' })
  })

  it('takes no subject that is no text', async () => {
    for (const sub of [['tom'], 5, { toString: 'tom' }]) {
      const token = await world.identity.token({ sub: sub as unknown as string })
      const headers = { 'dealpass-client': clients.sellyticsSouth.id }
      expect((await world.call(summary, { token, headers })).code).toBe('bad-credentials')
    }
  })

  it('takes a sealed token for what it is, whatever the hint says', async () => {
    const { refresh_token: token = '' } = await world.signIn()
    world.sandbox.forget()
    const form = { token, token_type_hint: 'access_token' }
    const stranger = await world.identity.token({ sub: 'tom' })
    expect((await world.call('/oauth/sell/revoke', { form, token: stranger })).code).toBe('bad-sealed-token')
    expect(world.sandbox.saw()).toEqual([])
    expect((await world.call('/oauth/sell/revoke', { form })).status).toBe(200)
    const again = { grant_type: 'refresh_token', refresh_token: token }
    expect((await world.call('/oauth/sell/token', { form: again })).json.error).toBe('invalid_grant')
  })

  it('writes its line for an answer with a status that there is none of', async () => {
    world.sandbox.set('sellytics', { fault: { path: '/data/v1/summary', status: 799 } })
    const { code, headers } = await world.call(summary, { headers: north })
    expect(code).toBe('upstream-nonsense')
    const line = new RegExp(`"event":"audit","request":"${headers.get('x-request-id')}",.*"key":"North"`)
    await expect.poll(() => world.relay.output()).toMatch(line)
    expect(world.relay.output()).not.toContain('"event":"fault"')
  })

  it('takes no code that leads elsewhere, or is none', async () => {
    world.sandbox.forget()
    for (const code of ['.', '..', 'a\nb', 'ü–'])
      for (const [path, more] of [
        ['/oauth/sellsn/exchange', {}],
        ['/oauth/sell/token', { grant_type: 'authorization_code', redirect_uri: redirects.sell }],
      ] as const)
        expect((await world.call(path, { form: { code, ...more } })).code, code).toBe('bad-request')
    expect(world.sandbox.saw()).toEqual([])
  })

  it('takes an address for no other than it is', async () => {
    for (const path of ['/api/%73ellytics/data/v1/summary', '/%61pi/sellytics/data/v1/summary'])
      expect((await world.call(path, { headers: north })).code, path).toBe('not-found')
  })
})
