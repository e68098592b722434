import { createHash, randomBytes } from 'node:crypto'
import { type SandboxUser, users } from './people'
import { clients, SALESOS_AUDIENCE } from './setup'
import type { Answer, Visitor } from './visitor'

/** The redirect addresses of an extension that does not exist. */
export const redirects = {
  sell: `https://${'abcdefghijklmnop'.repeat(2)}.chromiumapp.org/sell`,
  salesos: `https://${'abcdefghijklmnop'.repeat(2)}.chromiumapp.org/salesos`,
  sellsn: `https://${'abcdefghijklmnop'.repeat(2)}.chromiumapp.org/sellsn`,
  acme: `https://${'abcdefghijklmnop'.repeat(2)}.chromiumapp.org/acme`,
}

export const salesosScopes = 'openid profile email offline_access leads:read deals:read'

/** Sell's authorization address, for the implicit flow where `over` does not say otherwise. */
export function sellAuthorizeUrl(over: Record<string, string> = {}): string {
  const query = {
    response_type: 'token',
    client_id: clients.sell.id,
    redirect_uri: redirects.sell,
    scope: 'read profile',
    state: 'state-of-sell',
    ...over,
  }
  return `https://api.getbase.com/oauth2/authorize?${new URLSearchParams(query)}`
}

type Pkce = { verifier: string; challenge: string }

/** A fresh verifier with its S256 challenge (RFC 7636 section 4). */
export function makePkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** SalesOS' authorization address. A parameter given as an empty string is left out. */
export function salesosAuthorizeUrl({ challenge }: Pkce, over: Record<string, string> = {}): string {
  const query = {
    response_type: 'code',
    client_id: clients.salesos.id,
    redirect_uri: redirects.salesos,
    scope: salesosScopes,
    audience: SALESOS_AUDIENCE,
    state: 'state-of-salesos',
    nonce: 'nonce-of-salesos',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...over,
  }
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  return `https://auth.play2sell.com/authorize?${new URLSearchParams(kept)}`
}

/** The parameters of an authorization answer, from the query or the fragment. */
export function answerOf({ location }: Answer): URLSearchParams {
  if (!location) throw new Error('The answer has no location')
  const url = new URL(location)
  return new URLSearchParams(url.hash ? url.hash.slice(1) : url.search)
}

/** Goes through Sell's implicit flow as a person and gives its access token. */
export async function implicitToken(visitor: Visitor, over: Record<string, string> = {}): Promise<string> {
  const token = answerOf(await visitor.authorize(sellAuthorizeUrl(over), users.rep)).get('access_token')
  if (!token) throw new Error('There is no access token')
  return token
}

export type TokenBody = {
  access_token: string
  refresh_token: string
  id_token: string
  expires_in: number
  scope: string
  token_type: string
}

/** Asks SalesOS' token endpoint, as a public client, with a form or with JSON. */
export function askSalesos(visitor: Visitor, fields: Record<string, string>, as: 'form' | 'json' = 'form') {
  const body = { client_id: clients.salesos.id, ...fields }
  return visitor.send('https://auth.play2sell.com/oauth/token', {
    method: 'POST',
    ...(as === 'form'
      ? { body }
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
}

/** Goes through SalesOS' code flow as a person and gives the whole token answer. */
export async function codeTokens(
  visitor: Visitor,
  over: Record<string, string> = {},
  user: SandboxUser = users.rep,
): Promise<TokenBody> {
  const pkce = makePkce()
  const code = answerOf(await visitor.authorize(salesosAuthorizeUrl(pkce, over), user)).get('code') ?? ''
  const answer = await askSalesos(visitor, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirects.salesos,
    code_verifier: pkce.verifier,
  })
  if (answer.status !== 200) throw new Error(`SalesOS answered ${answer.status}: ${answer.text}`)
  return answer.json() as TokenBody
}

const REALM = 'https://auth.sellytics.com/realms/sellytics/protocol/openid-connect'

type Key = { id: string; secret: string }

/** Asks an endpoint of sellytics' realm with a key in the form, after the documented example. */
export function askSellytics(
  visitor: Visitor,
  endpoint: 'token' | 'revoke' | 'token/introspect',
  fields: Record<string, string>,
  { id, secret }: Key = clients.sellyticsNorth,
): Promise<Answer> {
  return visitor.send(`${REALM}/${endpoint}`, {
    method: 'POST',
    body: { client_id: id, client_secret: secret, ...fields },
  })
}

export type SellyticsBody = {
  access_token: string
  expires_in: number
  refresh_expires_in: number
  refresh_token?: string
  token_type: string
  'not-before-policy': number
  session_state?: string
  scope: string
}

/** Gets a key's token from sellytics, and gives the whole answer. */
export async function sellyticsTokens(visitor: Visitor, key?: Key): Promise<SellyticsBody> {
  const fields = { scope: 'sellytics-data-api', grant_type: 'client_credentials' }
  const answer = await askSellytics(visitor, 'token', fields, key)
  if (answer.status !== 200) throw new Error(`sellytics answered ${answer.status}: ${answer.text}`)
  return answer.json() as SellyticsBody
}

/** SellSN's authorization address. A parameter given as an empty string is left out. */
export function sellsnAuthorizeUrl(
  over: Record<string, string> = {},
  appId: string = clients.sellsn.id,
): string {
  const query = { redirectUrl: redirects.sellsn, state: 'state-of-sellsn', ...over }
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  return `https://dash.sellsn.io/oauth2/${appId}?${new URLSearchParams(kept)}`
}

/** Goes through SellSN's authorization as a person and gives its code. */
export async function sellsnCode(visitor: Visitor, user: SandboxUser = users.rep): Promise<string> {
  return answerOf(await visitor.authorize(sellsnAuthorizeUrl(), user)).get('code') ?? ''
}

/** Asks SellSN to exchange a code, with the client secret where the headers do not say otherwise. */
export function exchangeSellsn(
  visitor: Visitor,
  code: string,
  headers: Record<string, string> = {},
  appId: string = clients.sellsn.id,
): Promise<Answer> {
  return visitor.send(`https://api.sellsn.io/oauth2/${appId}/exchange/${code}`, {
    headers: { 'XOAuth2-Client-Secret': clients.sellsn.secret, ...headers },
  })
}

/** Goes through SellSN's whole flow as a person and gives the key. */
export async function sellsnKey(visitor: Visitor, user?: SandboxUser): Promise<string> {
  const answer = await exchangeSellsn(visitor, await sellsnCode(visitor, user))
  if (answer.status !== 200) throw new Error(`SellSN answered ${answer.status}: ${answer.text}`)
  return (answer.json() as { data: string }).data
}

/** Acme's authorization address. A parameter given as an empty string is left out. */
export function acmeAuthorizeUrl({ challenge }: Pkce, over: Record<string, string> = {}): string {
  const query = {
    response_type: 'code',
    client_id: clients.acme.id,
    redirect_uri: redirects.acme,
    scope: 'profile things.read',
    state: 'state-of-acme',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...over,
  }
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  return `https://id.acme.example/authorize?${new URLSearchParams(kept)}`
}

/** Asks an endpoint of Acme's, as its public client where the fields or headers do not say otherwise. */
export function askAcme(
  visitor: Visitor,
  endpoint: 'token' | 'revoke' | 'introspect',
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = { ...(!headers.authorization && { client_id: clients.acme.id }), ...fields }
  return visitor.send(`https://id.acme.example/${endpoint}`, { method: 'POST', body, headers })
}

export type AcmeBody = {
  access_token: string
  refresh_token?: string
  token_type: string
  expires_in: number
  scope: string
}

/** Goes through Acme's code flow as a person and gives the whole token answer. */
export async function acmeTokens(
  visitor: Visitor,
  over: Record<string, string> = {},
  user: SandboxUser = users.rep,
): Promise<AcmeBody> {
  const pkce = makePkce()
  const code = answerOf(await visitor.authorize(acmeAuthorizeUrl(pkce, over), user)).get('code') ?? ''
  const answer = await askAcme(visitor, 'token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirects.acme,
    code_verifier: pkce.verifier,
  })
  if (answer.status !== 200) throw new Error(`Acme answered ${answer.status}: ${answer.text}`)
  return answer.json() as AcmeBody
}

/** The claims of a JWT, unverified. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export const basic = ({ id, secret }: { id: string; secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
