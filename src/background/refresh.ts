import type { OAuthClient } from '../oauth/client'
import { type Tokens, tokensFromRefresh } from '../oauth/tokens'
import { AppError, faultOf } from '../shared/errors'
import type { ConnectionId } from '../shared/view'
import { type Credentials, readCredentials, sealedCredentials } from './credentials'
import type { RefreshEntry } from './journal'
import { changeTokens, session } from './session'
import { type Connection, read, type Stores, write } from './vault'

/**
 * One refresh, as a transaction: what is meant to be done is written down, then the token endpoint is asked, then what it
 * gave is on disk before anybody has it. What a worker leaves behind that dies in between says that the refresh token may
 * be used up; the next one tries it all the same, since a provider takes it for a while where it has a reuse window, and
 * where it has none nothing is lost that was not lost before (RFC 9700 section 4.14.2).
 *
 * Throws `reconnect-required` when the provider refuses the refresh token and only then: `renewal-lost` where the answer
 * to an earlier try never arrived; and what `tokensFromRefresh` throws.
 */
export async function refreshed(
  connection: Connection,
  client: OAuthClient,
  before: Credentials & { refreshToken: string },
  scopes: readonly string[] | undefined,
): Promise<Tokens> {
  const { refreshToken, generation } = before
  const isSecondTry = await begin(connection.id, generation)
  let tokens: Tokens
  try {
    tokens = await tokensFromRefresh(client, refreshToken, connection.scopes.granted, scopes)
  } catch (error) {
    const { code } = faultOf(error)
    // The server has not said what became of the refresh token.
    if (code === 'provider-unreachable' || code === 'provider-rejected') throw error
    if (code === 'reconnect-required') {
      const now = await readCredentials(connection.id)
      // Somebody else was faster: what they have written down is the login now.
      if (now?.refreshToken !== undefined && now.generation !== generation)
        return refreshed(connection, client, { ...now, refreshToken: now.refreshToken }, scopes)
      if (isSecondTry) throw new AppError('reconnect-required', 'renewal-lost', { cause: error })
    }
    // A refusal of the app or of a scope says nothing of a try before, whose answer never came.
    if (!isSecondTry || code === 'reconnect-required') await end(connection.id, generation)
    throw error
  }
  // An ID token that comes with a refresh has to be about the same person (OpenID Connect Core section 12.2).
  if (tokens.subject !== undefined && connection.account && tokens.subject !== connection.account.id)
    throw new AppError('reconnect-required', 'sign-in-again')
  await commit(before, tokens.refreshToken ?? refreshToken)
  return tokens
}

const entryOf = (connection: ConnectionId, generation: number): RefreshEntry => ({
  id: `refresh ${connection}`,
  kind: 'refresh',
  connection,
  generation,
  startedAt: Date.now(),
})

/** Tells whether this refresh token may have been used before, without an answer that arrived. */
async function begin(connection: ConnectionId, generation: number): Promise<boolean> {
  await changeTokens(tokens => {
    if (!tokens.refreshing.includes(connection)) tokens.refreshing.push(connection)
  })
  return write(async ({ journal }) => {
    const open = await journal.get(`refresh ${connection}`)
    if (open?.kind === 'refresh' && open.generation === generation) return true
    await journal.put(entryOf(connection, generation))
    return false
  })
}

async function end(connection: ConnectionId, generation: number): Promise<void> {
  await write(async ({ journal }) => {
    const open = await journal.get(`refresh ${connection}`)
    if (open?.kind === 'refresh' && open.generation === generation) await journal.delete(open.id)
  })
  await forgetRefresh(connection)
}

/** Whether the journal has a refresh of a connection whose outcome is not known. */
export async function isRefreshOpen(connection: ConnectionId): Promise<boolean> {
  return (await read(({ journal }) => journal.getKey(`refresh ${connection}`))) !== undefined
}

/** There is nothing more to find out about a connection's refresh: the next start need not look. */
export async function forgetRefresh(connection: ConnectionId): Promise<void> {
  if (!(await session()).tokens.refreshing.includes(connection)) return
  await changeTokens(tokens => {
    tokens.refreshing = tokens.refreshing.filter(one => one !== connection)
  })
}

// On disk before anyone has the new access token: a worker that dies here must not wake with the dead one.
async function commit(
  { generation, ...secrets }: Credentials & { refreshToken: string },
  refreshToken: string,
): Promise<void> {
  if (refreshToken === secrets.refreshToken) return end(secrets.connection, generation)
  const next = await sealedCredentials({ ...secrets, refreshToken, generation: generation + 1 })
  const put = async ({ credentials, journal }: Stores) => {
    await journal.delete(`refresh ${secrets.connection}`)
    const now = await credentials.get(secrets.connection)
    // Overtaken by a Reconnect, or forgotten meanwhile: the later word counts.
    if (now && generationOf(now) === generation) await credentials.put(next)
  }
  // The server has taken the token before back: what a disk fails to take once is not given up at once.
  await write(put).catch(() => write(put))
  await forgetRefresh(secrets.connection)
}

const generationOf = (stored: object) => ('generation' in stored ? stored.generation : 0)
