import { type OAuthClient, oauthClient } from '../oauth/client'
import { AppError } from '../shared/errors'
import { hasToken } from '../shared/token-in-answer'
import type { RelayKey, RelayProvider } from './config'
import { RelayError } from './errors'

/** The provider with the app that the relay is at it. Throws `grant-not-allowed` where there is no app, only keys. */
export function clientOf({
  provider,
  clientId,
  clientSecret,
  clientAuth,
  audience,
  scopes,
}: RelayProvider): OAuthClient {
  if (clientId === undefined || clientSecret === undefined) throw new RelayError('grant-not-allowed')
  const registered = { clientId, clientSecret, clientAuth, audience, scopes: [...scopes] }
  return oauthClient(provider, registered)
}

/** The same for one of its keys. */
export function clientOfKey({ provider, clientAuth, audience }: RelayProvider, key: RelayKey): OAuthClient {
  const { clientId, clientSecret } = key
  return oauthClient(provider, { clientId, clientSecret, clientAuth, audience, flow: 'client_credentials' })
}

/** What a call upstream throws, in the relay's words; the cause stays here. */
export async function orUpstream<T>(job: () => Promise<T>): Promise<T> {
  try {
    return await job()
  } catch (cause) {
    if (cause instanceof RelayError || !(cause instanceof AppError)) throw cause
    if (cause.code === 'provider-unreachable') throw new RelayError('upstream-unreachable', { cause })
    if (cause.code === 'setup-wrong') throw new RelayError('upstream-refused-client', { cause })
    throw new RelayError('upstream-nonsense', { cause })
  }
}

// RFC 6749 section 5.2, RFC 7009 section 2.2.1. Another word could be anything.
const refusals: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'unsupported_token_type',
])

/** Of the headers of a token answer these are passed on: the extension learns the provider's clock from `Date`. */
const passed = ['date', 'retry-after']

/**
 * Passes an answer of a token, exchange or revocation endpoint on: its status and its JSON, as `change` leaves it.
 * `id` is the request's; `note` is told the provider's word for a refusal. A success that is no JSON object is `upstream-nonsense`; of a refusal only the members of RFC 6749
 * section 5.2 and of an exchange go on, and none that has one of `secrets` in it, since some servers repeat what they were
 * sent. `change` may add to `secrets`.
 */
export async function passOn(
  { id, note }: { id: string; note(upstream: string): void },
  response: Response,
  secrets: readonly string[],
  change: (body: Record<string, unknown>) => Promise<Record<string, unknown>> = async body => body,
): Promise<Response> {
  const headers = new Headers({ 'cache-control': 'no-store', pragma: 'no-cache', 'x-request-id': id })
  for (const name of passed) {
    const value = response.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  const text = await response.text()
  const body = objectOf(text)
  if (response.ok) {
    if (!body && text.trim() !== '') throw new RelayError('upstream-nonsense')
    const changed = body ? await change(body) : {}
    if (holdsAny(JSON.stringify(changed), secrets)) throw new RelayError('token-in-answer')
    return Response.json(changed, { status: 200, headers })
  }
  // A redirect is followed by nobody, and nobody is told where it leads.
  if (response.status < 400) throw new RelayError('upstream-nonsense')
  if (refusals.has(String(body?.error))) note(String(body?.error))
  const said = Object.fromEntries(
    ['error', 'error_description', 'error_uri', 'success', 'message'].flatMap(name => {
      const value = body?.[name]
      const isPlain = typeof value === 'string' || typeof value === 'boolean'
      return isPlain && !holdsAny(String(value), secrets) ? [[name, value]] : []
    }),
  )
  return Response.json(said, { status: response.status, headers })
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

// Servers that repeat what they were sent repeat it as it was sent: in a form, in JSON, or with Basic in base64.
function holdsAny(text: string, secrets: readonly string[]): boolean {
  const forms = secrets.flatMap(secret => [
    secret,
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ])
  return [...new Set(forms)].some(form =>
    // No token has other characters (RFC 6749 appendix A.17), and they have no base64 that all would agree on.
    /^[\x20-\x7e]*$/.test(form)
      ? hasToken(form, [text], new ArrayBuffer(0))
      : form.length >= 8 && text.includes(form),
  )
}
