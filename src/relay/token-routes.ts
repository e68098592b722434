import { forwardRevocation, forwardTokenRequest } from '../oauth/forward'
import { guardedFetch } from '../oauth/guarded-fetch'
import type { RelayProvider } from './config'
import type { Grant } from './config-schema'
import { RelayError } from './errors'
import { isSealed, type Sealing } from './sealing'
import { clientOf, orUpstream, passOn } from './upstream'
import type { User } from './users'

type Call = {
  id: string
  relayed: RelayProvider
  user: User
  form: URLSearchParams
  sealing: Sealing
  /** Told by what word of RFC 6749 section 5.2 the provider refused. */
  note(upstream: string): void
}

/**
 * Answers a token request (RFC 6749 sections 4.1.3 and 6): a code whose redirect address is configured, or a sealed refresh
 * token with scopes that are. Of the form only what belongs to the grant goes on; client and addresses are the
 * configuration's. The refresh token of the answer is sealed.
 *
 * Throws `grant-not-allowed`, `redirect-not-allowed`, `scope-not-allowed`, `bad-sealed-token`, `bad-request`, `upstream-…`.
 */
export async function tokenRequest(call: Call): Promise<Response> {
  const { relayed, form } = call
  const grant = form.get('grant_type')
  if (grant !== 'authorization_code' && grant !== 'refresh_token') throw new RelayError('grant-not-allowed')
  allow(relayed, grant)
  const client = clientOf(relayed)
  const { parameters, secrets } = grant === 'authorization_code' ? ofCode(call) : await ofRefresh(call)
  const response = await orUpstream(() => forwardTokenRequest(client, grant, parameters))
  const hidden = [client.clientSecret ?? '', ...secrets]
  const change = async ({ refresh_token, ...rest }: Record<string, unknown>) => {
    const body = withoutNested(rest)
    if (typeof refresh_token !== 'string' || refresh_token === '') return body
    // Nor may it leave as anything else.
    hidden.push(refresh_token)
    return { ...body, refresh_token: await call.sealing.seal(refresh_token, boundTo(call)) }
  }
  return orUpstream(() => passOn(call, response, hidden, change))
}

function ofCode({ relayed, form }: Call): { parameters: URLSearchParams; secrets: string[] } {
  if (!relayed.redirects.has(needed(form, 'redirect_uri'))) throw new RelayError('redirect-not-allowed')
  codeIn(form)
  return { parameters: only(form, ['code', 'redirect_uri', 'code_verifier']), secrets: [] }
}

async function ofRefresh(call: Call): Promise<{ parameters: URLSearchParams; secrets: string[] }> {
  const { relayed, form, sealing } = call
  const token = await sealing.open(needed(form, 'refresh_token'), boundTo(call))
  const asked = form.get('scope')?.split(' ').filter(Boolean) ?? []
  if (!asked.every(scope => relayed.scopes.has(scope))) throw new RelayError('scope-not-allowed')
  const parameters = new URLSearchParams({
    refresh_token: token,
    ...(asked.length > 0 ? { scope: asked.join(' ') } : {}),
  })
  // It may come back as the refresh token of the answer, and is sealed there.
  return { parameters, secrets: [token] }
}

/**
 * Answers a revocation (RFC 7009): of a sealed refresh token, or of an access token as the extension has it.
 *
 * Throws `grant-not-allowed`, `bad-sealed-token`, `bad-request`, `upstream-…`.
 */
export async function revocation(call: Call): Promise<Response> {
  const { id, relayed, form, sealing } = call
  allow(relayed, 'revocation')
  const client = clientOf(relayed)
  const given = needed(form, 'token')
  // A hint may be wrong (RFC 7009 section 2.1), and the provider would say of a sealed token that it is revoked.
  const isAccessToken = form.get('token_type_hint') === 'access_token' && !isSealed(given)
  const token = isAccessToken ? given : await sealing.open(given, boundTo(call))
  const kind = isAccessToken ? 'access_token' : 'refresh_token'
  const response = await orUpstream(() => forwardRevocation(client, token, kind))
  if (response.ok) return Response.json({}, { headers: { 'cache-control': 'no-store', 'x-request-id': id } })
  return orUpstream(() => passOn(call, response, [client.clientSecret ?? '', token]))
}

/**
 * Answers an exchange of a code for a key, by the provider's own hooks. What the provider says of the last request that
 * it did not turn away is passed on.
 *
 * Throws `grant-not-allowed`, `bad-request`, `upstream-…`.
 */
export async function exchange(call: Call): Promise<Response> {
  const { relayed, form } = call
  allow(relayed, 'exchange')
  const client = clientOf(relayed)
  const { hooks, endpoints } = relayed.provider
  const code = codeIn(form)
  if (!hooks?.exchangeRequests || !hooks.exchangeResult) throw new RelayError('grant-not-allowed')
  const { clientSecret = '', registration } = client
  const input = { token: endpoints.token, clientId: registration.client_id, clientSecret, code }
  let response: Response | undefined
  for (const { url, headers } of hooks.exchangeRequests(input)) {
    response = await orUpstream(() => guardedFetch(url, { headers }))
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined)
    const result = hooks.exchangeResult(response.status, body)
    if ('key' in result || result.refused !== 'client-or-code') break
  }
  if (!response) throw new RelayError('grant-not-allowed')
  const answer = response
  return orUpstream(() => passOn(call, answer, [clientSecret]))
}

function allow({ grants }: RelayProvider, grant: Grant): void {
  if (!grants.has(grant)) throw new RelayError('grant-not-allowed')
}

function needed(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (!value) throw new RelayError('bad-request')
  return value
}

// RFC 6749 appendix A.11. Some providers have it in the path of an address, where dots alone would climb.
function codeIn(form: URLSearchParams): string {
  const code = needed(form, 'code')
  if (!/^[\x20-\x7e]+$/.test(code) || code === '.' || code === '..') throw new RelayError('bad-request')
  return code
}

// Some servers wrap their answer, or have it there twice. What is not sealed does not leave.
function withoutNested(body: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(body, (name, value) => (/^refresh_?token$/i.test(name) ? undefined : value)),
  )
}

function only(form: URLSearchParams, names: readonly string[]): URLSearchParams {
  return new URLSearchParams([...form].filter(([name]) => names.includes(name)))
}

function boundTo({ relayed: { provider, clientId = '' }, user }: Call) {
  return { provider: provider.id, clientId, user: [user.issuer, user.id].filter(Boolean).join(' ') }
}
