import { beforeEach, describe, expect, it, vi } from 'vitest'
import { checkAnswer, startAuthorization } from '../../src/oauth/authorization'
import type { OAuthClient } from '../../src/oauth/client'
import { revoke } from '../../src/oauth/revocation'
import { tokensFromAnswer } from '../../src/oauth/sign-in'
import { tokensFromKey, tokensFromPassword, tokensFromRefresh } from '../../src/oauth/tokens'
import type { ClientAuth } from '../../src/shared/view'
import { json, type Received, serve } from '../fakes/server'
import { codeClient, implicitClient, keyClient, redirectUri } from './clients'

const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body))
const clientSecret = 'the-secret+/='
// An id of letters, digits and dashes stands as it is, also for a server that decodes nothing.
const basic = `Basic ${Buffer.from(`our-client:${encodeURIComponent(clientSecret)}`).toString('base64')}`
const answer = { access_token: 'access-1', token_type: 'bearer', expires_in: 3600 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2027-01-15T08:00:00Z') })
})

/** Redeems a code, and gives what the server got. */
async function redeemed(client: OAuthClient): Promise<Received | undefined> {
  const started = await startAuthorization(client, redirectUri)
  const checked = checkAnswer(client, started, `${redirectUri}?code=the-code&state=${started.state}`)
  const received = serve(() => json(answer))
  // What the answer is worth is another test's business.
  await tokensFromAnswer(client, started, checked).catch(() => undefined)
  expect(received).toHaveLength(1)
  return received[0]
}

describe('a client secret', () => {
  const code = {
    grant_type: 'authorization_code',
    code: 'the-code',
    redirect_uri: redirectUri,
    code_verifier: expect.any(String),
  }

  it('goes by Basic, encoded as RFC 6749 section 2.3.1 has it, and not in the body', async () => {
    const sent = await redeemed(implicitClient({ flow: 'authorization_code', clientSecret }))
    expect(sent?.headers.get('authorization')).toBe(basic)
    expect(sent && form(sent)).toEqual(code)
  })

  it('goes in the form where the setup says so, and in no header', async () => {
    const sent = await redeemed(
      implicitClient({ flow: 'authorization_code', clientSecret, clientAuth: 'post' }),
    )
    expect(sent?.headers.get('authorization')).toBeNull()
    expect(sent?.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
    expect(sent && form(sent)).toEqual({ ...code, client_id: 'our-client', client_secret: clientSecret })
  })

  it('goes in a JSON body to SalesOS, as its documentation shows', async () => {
    const sent = await redeemed(codeClient({ clientSecret }))
    expect(sent?.headers.get('authorization')).toBeNull()
    expect(sent?.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      ...code,
      client_id: 'our-client',
      client_secret: clientSecret,
    })
    expect(sent?.request).toMatchObject({
      method: 'POST',
      credentials: 'omit',
      redirect: 'manual',
      cache: 'no-store',
    })
  })

  it.each(['basic', 'post', 'json', undefined] as const)(
    'that is not there is not sent by %s either',
    async clientAuth => {
      const sent = await redeemed(codeClient({ clientAuth }))
      expect(sent?.headers.get('authorization')).toBeNull()
      expect(sent && form(sent)).toEqual({ ...code, client_id: 'our-client' })
    },
  )

  it.each<[ClientAuth, (sent: Received) => void]>([
    ['basic', sent => expect(sent.headers.get('authorization')).toBe(basic)],
    [
      'post',
      sent => expect(form(sent)).toMatchObject({ client_id: 'our-client', client_secret: clientSecret }),
    ],
    [
      'json',
      sent =>
        expect(JSON.parse(sent.body)).toMatchObject({ client_id: 'our-client', client_secret: clientSecret }),
    ],
    [
      'none',
      sent => {
        expect(form(sent)).toMatchObject({ client_id: 'our-client' })
        expect(`${sent.body} ${sent.headers.get('authorization')}`).not.toContain('the-secret')
      },
    ],
  ])('goes with refreshes and revocations by %s, too', async (clientAuth, isRight) => {
    const client = codeClient({ clientSecret, clientAuth })
    const received = serve(({ url }) => (url.pathname.endsWith('revoke') ? new Response('') : json(answer)))
    await tokensFromRefresh(client, 'refresh-1', [])
    await revoke(client, 'refresh-1', 'refresh_token')
    expect(received).toHaveLength(2)
    for (const sent of received) {
      isRight(sent)
      expect(sent.url.href).not.toContain('the-secret')
    }
  })
})

describe('tokensFromPassword', () => {
  const credentials = { username: 'mia@acme.example', password: 'p&ä=+ ss' }

  it('sends name and password once, in the body, with Basic', async () => {
    const received = serve(() => json({ ...answer, refresh_token: 'refresh-1', scope: 'read' }))
    const client = implicitClient({ flow: 'password', clientSecret })
    expect(await tokensFromPassword(client, credentials)).toMatchObject({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      scopes: ['read'],
    })
    expect(received).toHaveLength(1)
    const [sent] = received
    expect(sent?.headers.get('authorization')).toBe(basic)
    expect(sent?.url.href).toBe('https://api.getbase.com/oauth2/token')
    expect(sent && form(sent)).toEqual({ grant_type: 'password', ...credentials, scope: 'read profile' })
  })

  it('asks for no scope where none is wanted', async () => {
    const received = serve(() => json(answer))
    await tokensFromPassword(implicitClient({ flow: 'password', clientSecret, scopes: [] }), credentials)
    expect(received.map(sent => Object.keys(form(sent)).sort())).toEqual([
      ['grant_type', 'password', 'username'],
    ])
  })
})

describe('tokensFromKey', () => {
  it('asks sellytics by a form, as its documentation shows', async () => {
    const received = serve(() => json({ ...answer, scope: 'sellytics-data-api', 'not-before-policy': 0 }))
    expect(await tokensFromKey(keyClient())).toMatchObject({
      accessToken: 'access-1',
      scopes: ['sellytics-data-api'],
    })
    expect(received.map(form)).toEqual([
      {
        client_id: 'our-key',
        client_secret: 'the-secret',
        scope: 'sellytics-data-api',
        grant_type: 'client_credentials',
      },
    ])
    expect(received[0]?.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
    expect(received[0]?.headers.get('authorization')).toBeNull()
  })

  it('asks SalesOS by JSON, with the audience and without a scope, as its documentation shows', async () => {
    const received = serve(() => json(answer))
    await tokensFromKey(codeClient({ flow: 'client_credentials', clientSecret }))
    expect(received.map(({ body }) => JSON.parse(body))).toEqual([
      {
        client_id: 'our-client',
        client_secret: clientSecret,
        audience: 'https://api.play2sell.com',
        grant_type: 'client_credentials',
      },
    ])
  })

  it('ignores a refresh token that comes along', async () => {
    serve(() =>
      json({ ...answer, refresh_token: 'refresh-1', refresh_expires_in: 86_400, session_state: 'x' }),
    )
    expect(await tokensFromKey(keyClient())).not.toHaveProperty('refreshToken')
  })
})
