import { createPrivateKey, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { signJwt } from '../sandbox/jwt'
import { sharedSigningKey } from '../sandbox/signing-key'
import type { Answer, Site } from './front'

/** A provider small enough that each cell of the matrix has its own. */
export type StandIn = Site & {
  /** Its clock, milliseconds ahead of the true one. */
  skew: number
  /** The life of access tokens that it gives from now on, seconds. */
  life: number
  /** Ends every access token there is. */
  endAccess(): void
  /** Tokens that work: of both kinds. */
  living(): number
}

type Login = { current: string; before?: string; access: Set<string> }

const unauthorized = { status: 401, body: '{"error":"invalid_token"}' }
const fresh = () => randomBytes(24).toString('base64url')

/**
 * An OpenID provider with an API, at whose `/authorize` the person has allowed everything before. It rotates refresh tokens,
 * takes the one before the last for as long as it lives, and ends the login when an older one comes.
 */
export async function createStandIn(name: string, issuer: string): Promise<StandIn> {
  const jwk = await sharedSigningKey()
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  const codes = new Map<string, { nonce: string; clientId: string }>()
  const logins = new Set<Login>()
  const account = { sub: `sub-of-${name}`, name: 'Mia Lindqvist', email: `mia@${name}.example` }

  const now = () => Date.now() + standIn.skew
  const said = (value: unknown, status = 200): Answer => ({
    status,
    body: JSON.stringify(value),
    date: now(),
  })
  const idToken = (clientId: string, nonce?: string) => {
    const seconds = Math.floor(now() / 1000)
    const claims = { iss: issuer, sub: account.sub, aud: clientId, iat: seconds, exp: seconds + 300, nonce }
    return signJwt(claims, { alg: 'RS256', key, kid: 'sandbox' })
  }
  const tokensFor = (login: Login, clientId: string, nonce?: string) => {
    const accessToken = fresh()
    login.access.add(accessToken)
    return said({
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: standIn.life,
      refresh_token: login.current,
      scope: 'openid profile',
      id_token: idToken(clientId, nonce),
    })
  }
  const loginOf = (bearer: string | undefined) =>
    [...logins].find(({ access }) => access.has(bearer?.replace(/^Bearer /, '') ?? ''))
  const invalidGrant = () => said({ error: 'invalid_grant' }, 400)

  function token(form: URLSearchParams): Answer {
    const clientId = form.get('client_id') ?? ''
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      if (code?.clientId !== clientId || !form.get('code_verifier')) return invalidGrant()
      const login: Login = { current: fresh(), access: new Set() }
      logins.add(login)
      return tokensFor(login, clientId, code.nonce)
    }
    const sent = form.get('refresh_token') ?? ''
    const login = [...logins].find(({ current, before }) => current === sent || before === sent)
    if (!login) return invalidGrant()
    // One whose answer was lost comes again, and is no theft (RFC 9700 section 4.14.2).
    if (login.current === sent) Object.assign(login, { before: sent, current: fresh() })
    return tokensFor(login, clientId)
  }

  function revoke(sent: string): Answer {
    for (const login of logins) {
      if (login.current === sent || login.before === sent) logins.delete(login)
      login.access.delete(sent)
    }
    return said({})
  }

  function authorize({ searchParams: query }: URL): Answer {
    const code = fresh()
    codes.set(code, { nonce: query.get('nonce') ?? '', clientId: query.get('client_id') ?? '' })
    const location = new URL(query.get('redirect_uri') ?? '')
    location.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString()
    return { status: 302, body: '', headers: { location: location.href }, date: now() }
  }

  function answer(request: IncomingMessage, url: URL, body: string): Answer {
    const bearer = request.headers.authorization
    switch (url.pathname) {
      case '/authorize':
        return authorize(url)
      case '/token':
        return token(new URLSearchParams(body))
      case '/revoke':
        return revoke(new URLSearchParams(body).get('token') ?? '')
      case '/userinfo':
        return loginOf(bearer) ? said(account) : { ...unauthorized, date: now() }
      case '/token-info':
        return loginOf(bearer) ? said({ active: true }) : { ...unauthorized, date: now() }
      case '/v1/things':
        return loginOf(bearer)
          ? said({ things: ['Anvil', 'Rocket skates'] })
          : { ...unauthorized, date: now() }
      default:
        return said({ error: 'not_found' }, 404)
    }
  }

  const standIn: StandIn = {
    skew: 0,
    life: 3600,
    answer,
    refusal: ({ pathname }) =>
      pathname === '/token' || pathname === '/revoke'
        ? { status: 400, body: '{"error":"invalid_grant"}' }
        : unauthorized,
    endAccess() {
      for (const { access } of logins) access.clear()
    },
    living: () => [...logins].reduce((sum, { access }) => sum + access.size + 1, 0),
  }
  return standIn
}
