import { apiAddress } from '../providers/api-address'
import { returnedHeaders, sentHeaders } from '../shared/call-headers'
import { limits } from '../shared/limits'
import { hasToken } from '../shared/token-in-answer'
import type { RelayKey, RelayProvider } from './config'
import type { DataAnswer, DataFetch } from './data-fetch'
import { RelayError } from './errors'
import type { MachineTokens } from './machine-tokens'
import { orUpstream } from './upstream'
import type { User } from './users'

type Call = {
  /** The request's id. */
  id: string
  relayed: RelayProvider
  user: User
  request: Request
  /** Path and query behind `/api/<provider>`. */
  path: string
  body: ArrayBuffer
  tokens: MachineTokens
  fetchData: DataFetch
  /** Told of the key before anything is sent with it. */
  onKey(key: RelayKey): void
}

/**
 * Calls the API of a provider with client credentials for somebody who may: the token is added here and stays here. The
 * key is the one that `Dealpass-Client` names, or the only one there is.
 *
 * Throws `not-allowed`, `method-not-allowed`, `path-not-allowed`, `bad-request`, `token-in-answer`, `too-large`, `upstream-…`.
 */
export async function apiCall(call: Call): Promise<Response> {
  const { relayed, user, request, path, tokens } = call
  const key = keyFor(relayed, request.headers.get('dealpass-client'))
  if (!mayUse(key, user)) throw new RelayError('not-allowed')
  if (!relayed.methods.has(request.method)) throw new RelayError('method-not-allowed')
  const url = addressOf(relayed, path)
  call.onKey(key)
  // For both tries together: whoever asked does not wait longer.
  const end = performance.now() + limits.request
  for (let round = 0; ; round += 1) {
    const token = await tokens.get(relayed, key)
    const response = await sent(call, url, token, end - performance.now())
    // It may have been taken back before its time; what was refused has changed nothing.
    if (response.status === 401 && round === 0 && tokens.drop(relayed, key, token)) continue
    return passedOn(call, response, token)
  }
}

/** The keys of a provider that somebody may use, as the extension names them. Throws `not-found` where there are none at all. */
export function keysFor({ keys }: RelayProvider, user: User): { label: string; client_id: string }[] {
  if (keys.length === 0) throw new RelayError('not-found')
  return keys.filter(key => mayUse(key, user)).map(({ label, clientId }) => ({ label, client_id: clientId }))
}

function mayUse({ users }: RelayKey, { id }: User): boolean {
  return users === 'everybody' || users.includes(id)
}

function keyFor({ keys }: RelayProvider, clientId: string | null): RelayKey {
  if (keys.length === 0) throw new RelayError('not-found')
  const key = clientId === null && keys.length === 1 ? keys[0] : keys.find(one => one.clientId === clientId)
  if (!key) throw new RelayError('bad-request')
  return key
}

function addressOf({ provider }: RelayProvider, path: string): URL {
  try {
    return apiAddress(provider, path)
  } catch (cause) {
    throw new RelayError('path-not-allowed', { cause })
  }
}

async function sent(
  { request, body, fetchData }: Call,
  url: URL,
  token: string,
  left: number,
): Promise<DataAnswer> {
  const { method } = request
  const headers = {
    ...picked(name => request.headers.get(name), sentHeaders),
    authorization: `Bearer ${token}`,
    // Some APIs refuse who does not say what they are, and this is no browser.
    'user-agent': 'Dealpass-Relay/1',
  }
  const time = Math.max(1, left)
  return orUpstream(() =>
    fetchData(url.href, { method, headers, time, ...(body.byteLength > 0 ? { body } : {}) }),
  )
}

// As plain values, which cost a runtime a fraction of what `Headers` do.
function picked(
  read: (name: string) => string | null | undefined,
  names: Iterable<string>,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of names) {
    const value = read(name)
    if (typeof value === 'string') found[name] = value
  }
  return found
}

function passedOn({ id }: Call, { status, header, body }: DataAnswer, token: string): Response {
  // Of what is beyond 599 no answer can be made.
  if ((status >= 300 && status < 400 && status !== 304) || status > 599)
    throw new RelayError('upstream-nonsense')
  const headers = picked(header, returnedHeaders)
  if (hasToken(token, Object.values(headers), body)) throw new RelayError('token-in-answer')
  const isEmpty = [204, 205, 304].includes(status)
  return new Response(isEmpty ? null : body, {
    status,
    headers: { ...headers, 'cache-control': 'no-store', 'x-request-id': id },
  })
}
