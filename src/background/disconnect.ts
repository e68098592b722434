import { browser } from '../browser'
import type { OAuthClient } from '../oauth/client'
import { revoke } from '../oauth/revocation'
import { isTokenDead } from '../oauth/token-info'
import { isCalledThroughRelay } from '../providers/relayed'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import { accountLabel, type ConnectionId, type Departure } from '../shared/view'
import { accessToken } from './broker'
import { removeConnection } from './client-secrets'
import { clientOfConnection } from './connection-client'
import { readCredentials } from './credentials'
import { takeGiven } from './given'
import { forgetHeld } from './held-tokens'
import { hasHosts } from './hosts'
import { tellSites } from './news'
import { inOrder } from './queue'
import { forgetRefresh } from './refresh'
import { watched } from './report'
import { settleScripts } from './scripts'
import { change, type HeldToken, session } from './session'
import { type Connection, readSnapshot, write } from './vault'

const alarmPrefix = 'disconnect:'

/**
 * Stops every use of a connection at once and writes down that it is to be ended in ten seconds. `undo` takes it
 * back until then. With `leave` the provider is not told: the token goes on working elsewhere. The deed is done by a timer, by an alarm when the worker died meanwhile, or by the next start. Throws `locked`.
 */
export async function disconnect(id: ConnectionId, leave = false): Promise<void> {
  // What is to be revoked could not be read when it is due.
  if ((await session()).view.lock === 'locked') throw new AppError('locked')
  const dueAt = Date.now() + limits.undo
  const written = await change(async ({ connections, journal }) => {
    const connection = await connections.get(id)
    if (!connection || connection.status === 'disconnecting') return false
    await connections.put({ ...connection, status: 'disconnecting', undoUntil: dueAt })
    await journal.put({
      id: `disconnect ${id}`,
      kind: 'disconnect',
      connection: id,
      step: 'due',
      dueAt,
      ...(leave ? { leave } : {}),
    })
    return true
  })
  if (!written) return
  await schedule(id, dueAt)
  await tellSites(id, 'ended')
}

/** Takes a Disconnect back. Too late, or nothing to take back: nothing happens. */
export async function undo(id: ConnectionId): Promise<void> {
  const undone = await change(async ({ connections, journal }) => {
    const connection = await connections.get(id)
    const entry = await journal.get(`disconnect ${id}`)
    if (connection?.status !== 'disconnecting' || (connection.undoUntil ?? 0) <= Date.now()) return false
    // A timer may be a little early. What the provider has been told cannot be taken back.
    if (entry?.kind === 'disconnect' && entry.step === 'revoking') return false
    const { undoUntil: _, ...kept } = connection
    await connections.put({ ...kept, status: kept.fault ? 'needs-attention' : 'connected' })
    await journal.delete(`disconnect ${id}`)
    return true
  })
  if (!undone) return
  await browser.alarms.clear(alarmPrefix + id)
  await tellSites(id, 'recovered')
}

/** At every start of a worker: ends what is due, and sets the clock for what will be. */
export async function resumeDisconnects(): Promise<void> {
  if (!(await session()).view.connections.some(({ status }) => status === 'disconnecting')) return
  for (const entry of (await readSnapshot()).journal)
    if (entry.kind === 'disconnect') await schedule(entry.connection, entry.dueAt)
}

/** The alarm of a Disconnect whose worker died. True when the alarm was one of ours. */
export async function disconnectAlarm(name: string): Promise<boolean> {
  if (!name.startsWith(alarmPrefix)) return false
  await finish(name.slice(alarmPrefix.length))
  return true
}

async function schedule(id: ConnectionId, dueAt: number): Promise<void> {
  const wait = waitFor(dueAt)
  await browser.alarms.create(alarmPrefix + id, { when: Date.now() + Math.max(wait, limits.alarm) })
  setTimeout(() => watched('disconnect', finish(id)), wait)
}

/** How long it is until then; nothing where it was never so long: then the clock was set back. */
function waitFor(dueAt: number): number {
  const wait = dueAt - Date.now()
  return wait > limits.undo ? 0 : Math.max(0, wait)
}

function finish(id: ConnectionId): Promise<void> {
  // In the connection's queue, so that a refresh under way cannot bring a token after the revocation.
  return inOrder(id, async () => {
    // It goes on as soon as somebody unlocks.
    if ((await session()).view.lock === 'locked') return
    const begun = await write(async ({ connections, journal }) => {
      const connection = await connections.get(id)
      const entry = await journal.get(`disconnect ${id}`)
      if (!connection || entry?.kind !== 'disconnect' || waitFor(entry.dueAt) > limits.early) return
      // From here on there is nothing to undo. A worker that dies now tells the provider once more, which does no harm
      // (RFC 7009 section 2.2: an unknown token is no error).
      await journal.put({ ...entry, step: 'revoking' })
      return { connection, leave: entry.leave === true }
    })
    if (!begun) return
    const { connection, leave } = begun
    const tokens = [...(await forgetHeld(id)), ...(await takeGiven(id))]
    const departure = await revoked(connection, tokens, leave)
    await change(async stores => {
      if ((await stores.connections.get(id))?.status !== 'disconnecting') return
      await removeConnection(stores, id)
      await stores.departures.put(departure)
    })
    await forgetRefresh(id)
    await browser.alarms.clear(alarmPrefix + id)
    // Its permits went with it.
    await settleScripts()
  })
}

/** Tells the provider, asks whether it holds, and says how it went; a provider that does not answer costs no more than that. */
async function revoked(
  connection: Connection,
  held: readonly Pick<HeldToken, 'value' | 'expiresAt'>[],
  leave: boolean,
): Promise<Departure> {
  const departure: Departure = {
    provider: connection.provider,
    account: accountLabel(connection),
    result: 'forgotten',
    at: Date.now(),
  }
  if (leave) return { ...departure, result: 'left' }
  try {
    const client = await clientOfConnection(connection, accessToken)
    return { ...departure, ...(await revocationOf(client, connection, held)) }
  } catch {
    // Refused or unreachable, or no longer where it was: it is only forgotten here, and the sentence says so.
    return departure
  }
}

async function revocationOf(
  client: OAuthClient,
  connection: Connection,
  held: readonly Pick<HeldToken, 'value' | 'expiresAt'>[],
): Promise<Pick<Departure, 'result' | 'tokensUntil'>> {
  const { provider } = client
  if (isCalledThroughRelay(provider, connection.flow)) return { result: 'at-relay' }
  const { refreshToken, key, superseded = [] } = (await readCredentials(connection.id)) ?? {}
  const live = held.filter(({ expiresAt }) => expiresAt > Date.now())
  const accessTokens = [...new Set([...live.map(({ value }) => value), ...(key === undefined ? [] : [key])])]
  const values = {
    refresh_token: [...(refreshToken === undefined ? [] : [refreshToken]), ...superseded],
    access_token: accessTokens,
  }
  const tokens = provider.revokes.flatMap(kind => values[kind].map(value => ({ kind, value })))
  // What a key brought can be ended; the key itself, and one for which there is no revocation, cannot.
  const livesOn = connection.renews === 'key' || (key !== undefined && provider.revokes.length === 0)
  if (tokens.length > 0 && (await hasHosts(provider)))
    for (const { kind, value } of tokens)
      await revoke(client, value, kind).catch(error => {
        if (!livesOn) throw error
      })
  else if (!livesOn) return { result: 'forgotten' }
  if (livesOn) return { result: 'lives-on' }
  if (!provider.revokes.includes('access_token'))
    return {
      result: 'revoked',
      ...(live.length > 0 ? { tokensUntil: Math.max(...live.map(({ expiresAt }) => expiresAt)) } : {}),
    }
  const checks = await Promise.all(accessTokens.map(value => isTokenDead(client, value)))
  // The provider said yes, and says now that it lives: whoever reads that it ended would leave it so.
  if (checks.includes(false)) return { result: 'forgotten' }
  return { result: checks.length > 0 && !checks.includes(undefined) ? 'revoked-checked' : 'revoked' }
}
