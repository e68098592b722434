import { clockSkewOf } from '../oauth/client'
import { guardedFetch } from '../oauth/guarded-fetch'
import { type Proved, proofOf } from '../oauth/proof'
import { relayDown } from '../oauth/relay-errors'
import { jsonOf } from '../oauth/token-info'
import { providersOf } from '../providers/configured'
import { identityProvider } from '../providers/relayed'
import { AppError, faultOf } from '../shared/errors'
import type { ConnectionId } from '../shared/view'
import { proofKey } from './proof-key'
import { session } from './session'

/** Gives an access token of a connection: the broker, which goes through a relay itself. */
export type TokenOf = (
  connection: ConnectionId,
  wanted?: { refused?: string },
) => Promise<{ value: string; api: readonly string[] }>

/** What says to a relay who asks, for one request. */
export type Identity = {
  headers: Record<string, string>
  /** Whether what the relay refused can be mended by asking for another identity. */
  mend(code: string, answer: Response): boolean
  token?: string
  /** What the relay had said of itself. */
  by: Metadata
}

type Metadata = { issuers: unknown[]; takesProofs: boolean }

/** By the relay's origin, until it refuses who we are; lost with the worker, it costs one request. */
const known = new Map<string, Promise<Metadata>>()

/** How far relays' clocks are ahead of ours, milliseconds. */
const skews = new Map<string, number>()

/**
 * Makes what says who we are to a relay: an access token of the company's identity provider, where the setup has one whose
 * API the relay is, or else a proof of possession of this profile's own key. A relay may be started anew with another way
 * to know people, so it is asked again before anybody is sent to mend something.
 *
 * Throws `provider-unreachable` (`relay-unreachable` where it is the relay), and `setup-wrong`: `relay-sign-in` where the identity provider is to be connected first,
 * `relay-setup` where the relay takes neither, or is none.
 */
export async function identityFor(
  relay: string,
  asked: Proved,
  tokenOf: TokenOf,
  refused: string | undefined,
): Promise<Identity> {
  const by = await metadataOf(relay)
  const made = async (by: Metadata) => ({ by, ...(await identityBy(by, relay, asked, tokenOf, refused)) })
  return made(by).catch(async (error: unknown) => {
    const other = faultOf(error).code === 'setup-wrong' && (await otherMetadata(relay, by))
    if (!other) throw error
    return made(other)
  })
}

async function identityBy(
  { issuers, takesProofs }: Metadata,
  relay: string,
  asked: Proved,
  tokenOf: TokenOf,
  refused: string | undefined,
): Promise<Omit<Identity, 'by'>> {
  const { setup, connections } = (await session()).view
  const provider = identityProvider(providersOf(setup), setup, relay)
  if (provider && issuers.includes(provider.issuer)) {
    const connection = connections.find(({ provider: id }) => id === provider.id)
    const token = connection && (await bearerOf(connection.id, relay, tokenOf, refused))
    if (!token) throw new AppError('setup-wrong', 'relay-sign-in')
    return {
      token,
      headers: { authorization: `Bearer ${token}` },
      mend: code => code === 'expired-credentials' || code === 'bad-credentials',
    }
  }
  if (!takesProofs) throw new AppError('setup-wrong', 'relay-setup')
  const now = Date.now() + (skews.get(relay) ?? 0)
  return {
    headers: { dpop: await proofOf(await proofKey(), asked, now) },
    mend: (code, answer) => {
      if (code !== 'stale-proof') return false
      skews.set(relay, clockSkewOf(answer))
      return true
    },
  }
}

async function bearerOf(
  connection: ConnectionId,
  relay: string,
  tokenOf: TokenOf,
  refused: string | undefined,
): Promise<string | undefined> {
  try {
    const { value, api } = await tokenOf(connection, refused === undefined ? {} : { refused })
    // It goes where its own connection lets it go, and nowhere else.
    return api.includes(relay) ? value : undefined
  } catch (cause) {
    const { code } = faultOf(cause)
    if (code === 'stopped' || code === 'locked' || code === 'provider-unreachable') throw cause
    // What is wrong with that login is said in its own row; this one is as good as before.
    throw new AppError('setup-wrong', 'relay-sign-in', { cause })
  }
}

function metadataOf(relay: string): Promise<Metadata> {
  let found = known.get(relay)
  if (!found) {
    found = fetchedMetadata(relay)
    known.set(relay, found)
    found.catch(() => known.delete(relay))
  }
  return found
}

/** Asks a relay anew by what it knows people: undefined where that is as before. */
export async function otherMetadata(relay: string, before: Metadata): Promise<Metadata | undefined> {
  known.delete(relay)
  const now = await metadataOf(relay)
  return JSON.stringify(now) === JSON.stringify(before) ? undefined : now
}

// RFC 9728. It is the relay of the setup that is asked, whatever it calls itself.
async function fetchedMetadata(relay: string): Promise<Metadata> {
  const response = await guardedFetch(`${relay}/.well-known/oauth-protected-resource`).catch(cause => {
    throw relayDown(cause)
  })
  if (response.status >= 500 || response.status === 429) throw relayDown(response)
  const body = response.ok ? Object(await jsonOf(response)) : {}
  const { authorization_servers: issuers, dpop_signing_alg_values_supported: algorithms } = body
  const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
  const found = { issuers: listOf(issuers), takesProofs: listOf(algorithms).includes('ES256') }
  if (found.issuers.length === 0 && !found.takesProofs) throw new AppError('setup-wrong', 'relay-setup')
  return found
}
