import type { OAuthClient } from '../oauth/client'
import { tokensOfKey } from '../oauth/keys'
import { isTokenDead } from '../oauth/token-info'
import { type Tokens, tokensFromKey } from '../oauth/tokens'
import { isCalledThroughRelay } from '../providers/relayed'
import { isFlowAllowed } from '../providers/ways'
import { AppError, type ErrorCode, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Lease } from '../shared/protocol'
import type { ConnectionId, ConnectionView } from '../shared/view'
import { clientOfConnection } from './connection-client'
import { type Credentials, readCredentials } from './credentials'
import { heldToken, holdToken, isFresh } from './held-tokens'
import { requireHosts } from './hosts'
import { lately } from './lately'
import { longestLease, requireFit, requireLeasable } from './leasable'
import { endOutage, inItsTime, noteOutage } from './outages'
import { inOrder } from './queue'
import { forgetRefresh, isRefreshOpen, refreshed } from './refresh'
import { keyAtRelay } from './relay'
import { watched } from './report'
import { type HeldToken, session } from './session'
import { signInSilently } from './silent-sign-in'
import { noteUse } from './use'
import { type Connection, readSnapshot } from './vault'
import { isLost, noteFailure, noteLoginEnd, noteWellbeing } from './wellbeing'

/** Early renewals that failed, so that not every call in a token's last minutes tries again. Lost, it costs one try. */
const failedEarly = lately(limits.again)

/** What is said of a server that was there. */
const answers: readonly ErrorCode[] = ['reconnect-required', 'provider-rejected', 'setup-wrong']

/**
 * An access token of a connection that is good for a while: the one in memory, or a new one. Whoever asks and
 * however often, a connection refreshes once for a scope set (RFC 9700 section 4.14: a rotated refresh token used
 * twice costs the login).
 *
 * `scopes` asks for a narrower token; left out, it has all that was granted. `refused` is a token that the API has
 * just refused with 401: it is not given again. `isRetry` asks a server again that did not answer, though a token lives.
 *
 * Throws `stopped`, `not-connected`, `reconnect-required`, `scope-missing`, `permission-missing`, `setup-wrong`,
 * `blocked-by-policy`, `provider-unreachable`, `provider-rejected`.
 */
export async function accessToken(
  id: ConnectionId,
  { scopes, refused, isRetry }: { scopes?: readonly string[]; refused?: string; isRetry?: true } = {},
): Promise<HeldToken> {
  const asked = Date.now()
  await requireUsable(id)
  const held = heldToken(await session(), id, scopes)
  if (held && held.value !== refused && isFresh(held) && !isRetry) return held
  return inOrder(id, async () => {
    // Whoever was first in the queue may have renewed it, or lost the connection.
    const { nextTry } = await requireUsable(id)
    const now = heldToken(await session(), id, scopes)
    const living = now && now.value !== refused && now.expiresAt > Date.now() ? now : undefined
    const isTried = isRetry && nextTry !== undefined
    if (living && !isTried && (isFresh(living) || failedEarly.was(id))) return living
    const renewed = await renew(id, scopes, refused, asked).catch(async (error: unknown) => {
      // Early renewal is a courtesy: while the old token lives, only the provider's refusal harms anybody.
      const { code, reason } = faultOf(error)
      const isRefused = code === 'reconnect-required' && reason !== 'sign-in-again'
      failedEarly.note(id)
      if (!living || code !== 'reconnect-required' || isRefused) await noteFailure(id, error)
      if (living && !isRefused) return living
      throw error
    })
    // It took a while: a Disconnect or a stop that came meanwhile holds.
    await requireUsable(id)
    return renewed
  })
}

/**
 * A short-lived token for a site: with these scopes where the provider can give so narrow a one, never with more than
 * `allowed`, and only when its own remaining life is known and within the limit. A key, and what a key brought, serves
 * brokered calls alone, however short it lives.
 *
 * Throws `not-permitted` (`brokered-only`, `long-lived-token`, `wide-token`) and what `accessToken` throws.
 */
export async function lease(
  id: ConnectionId,
  scopes: readonly string[],
  allowed: readonly string[] = scopes,
): Promise<Lease> {
  requireLeasable(await requireUsable(id))
  const held = await narrowToken(id, scopes)
  requireFit(held, allowed, longestLease((await session()).view))
  return { accessToken: held.value, tokenType: 'Bearer', expiresAt: held.expiresAt, scopes: held.scopes }
}

/**
 * A token with no more than these scopes, where the provider can give one: by a refresh (RFC 6749 section 6). Without
 * a refresh it has all that was granted, and what is done with it has to be held to the scopes in another way.
 * Throws what `accessToken` throws.
 */
export async function narrowToken(
  id: ConnectionId,
  scopes: readonly string[],
  refused?: string,
): Promise<HeldToken> {
  const connection = await requireUsable(id)
  const isWhole = connection.scopes.granted.every(scope => scopes.includes(scope))
  const isNarrow = connection.renews === 'refresh' && !isWhole
  const held = await accessToken(id, { refused, ...(isNarrow ? { scopes } : {}) })
  watched('use', noteUse(held))
  return held
}

/**
 * The connection, if it may be used now. Throws `stopped`, `locked`, `not-connected` (`disconnecting`), `reconnect-required`,
 * `address-changed`.
 */
export async function requireUsable(id: ConnectionId): Promise<ConnectionView> {
  const { view } = await session()
  if (view.stopped) throw new AppError('stopped')
  if (view.lock === 'locked') throw new AppError('locked')
  const connection = view.connections.find(known => known.id === id)
  if (!connection) throw new AppError('not-connected')
  if (connection.status === 'disconnecting') throw new AppError('not-connected', 'disconnecting')
  const { fault } = connection
  if (fault && (isLost(connection) || fault.code === 'address-changed'))
    throw new AppError(fault.code, fault.reason)
  return connection
}

/** Renews a connection though its token is still good: the login lives longer by it. Throws what `accessToken` throws. */
export function renewNow(id: ConnectionId): Promise<HeldToken> {
  return inOrder(id, async () => {
    await requireUsable(id)
    return renewOrNote(id)
  })
}

/** Renews what an outage kept from being renewed. */
export function retry(id: ConnectionId, scopes: string[] | undefined): Promise<HeldToken> {
  return accessToken(id, { scopes, isRetry: true })
}

/** Refreshes that were out when a worker died: what became of their refresh tokens is asked at once. */
export async function resumeRefreshes(): Promise<void> {
  const { refreshing } = (await session()).tokens
  // How each went is noted where it was tried.
  await Promise.allSettled(refreshing.map(renewOpen))
}

function renewOpen(id: ConnectionId): Promise<unknown> {
  return inOrder(id, async () => {
    // Somebody who came first in the queue may have seen to it.
    if (!(await isRefreshOpen(id))) return forgetRefresh(id)
    await requireUsable(id)
    await renewOrNote(id)
  })
}

async function renewOrNote(id: ConnectionId): Promise<HeldToken> {
  try {
    return await renew(id, undefined, undefined)
  } catch (error) {
    await noteFailure(id, error)
    throw error
  }
}

async function renew(
  id: ConnectionId,
  scopes: readonly string[] | undefined,
  refused: string | undefined,
  asked?: number,
): Promise<HeldToken> {
  const connection = (await readSnapshot()).connections.find(known => known.id === id)
  if (!connection) throw new AppError('not-connected')
  const client = await clientOfConnection(connection, accessToken)
  await requireHosts(client.provider)
  const credentials = await readCredentials(id)
  const tokens = await inItsTime(
    connection,
    async () => {
      try {
        const given = await renewedTokens(connection, client, credentials, { scopes, refused })
        await endOutage(connection)
        return given
      } catch (error) {
        const { code, reason } = faultOf(error)
        // Nonsense is no answer: it comes from a portal, or from what stands before a server that is down.
        if (code === 'provider-unreachable' || reason === 'nonsense-answer' || reason === 'too-large')
          await noteOutage(connection, scopes, error, retry)
        // A refusal is an answer, too.
        else if (answers.includes(code) && reason !== 'sign-in-again') await endOutage(connection)
        throw error
      }
    },
    asked,
  )
  // OpenID Connect Core section 12.2: a refresh need not bring one.
  if (tokens.idToken === '') throw new AppError('reconnect-required', 'sign-in-again')
  const held = await holdToken(connection, credentials?.refreshToken ? scopes : undefined, tokens)
  await noteLoginEnd(connection, client, tokens)
  await noteWellbeing(id)
  return held
}

async function renewedTokens(
  connection: Connection,
  client: OAuthClient,
  credentials: Credentials | undefined,
  { scopes, refused }: { scopes: readonly string[] | undefined; refused: string | undefined },
): Promise<Tokens> {
  const { refreshToken, key, keyEnds = limits.never } = credentials ?? {}
  if (credentials && refreshToken)
    return refreshed(connection, client, { ...credentials, refreshToken }, scopes)
  if (key !== undefined && key !== refused && keyEnds > Date.now())
    return tokensOfKey(key, connection.scopes.granted)
  // A new login by the same flow, unlike the renewal of one that there is: the setup's rules hold for it.
  if (connection.renews !== 'never' && !isFlowAllowed((await session()).view.setup, connection.flow, true))
    throw new AppError('blocked-by-policy')
  if (connection.renews === 'key')
    return isCalledThroughRelay(client.provider, connection.flow)
      ? keyAtRelay(client, accessToken)
      : tokensFromKey(client)
  if (connection.renews !== 'never') return signInSilently(connection, client, credentials)
  // A refusal of the API need not be one of the token: its issuer knows.
  if (key !== undefined && (await isTokenDead(client, key)) === false)
    throw new AppError('provider-rejected', 'api-refuses-login')
  throw new AppError('reconnect-required', key === undefined ? 'sign-in-again' : 'key-ended')
}
