import { browser } from '../browser'
import { checkAnswer, startAuthorization } from '../oauth/authorization'
import { type OAuthClient, oauthClient } from '../oauth/client'
import { discard } from '../oauth/revocation'
import { type Tokens, tokensFromAnswer } from '../oauth/tokens'
import { providerById } from '../providers'
import type { Provider } from '../providers/provider'
import { AppError, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Attempt, AttemptId, ConnectionId, ProviderId } from '../shared/view'
import { authorizeInWindow } from './auth-window'
import { forgetHeld, holdToken } from './held-tokens'
import { hasHosts } from './hosts'
import { identified } from './identified'
import { tellSites } from './news'
import { inOrder } from './queue'
import { watched } from './report'
import { change, session } from './session'
import { type Connection, keep, kept, readSnapshot, removePermits } from './vault'

const alarmPrefix = 'attempt:'

/** Attempts that this worker runs; a worker that dies takes them along, and the next start says `interrupted`. */
const running = new Map<AttemptId, AbortController>()

/**
 * Starts an attempt to connect an account, or to reconnect a connection. Resolves as soon as the attempt is written;
 * how it goes is a matter of the view. While one attempt of a provider is open, another click changes nothing.
 */
export async function connect(id: ProviderId, connection?: ConnectionId): Promise<void> {
  const provider = providerById(id)
  if (!provider) throw new AppError('bad-request')
  const attempt: Attempt = {
    id: crypto.randomUUID(),
    provider: id,
    ...(connection === undefined ? {} : { connection }),
    status: 'running',
    startedAt: Date.now(),
  }
  const begun = await change(async ({ connections, attempts, departures }) => {
    const open = await attempts.get(id)
    if (open && open.status !== 'failed') return false
    if (connection !== undefined && (await connections.get(connection))?.provider !== id)
      throw new AppError('bad-request')
    await attempts.put(attempt)
    await departures.delete(id)
    return true
  })
  if (!begun) return
  advance(attempt, provider)
}

/** The user takes an attempt back: its window is closed where it can be, and whatever comes of it is thrown away. */
export async function cancel(id: AttemptId): Promise<void> {
  const { view } = await session()
  const attempt = view.attempts.find(open => open.id === id && open.status !== 'failed')
  if (!attempt) return
  const controller = running.get(id)
  if (controller) controller.abort()
  else await fail(attempt, new AppError('cancelled'))
}

/** The browser's prompt was answered with no. */
export async function permissionRefused(provider: ProviderId): Promise<void> {
  const attempt = (await session()).view.attempts.find(
    open => open.provider === provider && open.status === 'waiting',
  )
  if (attempt) await fail(attempt, new AppError('permission-missing'))
}

/** Goes on with every attempt that waits for a host which the browser lets us reach now. */
export async function resumeWaiting(): Promise<void> {
  for (const attempt of (await session()).view.attempts) {
    const provider = providerById(attempt.provider)
    if (attempt.status !== 'waiting' || !provider || running.has(attempt.id)) continue
    if (await hasHosts(provider)) advance(attempt, provider)
    else if (Date.now() - attempt.startedAt > limits.permissionPrompt)
      await fail(attempt, new AppError('permission-missing'))
  }
}

/** The alarm of a waiting attempt: nobody answered the browser's prompt. True when the alarm was one of ours. */
export async function attemptAlarm(name: string): Promise<boolean> {
  if (!name.startsWith(alarmPrefix)) return false
  const id = name.slice(alarmPrefix.length)
  const attempt = (await session()).view.attempts.find(open => open.id === id && open.status === 'waiting')
  if (attempt) await fail(attempt, new AppError('permission-missing'))
  return true
}

// Nobody waits for it: how it goes is written down. Two events may want to go on with the same attempt; one does.
function advance(attempt: Attempt, provider: Provider): void {
  if (running.has(attempt.id)) return
  const controller = new AbortController()
  running.set(attempt.id, controller)
  watched('connect', run(attempt, provider, controller))
}

async function run(attempt: Attempt, provider: Provider, controller: AbortController): Promise<void> {
  let { status } = attempt
  try {
    const client = await clientFor(provider)
    if (!(await hasHosts(provider))) {
      controller.signal.throwIfAborted()
      await browser.alarms.create(alarmPrefix + attempt.id, { when: Date.now() + limits.permissionPrompt })
      await move({ ...attempt, status: 'waiting' })
      status = 'waiting'
      controller.signal.throwIfAborted()
      // Granted between the two lines above: no event will come any more.
      const isGranted = await hasHosts(provider)
      controller.signal.throwIfAborted()
      if (!isGranted) return
    }
    await browser.alarms.clear(alarmPrefix + attempt.id)
    if (status !== 'running') await move({ ...attempt, status: 'running' })
    await authorize({ ...attempt, status: 'running' }, client, controller.signal)
  } catch (error) {
    await fail(
      attempt,
      controller.signal.aborted ? new AppError('cancelled', undefined, { cause: error }) : error,
    )
  } finally {
    running.delete(attempt.id)
  }
}

async function clientFor(provider: Provider): Promise<OAuthClient> {
  const { setup, stopped } = (await session()).view
  if (stopped) throw new AppError('stopped')
  if (!setup) throw new AppError('setup-wrong', 'setup-missing')
  const configured = setup.providers[provider.id]
  if (!configured) throw new AppError('setup-wrong', 'provider-not-in-setup')
  return oauthClient(provider, configured)
}

async function authorize(attempt: Attempt, client: OAuthClient, signal: AbortSignal): Promise<void> {
  const { provider } = client
  const others = (await session()).view.connections.some(known => known.provider === provider.id)
  const adding = attempt.connection === undefined && others
  const started = await startAuthorization(
    client,
    browser.identity.getRedirectURL(provider.id),
    adding ? provider.otherAccount : {},
  )
  const redirectedTo = await authorizeInWindow(started.url, { interactive: true, signal })
  const answer = checkAnswer(client, started, redirectedTo)
  if ((await session()).view.stopped) throw new AppError('stopped')
  const tokens = await tokensFromAnswer(client, started, answer, signal)
  try {
    const identity = await identified(client, tokens)
    signal.throwIfAborted()
    await settle(attempt, client, tokens, identity)
  } catch (error) {
    // Nobody will use them, so they need not live. A token that is not ours is none of our business, and where another
    // connection stands a provider may take the whole grant back with one token (an option of Auth0's tenants).
    const isOurs = client.flow !== 'implicit' || faultOf(error).code !== 'foreign-token'
    if (isOurs && (!others || faultOf(error).code === 'wrong-account')) await discard(client, tokens)
    throw error
  }
}

async function settle(
  attempt: Attempt,
  client: OAuthClient,
  tokens: Tokens,
  { account, isClientUnconfirmed }: Awaited<ReturnType<typeof identified>>,
): Promise<void> {
  const { provider } = client
  const connections = (await readSnapshot()).connections.filter(known => known.provider === provider.id)
  const target =
    attempt.connection === undefined
      ? connections.find(known => account !== null && known.account?.id === account.id)
      : connections.find(known => known.id === attempt.connection)
  if (attempt.connection !== undefined && !target) throw new AppError('not-connected')
  if (target?.account && target.account.id !== account?.id) throw new AppError('wrong-account')
  const connection: Connection = {
    id: target?.id ?? crypto.randomUUID(),
    provider: provider.id,
    clientId: client.registration.client_id,
    ...(client.audience ? { audience: client.audience } : {}),
    flow: client.flow,
    renews: tokens.refreshToken ? 'refresh' : 'sign-in',
    account,
    status: 'connected',
    scopes: { asked: client.scopes, granted: tokens.scopes },
    ...(isClientUnconfirmed ? { isClientUnconfirmed } : {}),
    connectedAt: target?.connectedAt ?? Date.now(),
  }
  await inOrder(connection.id, async () => {
    await change(async stores => {
      await stores.connections.put(connection)
      await stores.credentials.put({
        connection: connection.id,
        ...(tokens.refreshToken ? { refreshToken: tokens.refreshToken } : {}),
      })
      await stores.disconnects.delete(connection.id)
      // Permits were given for one person's account. Where it was unknown, it may be another's now.
      if (target && !target.account) await removePermits(stores, target.id)
      await stores.attempts.delete(provider.id)
      const { [provider.id]: _, ...setupFaults } = (await kept(stores, 'setupFaults')) ?? {}
      await keep(stores, 'setupFaults', setupFaults)
    })
    await forgetHeld(connection.id)
    await holdToken(connection.id, undefined, tokens)
  })
  await tellSites(connection.id, target ? 'recovered' : 'connected')
}

async function move(attempt: Attempt): Promise<void> {
  await change(async ({ attempts }) => {
    const open = await attempts.get(attempt.provider)
    // Cancelled meanwhile, by somebody who did not know that it was about to go on.
    if (open?.id !== attempt.id || open.status === 'failed') throw new AppError('cancelled')
    await attempts.put(attempt)
  })
}

async function fail(attempt: Attempt, error: unknown): Promise<void> {
  await browser.alarms.clear(alarmPrefix + attempt.id)
  await change(async ({ attempts }) => {
    const open = await attempts.get(attempt.provider)
    if (open?.id === attempt.id) await attempts.put({ ...attempt, status: 'failed', fault: faultOf(error) })
  })
}
