import { browser } from '../browser'
import { checkAnswer, startAuthorization } from '../oauth/authorization'
import type { OAuthClient } from '../oauth/client'
import { tokensOfKey } from '../oauth/keys'
import { discard } from '../oauth/revocation'
import { tokensFromAnswer } from '../oauth/sign-in'
import { scopesOfToken } from '../oauth/token-info'
import { type Tokens, tokensFromKey, tokensFromPassword, tokensFromRefresh } from '../oauth/tokens'
import { isCalledThroughRelay } from '../providers/relayed'
import { keysOf } from '../providers/ways'
import { AppError, faultOf } from '../shared/errors'
import type { Entry } from '../shared/protocol'
import type { Attempt } from '../shared/view'
import { authorizeInWindow } from './auth-window'
import { accessToken } from './broker'
import { noteReceived, noteStep } from './connect-journal'
import { identified } from './identified'
import { byKeyAtRelay } from './key-at-relay'
import { requireKnown } from './relay'
import { session } from './session'
import { settle } from './settle'
import { read } from './vault'

/**
 * Goes through a login to its end: tokens by the client's flow, whom they act as, and all of it on disk. `entry` is what
 * the user entered, for flows that need it; `received` what the login had brought when its worker died.
 *
 * Throws what stands in the way, by code; tokens that were had and are not wanted are given back where that harms
 * nobody.
 */
export async function login(
  attempt: Attempt,
  client: OAuthClient,
  signal: AbortSignal,
  { entry, received }: { entry?: Entry; received?: Tokens },
): Promise<void> {
  if (client.flow === 'personal_token') return byPersonalToken(attempt, client, signal, entry)
  if (isCalledThroughRelay(client.provider, client.flow)) return byKeyAtRelay(attempt, client, signal)
  if (client.flow === 'client_credentials') return byKey(attempt, client, signal, entry)
  const others = (await session()).view.connections.filter(known => known.provider === client.provider.id)
  const tokens =
    (received && (await living(client, received))) ??
    (entry?.flow === 'password'
      ? await tokensFromPassword(client, { username: entry.username, password: entry.password }, signal)
      : await bySignIn(attempt, client, signal, others.length > 0))
  try {
    // What the user entered is not written down, and nobody could go on without it.
    if (tokens !== received && !entry) await noteReceived(attempt.id, tokens)
    const identity = await identified(client, tokens)
    signal.throwIfAborted()
    await settle(attempt, client, { tokens, ...identity })
  } catch (error) {
    // Nobody will use them, so they need not live. A token that is not ours is none of our business, and where another
    // connection stands a provider may take the whole grant back with one token (an option of Auth0's tenants). Of a wrong
    // account that is any but the one to be renewed.
    const { code } = faultOf(error)
    // Settled: what went wrong after that is no reason to end a login that is on disk.
    if ((await read(({ attempts }) => attempts.get(attempt.provider)))?.id !== attempt.id) throw error
    const isOurs = client.flow !== 'implicit' || code !== 'foreign-token'
    const harmsNobody = others.every(({ id }) => code === 'wrong-account' && id === attempt.connection)
    if (isOurs && harmsNobody) await discard(client, tokens)
    throw error
  }
}

/** What a login had brought, renewed where the access token has ended meanwhile: nobody would say whose it is. */
async function living(client: OAuthClient, tokens: Tokens): Promise<Tokens> {
  const { refreshToken, subject, scopes } = tokens
  if (!refreshToken || tokens.expiresAt > Date.now()) return tokens
  return { refreshToken, ...(await tokensFromRefresh(client, refreshToken, scopes)), subject }
}

async function bySignIn(
  attempt: Attempt,
  client: OAuthClient,
  signal: AbortSignal,
  others: boolean,
): Promise<Tokens> {
  const { provider } = client
  if (provider.relay) await requireKnown(provider, accessToken, signal)
  const started = await startAuthorization(
    client,
    browser.identity.getRedirectURL(provider.id),
    attempt.connection === undefined && others ? provider.otherAccount : {},
  )
  await noteStep(attempt.id, 'sign-in')
  const redirectedTo = await authorizeInWindow(started.url, { interactive: true, signal })
  const answer = checkAnswer(client, started, redirectedTo)
  const { stopped, lock } = (await session()).view
  if (stopped) throw new AppError('stopped')
  // What the code brings could not be kept.
  if (lock === 'locked') throw new AppError('locked')
  await noteStep(attempt.id, 'exchange')
  return tokensFromAnswer(client, started, answer, signal)
}

/** It is the user's own and may be in use elsewhere: whatever goes wrong, it is never revoked. */
async function byPersonalToken(
  attempt: Attempt,
  client: OAuthClient,
  signal: AbortSignal,
  entry: Entry | undefined,
): Promise<void> {
  if (entry?.flow !== 'personal_token') throw new AppError('bad-request')
  const scopes = await scopesOfToken(client, entry.token)
  const tokens = tokensOfKey(entry.token, scopes ?? client.scopes)
  const { account } = await identified(client, tokens)
  signal.throwIfAborted()
  await settle(
    attempt,
    { ...client, scopes: scopes ?? client.scopes },
    { tokens, account, isClientUnconfirmed: false, label: entry.label },
  )
}

/** Client credentials act as nobody: the account is the key, by its client id, named by its label. */
async function byKey(
  attempt: Attempt,
  client: OAuthClient,
  signal: AbortSignal,
  entry: Entry | undefined,
): Promise<void> {
  const entered = entry?.flow === 'client_credentials' ? entry : undefined
  const tokens = await tokensFromKey(client, signal).catch((error: unknown) => {
    // What the user entered is no fault of the company's setup.
    const isRefused = entered && faultOf(error).reason === 'client-refused'
    throw isRefused ? new AppError('provider-rejected', 'key-refused', { cause: error }) : error
  })
  signal.throwIfAborted()
  const { client_id: id } = client.registration
  const name = entered?.label ?? (await labelOfKey(client, id))
  await settle(attempt, client, {
    tokens,
    account: { id, ...(name === undefined ? {} : { name }) },
    isClientUnconfirmed: false,
    ...(entered ? { clientSecret: entered.clientSecret } : {}),
  })
}

async function labelOfKey({ provider }: OAuthClient, clientId: string): Promise<string | undefined> {
  const { setup, connections } = (await session()).view
  const keys = keysOf(provider, setup?.providers[provider.id] ?? {})
  return (
    keys.find(key => key.clientId === clientId)?.label ??
    connections.find(known => known.provider === provider.id && known.account?.id === clientId)?.account?.name
  )
}
