import { AppError } from '../shared/errors'
import type { ConnectionId } from '../shared/view'
import { dataKey } from './data-key'
import { seal, unseal } from './sealed'
import { type PlainCredentials, read, type StoredCredentials, write } from './vault'

/** What never leaves the background. A key is long-lived and calls the API itself; `keyEnds` is milliseconds. */
export type Secrets = {
  refreshToken?: string
  key?: string
  keyEnds?: number
  /** Refresh tokens of logins that a Reconnect took the place of; a Disconnect ends them, too. */
  superseded?: string[]
}

/** A connection's secrets; `generation` counts each change of them. */
export type Credentials = Secrets & { connection: ConnectionId; generation: number }

const recordOf = (connection: ConnectionId, generation: number) => [
  'credentials',
  connection,
  String(generation),
]

/**
 * The secrets of one connection. For the broker, Connect and Disconnect alone. Throws `reconnect-required`
 * (`record-damaged`) when they cannot be opened any more.
 */
export async function readCredentials(id: ConnectionId): Promise<Credentials | undefined> {
  const stored = await read(({ credentials }) => credentials.get(id))
  return stored && opened(stored)
}

async function opened(stored: StoredCredentials | PlainCredentials): Promise<Credentials> {
  if (!('sealed' in stored)) return { ...stored, generation: 0 }
  const { connection, generation, sealed } = stored
  const key = await dataKey()
  const secrets = await unseal(key, recordOf(connection, generation), sealed).catch((cause: unknown) => {
    throw new AppError('reconnect-required', 'record-damaged', { cause })
  })
  return { ...(secrets as Secrets), connection, generation }
}

/** Credentials as they are stored. Before the transaction that puts them: nothing else may be awaited inside one. */
export async function sealedCredentials(credentials: Credentials): Promise<StoredCredentials> {
  const { connection, generation, ...secrets } = credentials
  return {
    connection,
    generation,
    sealed: await seal(await dataKey(), recordOf(connection, generation), secrets),
  }
}

/** Seals what the versions before stored in the clear. At every start of the browser; there is something to do once. */
export async function sealPlainCredentials(): Promise<void> {
  const isPlain = (stored: StoredCredentials | PlainCredentials | undefined) =>
    stored && !('sealed' in stored)
  for (const stored of (await read(({ credentials }) => credentials.getAll())).filter(isPlain)) {
    const sealed = await sealedCredentials(await opened(stored))
    await write(async ({ credentials }) => {
      if (isPlain(await credentials.get(sealed.connection))) await credentials.put(sealed)
    })
  }
}
