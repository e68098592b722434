import type { OAuthClient } from '../oauth/client'
import { guardedFetch } from '../oauth/guarded-fetch'
import { tokensAtRelay } from '../oauth/keys'
import type { Proved } from '../oauth/proof'
import { refusalOf, relayDown, relayError, relayErrorHeader } from '../oauth/relay-errors'
import { jsonOf } from '../oauth/token-info'
import type { Tokens } from '../oauth/tokens'
import type { Provider } from '../providers/provider'
import { AppError, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import { identityFor, otherMetadata, type TokenOf } from './relay-identity'

/**
 * Makes a request of a company's relay, with the header that it wants and who we are; once more where that was refused
 * for something that has been mended since, or by a relay that has come to know people by something else. `send` sends it
 * with the headers that it is given besides.
 *
 * Throws what `identityFor` throws, `provider-unreachable` (`relay-unreachable`) where no answer came, `provider-rejected` as
 * `send` does, and what `relayError` makes of a refusal of the relay's own. An answer of the provider comes back as it is.
 */
export async function throughRelay(
  relay: string,
  asked: Proved,
  tokenOf: TokenOf,
  send: (headers: Record<string, string>) => Promise<Response>,
): Promise<Response> {
  let refused: string | undefined
  for (let round = 0; ; round += 1) {
    const identity = await identityFor(relay, asked, tokenOf, refused)
    const response = await send({ 'dealpass-relay': '1', ...identity.headers }).catch((cause: unknown) => {
      throw faultOf(cause).code === 'provider-rejected' ? cause : relayDown(cause)
    })
    const code = response.headers.get(relayErrorHeader)
    if (code === null) return response
    const error = relayError(code, response)
    const isAboutUs = error.reason === 'relay-not-admitted' || error.reason === 'relay-identity'
    const isMended = identity.mend(code, response) || (isAboutUs && (await otherMetadata(relay, identity.by)))
    if (round > 0 || !isMended) throw error
    refused = identity.token
    await response.body?.cancel()
  }
}

/** The `fetch` for a provider's OAuth requests where they go through a relay; undefined where they do not. */
export function relayFetch({ relay }: Provider, tokenOf: TokenOf): typeof guardedFetch | undefined {
  if (!relay) return undefined
  return (address, init = {}) => {
    const { method = 'GET', body } = init
    const asked = { method, address, body: body === null || body === undefined ? '' : String(body) }
    return throughRelay(relay.origin, asked, tokenOf, more => {
      const headers = new Headers(init.headers)
      for (const [name, value] of Object.entries(more)) headers.set(name, value)
      return guardedFetch(address, { ...init, headers })
    })
  }
}

/**
 * The keys of a provider with client credentials that the relay lets us use, in its order.
 *
 * Throws `provider-unreachable` and `setup-wrong` with the relay's reasons.
 */
export async function keysAtRelay(
  provider: Provider,
  tokenOf: TokenOf,
  signal?: AbortSignal,
): Promise<{ label: string; clientId: string }[]> {
  const response = await keysAnswer(provider, tokenOf, signal)
  const { keys } = Object(await jsonOf(response)) as { keys?: unknown }
  if (!response.ok || !Array.isArray(keys)) throw new AppError('setup-wrong', 'relay-setup')
  return keys.flatMap(key => {
    const { label, client_id: clientId } = Object(key) as Record<string, unknown>
    if (typeof clientId !== 'string' || typeof label !== 'string') return []
    // It is shown beside our own words.
    return [{ clientId, label: label.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, limits.accountText) }]
  })
}

/**
 * Asks the relay of a provider whether it knows us, before somebody signs in for nothing. Throws what `keysAtRelay` throws where
 * it does not.
 */
export async function requireKnown(provider: Provider, tokenOf: TokenOf, signal: AbortSignal): Promise<void> {
  await keysAnswer(provider, tokenOf, signal).catch((error: AppError) => {
    // It has no keys of this provider, which it says only to those whom it knows.
    if (refusalOf(error) !== 'not-found') throw error
  })
}

async function keysAnswer(provider: Provider, tokenOf: TokenOf, signal?: AbortSignal): Promise<Response> {
  const fetch = relayFetch(provider, tokenOf)
  const address = `${provider.relay?.origin}/oauth/${provider.id}/keys`
  const response = await fetch?.(address, { ...(signal ? { signal } : {}) })
  // The provider has no part in it.
  if (!response || response.status >= 500 || response.status === 429) throw relayDown(response)
  return response
}

/**
 * What stands for the tokens of a key that the relay has, where it still lets us use it. Throws `setup-wrong`
 * (`relay-not-allowed`) where it does not, and what `keysAtRelay` throws.
 */
export async function keyAtRelay(client: OAuthClient, tokenOf: TokenOf): Promise<Tokens> {
  const keys = await keysAtRelay(client.provider, tokenOf)
  if (!keys.some(({ clientId }) => clientId === client.registration.client_id))
    throw new AppError('setup-wrong', 'relay-not-allowed')
  return tokensAtRelay(client.scopes)
}
