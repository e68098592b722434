import { readUpTo } from '../oauth/guarded-fetch'
import { apiAddress } from '../providers/api-address'
import { incomingHeaders, outgoingHeaders } from '../shared/call-headers'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import { hasToken } from '../shared/token-in-answer'
import type { RelayKey, RelayProvider } from './config'
import { deadline } from './deadline'
import { RelayError } from './errors'
import type { MachineTokens } from './machine-tokens'
import { orUpstream } from './upstream'
import type { User } from './users'

type Call = {
  relayed: RelayProvider
  user: User
  request: Request
  /** Path and query behind `/api/<provider>`. */
  path: string
  body: ArrayBuffer
  tokens: MachineTokens
}

/**
 * Calls the API of a provider with client credentials for somebody who may: the token is added here and stays here. The
 * key is the one that `Dealpass-Client` names, or the only one there is.
 *
 * Throws `not-allowed`, `method-not-allowed`, `path-not-allowed`, `bad-request`, `token-in-answer`, `too-large`, `upstream-…`.
 */
export async function apiCall(call: Call): Promise<{ answer: Response; key: RelayKey }> {
  const { relayed, user, request, path, tokens } = call
  const key = keyFor(relayed, request.headers.get('dealpass-client'))
  if (!mayUse(key, user)) throw new RelayError('not-allowed')
  if (!relayed.methods.has(request.method)) throw new RelayError('method-not-allowed')
  const url = addressOf(relayed, path)
  for (let round = 0; ; round += 1) {
    const token = await tokens.get(relayed, key)
    const response = await sent(call, url, token)
    if (response.status === 401 && round === 0) {
      // It may have been taken back before its time; what was refused has changed nothing.
      tokens.drop(relayed, key, token)
      await response.body?.cancel()
      continue
    }
    return { answer: await read(response, token), key }
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

async function sent({ request, body }: Call, url: URL, token: string): Promise<Response> {
  const headers = outgoingHeaders(Object.fromEntries(request.headers))
  headers.set('authorization', `Bearer ${token}`)
  // Some APIs refuse who does not say what they are, and this is no browser.
  headers.set('user-agent', 'Dealpass-Relay/1')
  const { method } = request
  const hasBody = method !== 'GET' && method !== 'HEAD' && body.byteLength > 0
  return orUpstream(() =>
    fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: deadline(),
      ...(hasBody ? { body } : {}),
    }).catch(cause => {
      throw new AppError('provider-unreachable', undefined, { cause })
    }),
  )
}

// One that says how long it is, and is not packed, can be no longer.
function readAnswer(response: Response): Promise<ArrayBuffer> {
  const length = response.headers.get('content-length')
  const isShort =
    length !== null && Number(length) <= limits.body && !response.headers.has('content-encoding')
  return isShort ? response.arrayBuffer() : readUpTo(response, limits.body)
}

async function read(response: Response, token: string): Promise<Response> {
  const { status } = response
  if (status >= 300 && status < 400 && status !== 304) throw new RelayError('upstream-nonsense')
  const headers = incomingHeaders(response.headers)
  const body = await orUpstream(() =>
    readAnswer(response).catch(cause => {
      throw cause instanceof AppError ? cause : new AppError('provider-unreachable', undefined, { cause })
    }),
  )
  const texts = headers.map(([, value]) => value)
  if (hasToken(token, texts, body)) throw new RelayError('token-in-answer')
  const isEmpty = [204, 205, 304].includes(status)
  const answer = new Response(isEmpty ? null : body, { status, headers })
  answer.headers.set('cache-control', 'no-store')
  return answer
}
