import { readUpTo } from '../oauth/guarded-fetch'
import { providerOf } from '../providers/configured'
import type { Provider } from '../providers/provider'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { ApiAnswer, ApiCall } from '../shared/protocol'
import type { Access, ConnectionView, Permit } from '../shared/view'
import { narrowToken, noteFailure, noteWellbeing, requireUsable } from './broker'
import { hasHosts } from './hosts'
import { lately } from './lately'
import { type HeldToken, session } from './session'

const methods: Readonly<Record<string, Access>> = {
  GET: 'read',
  HEAD: 'read',
  POST: 'change',
  PUT: 'change',
  PATCH: 'change',
  DELETE: 'change',
}

/** Of the caller's headers these go out; everything else, `authorization` and `cookie` before all, stays behind. */
const sentHeaders = new Set([
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'prefer',
])

/** Of the API's headers these come back. */
const returnedHeaders = new Set([
  'content-language',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'link',
  'retry-after',
  'x-request-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])

/** What access a call needs. Throws `bad-request` for a method that is not brokered. */
export function accessOf(method: string | undefined): Access {
  const name = (method ?? 'GET').toUpperCase()
  const access = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (!access) throw new AppError('bad-request')
  return access
}

/**
 * The address of a brokered call, after parsing: inside one of the API's origins and path prefixes, and no OAuth
 * endpoint. Throws `bad-request` (`outside-api`).
 */
export function apiAddress(provider: Provider, path: string): URL {
  const outside = new AppError('bad-request', 'outside-api')
  const [base] = provider.api
  // Parsers differ over these.
  if (!base || /[\\\s\p{Cc}]/u.test(path)) throw outside
  const relative = path.startsWith('/') && !path.startsWith('//') ? new URL(path, base).href : path
  if (!URL.canParse(relative, base)) throw outside
  const url = new URL(relative, base)
  url.hash = ''
  // A server may skip an empty segment, and decode what needed no encoding or hides a delimiter: the resource would
  // then be another than it seems to be here.
  if (
    url.username ||
    url.password ||
    /\/\/|;|%(?:00|2[5def]|3\d|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9ae])/i.test(url.pathname)
  )
    throw outside
  const isInside = provider.api.some(prefix => {
    const { origin, pathname } = new URL(prefix)
    return url.origin === origin && url.pathname.startsWith(pathname)
  })
  const at = url.pathname.toLowerCase()
  const isEndpoint = Object.values(provider.endpoints).some(endpoint => {
    const { origin, pathname = '' } = endpoint ? new URL(endpoint) : {}
    const path = pathname.toLowerCase()
    // One that ends in a slash is the beginning of many.
    return url.origin === origin && (at === path || (path.endsWith('/') && at.startsWith(path)))
  })
  if (!isInside || isEndpoint) throw outside
  return url
}

/**
 * Connections whose API refused a token that had just been renewed. Another renewal would help no more, and a path that
 * always answers 401 would cost a rotation with every call. Lost, it costs one.
 */
const refused = lately(limits.again)

/**
 * Makes one call to a provider's API for a site or panel under its permit, whose scopes bind it; the token stays in
 * here. An answer of 401 is followed by one renewal and one more try. Other statuses are the API's business with the
 * caller and are passed on. `stillAllowed` is asked before each sending and before the answer is given: all of it can
 * take a while, and a permit may end meanwhile.
 *
 * Throws `bad-request` (`outside-api`, `too-large`), `scope-missing`, `provider-rejected` (`api-refuses-login`, `redirected`,
 * `too-large`), `provider-unreachable`, `permission-missing`, and what the broker throws.
 */
export async function callApi(
  { connection, permit }: { connection: ConnectionView; permit: Permit },
  call: ApiCall,
  stillAllowed: () => Promise<unknown>,
): Promise<ApiAnswer> {
  const provider = providerOf((await session()).view.setup, connection.provider)
  if (!provider) throw new AppError('not-connected')
  const url = apiAddress(provider, call.path)
  const request = requestOf(call)
  const scope = provider.hooks?.scopeOf?.(url, accessOf(call.method))
  if (scope !== undefined && !permit.scopes.includes(scope)) throw new AppError('scope-missing')
  const token = await narrowToken(connection.id, permit.scopes)
  await stillAllowed()
  let response = await send(provider, connection, url, request, token)
  if (response.status === 401 && !refused.was(connection.id)) {
    await response.body?.cancel()
    const renewed = await narrowToken(connection.id, permit.scopes, token.value)
    await stillAllowed()
    response = await send(provider, connection, url, request, renewed)
  }
  if (response.status === 401) {
    await response.body?.cancel()
    refused.note(connection.id)
    const error = new AppError('provider-rejected', 'api-refuses-login')
    await noteFailure(connection.id, error)
    throw error
  }
  const body = await readUpTo(response, limits.body).catch((cause: unknown) => {
    // It broke off, or the time was over in the middle of it.
    throw cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
  })
  refused.forget(connection.id)
  await noteWellbeing(connection.id)
  await stillAllowed()
  await requireUsable(connection.id)
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers].filter(([name]) => returnedHeaders.has(name)),
    body,
  }
}

function requestOf({ method, headers, body }: ApiCall): {
  method: string
  headers: Headers
  body?: string | ArrayBuffer
} {
  const name = (method ?? 'GET').toUpperCase()
  const sent = new Headers()
  try {
    for (const [header, value] of Object.entries(headers ?? {}))
      if (sentHeaders.has(header.toLowerCase())) sent.set(header, value)
  } catch (cause) {
    // A value that is no header value, a line break for example.
    throw new AppError('bad-request', undefined, { cause })
  }
  const size = typeof body === 'string' ? new TextEncoder().encode(body).byteLength : (body?.byteLength ?? 0)
  if (size > limits.body) throw new AppError('bad-request', 'too-large')
  if (body !== undefined && accessOf(name) === 'read') throw new AppError('bad-request')
  return { method: name, headers: sent, ...(body === undefined ? {} : { body }) }
}

async function send(
  provider: Provider,
  connection: ConnectionView,
  url: URL,
  { headers, ...request }: ReturnType<typeof requestOf>,
  token: HeldToken,
): Promise<Response> {
  // The connection may have moved since the address was made.
  if (!token.api.includes(url.origin)) throw new AppError('address-changed')
  const authorized = new Headers(headers)
  authorized.set('authorization', `Bearer ${token.value}`)
  let response: Response
  try {
    response = await fetch(url, {
      ...request,
      headers: authorized,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      // Not followed, as with 'error', but told apart from a network that is down.
      redirect: 'manual',
      signal: AbortSignal.timeout(limits.request),
    })
  } catch (cause) {
    if (!(await hasHosts(provider))) throw new AppError('permission-missing', undefined, { cause })
    const error = new AppError('provider-unreachable', undefined, { cause })
    await noteFailure(connection.id, error)
    throw error
  }
  if (
    response.type === 'opaqueredirect' ||
    (response.status >= 300 && response.status < 400 && response.status !== 304)
  )
    throw new AppError('provider-rejected', 'redirected')
  return response
}
