import { readUpTo } from '../oauth/guarded-fetch'
import { refusalOf } from '../oauth/relay-errors'
import { apiAddress } from '../providers/api-address'
import { providerOf } from '../providers/configured'
import type { Provider } from '../providers/provider'
import { isCalledThroughRelay, relayedAddress } from '../providers/relayed'
import { incomingHeaders, outgoingHeaders } from '../shared/call-headers'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import { actingScopes } from '../shared/permit'
import type { ApiAnswer, ApiCall } from '../shared/protocol'
import { hasToken } from '../shared/token-in-answer'
import type { ConnectionView, Permit, SetupView } from '../shared/view'
import { accessToken, narrowToken, requireUsable } from './broker'
import { accessOf, brokeredMethod } from './call-access'
import { hasHosts } from './hosts'
import { lately } from './lately'
import { redirects, refuseRedirect } from './no-redirects'
import type { Need } from './permit-for'
import { atMost } from './queue'
import { throughRelay } from './relay'
import { type HeldToken, session } from './session'
import { noteFailure, noteWellbeing } from './wellbeing'

/**
 * Tokens that the API refused right after their renewal. Another renewal would help no more, and a path that
 * always answers 401 would cost a rotation with every call. Lost, it costs one.
 */
const refused = lately(limits.again)

/**
 * What a call needs of a permit, and its address where it could be made at all. The scope is the provider's word where it has one
 * for each call, else the caller's. Throws `bad-request` for a method that is not brokered.
 */
export function needOf(setup: SetupView | null, call: ApiCall): { need: Need; url?: URL } {
  const { provider: id, connection, path, method, scopes } = call
  const access = accessOf(method)
  const need: Need = { provider: id, use: 'fetch', access, ...(connection ? { connection } : {}) }
  const provider = providerOf(setup, id)
  try {
    const url = provider && apiAddress(provider, path)
    const scope = url && provider.hooks?.scopeOf?.(url, access)
    return { need: { ...need, scopes: scope === undefined ? scopes : [scope] }, url }
  } catch {
    // Said to those alone who have a permit, when the call is made.
    return { need }
  }
}

/**
 * Makes one call to a provider's API for a site or panel under its permit, whose scopes bind it; the token stays in
 * here. An answer of 401 is followed by one renewal and one more try. Other statuses are the API's business with the
 * caller and are passed on. `stillAllowed` is asked before each sending and before the answer is given: all of it can
 * take a while, and a permit may end meanwhile. `signal` ends the call, not a renewal that others may be waiting for.
 *
 * Throws `bad-request` (`outside-api`, `too-large`), `scope-missing`, `provider-rejected` (`api-refuses-login`, `redirected`,
 * `too-large`, `token-in-answer`), `provider-unreachable`, `permission-missing`, and what the broker throws.
 */
export async function callApi(
  { connection, permit }: { connection: ConnectionView; permit: Permit },
  call: ApiCall,
  stillAllowed: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const provider = providerOf((await session()).view.setup, connection.provider)
  if (!provider) throw new AppError('not-connected')
  const url = apiAddress(provider, call.path)
  const request = requestOf(call)
  const scope = provider.hooks?.scopeOf?.(url, accessOf(call.method))
  if (scope !== undefined && !permit.scopes.includes(scope)) throw new AppError('scope-missing')
  const tokenOf = async (refusedToken?: string) => {
    const token = await narrowToken(connection.id, permit.scopes, refusedToken)
    // A server may narrow nothing. Where no scope is known of a call either, the permit would bind nobody.
    if (scope === undefined && !actingScopes(token.scopes).every(one => permit.scopes.includes(one)))
      throw new AppError('not-permitted', 'wide-token')
    return token
  }
  const made = async (refusedToken?: string) => {
    const token = await tokenOf(refusedToken)
    await stillAllowed()
    signal.throwIfAborted()
    return { token, response: await send(provider, connection, url, request, token, signal) }
  }
  // Its token is looked for when its turn comes: by then another call may have found out that there is a new one.
  const inTurn = (refusedToken?: string) =>
    atMost(limits.callsAtOnce, `${permit.site} ${url.origin}`, () => made(refusedToken))
  let { token, response } = await inTurn()
  // A relay has tried a new one itself.
  if (response.status === 401 && token.value && !refused.was(token.value)) {
    await response.body?.cancel()
    ;({ token, response } = await inTurn(token.value))
  }
  if (response.status === 401) {
    await response.body?.cancel()
    refused.note(token.value)
    const error = new AppError('provider-rejected', 'api-refuses-login')
    await noteFailure(connection.id, error)
    throw error
  }
  const body = await readUpTo(response, limits.body).catch((cause: unknown) => {
    signal.throwIfAborted()
    // It broke off, or the time was over in the middle of it.
    throw cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
  })
  await noteWellbeing(connection.id)
  await stillAllowed()
  await requireUsable(connection.id)
  const { status, statusText } = response
  const headers = incomingHeaders(response.headers)
  if (hasToken(token.value, [statusText, ...headers.map(([, value]) => value)], body))
    throw new AppError('provider-rejected', 'token-in-answer')
  return { status, statusText, headers, body }
}

function requestOf({ method, headers, body }: ApiCall): {
  method: string
  headers: Headers
  body?: string | ArrayBuffer
} {
  const name = brokeredMethod(method)
  const sent = outgoingHeaders(headers)
  const size = typeof body === 'string' ? new TextEncoder().encode(body).byteLength : (body?.byteLength ?? 0)
  if (size > limits.body) throw new AppError('bad-request', 'too-large')
  // Nor does fetch take a buffer that can still grow.
  if (Object(body).resizable) throw new AppError('bad-request')
  if (body !== undefined && accessOf(name) === 'read') throw new AppError('bad-request')
  return { method: name, headers: sent, ...(body === undefined ? {} : { body }) }
}

async function send(
  provider: Provider,
  connection: ConnectionView,
  url: URL,
  { headers, ...request }: ReturnType<typeof requestOf>,
  token: HeldToken,
  caller: AbortSignal,
): Promise<Response> {
  // The connection may have moved since the address was made.
  if (!token.api.includes(url.origin)) throw new AppError('address-changed')
  const sendTo = (address: string, more: Record<string, string>) => {
    const authorized = new Headers(headers)
    for (const [name, value] of Object.entries(more)) authorized.set(name, value)
    return fetch(address, {
      ...request,
      headers: authorized,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      redirect: redirects,
      signal: AbortSignal.any([AbortSignal.timeout(limits.request), caller]),
    })
  }
  const isRelayed = isCalledThroughRelay(provider, connection.flow)
  let response: Response
  try {
    response = isRelayed
      ? await sendThroughRelay(provider, connection, url, request, sendTo)
      : await sendTo(url.href, { authorization: `Bearer ${token.value}` })
  } catch (cause) {
    // Nobody waits for it any more, which says nothing of the provider.
    caller.throwIfAborted()
    if (!(await hasHosts(provider))) throw new AppError('permission-missing', undefined, { cause })
    const error =
      cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
    await noteFailure(connection.id, error)
    // It is down for all that goes there: whether it is back is found out without anybody asking.
    if (isRelayed && error.code === 'provider-unreachable' && refusalOf(error) === null)
      accessToken(connection.id, { refused: token.value }).catch(() => undefined)
    throw error
  }
  refuseRedirect(response)
  return response
}

/** The same call, made of the relay that has the token: it knows which key is meant, and who asks. */
async function sendThroughRelay(
  provider: Provider,
  { account }: ConnectionView,
  url: URL,
  { method, body = '' }: Pick<ReturnType<typeof requestOf>, 'method' | 'body'>,
  sendTo: (address: string, headers: Record<string, string>) => Promise<Response>,
): Promise<Response> {
  const address = relayedAddress(provider, url).href
  const client = { 'dealpass-client': account?.id ?? '' }
  return throughRelay(provider.relay?.origin ?? '', { method, address, body }, accessToken, headers =>
    sendTo(address, { ...headers, ...client }),
  )
}
