import type { AttemptId, ConnectionId } from '../shared/view'
import type { Sealed } from './sealed'
import type { Stores } from './vault'

/**
 * What is being done and takes more than one step, written before its first step goes out. Whoever finds an entry at a
 * start finishes it or says what became of it. `generation` is that of the credentials it began with: a step that finds
 * another one on disk has been overtaken.
 */
export type Entry = RefreshEntry | ConnectEntry | DisconnectEntry

/** A refresh token is on its way to the token endpoint. Stays open until the server has said what became of it. */
export type RefreshEntry = {
  id: `refresh ${ConnectionId}`
  kind: 'refresh'
  connection: ConnectionId
  generation: number
  startedAt: number
}

/**
 * A Connect: the user signs in (`sign-in`), the token request is out (`exchange`), or its answer is here and stands in
 * `tokens`, sealed (`received`).
 */
export type ConnectEntry = {
  id: `connect ${AttemptId}`
  kind: 'connect'
  attempt: AttemptId
  startedAt: number
} & ({ step: 'sign-in' | 'exchange' } | { step: 'received'; tokens: Sealed })

/** A Disconnect: until `dueAt` (milliseconds) it can be undone; then the provider is told, unless it is to be left alone. */
type DisconnectEntry = {
  id: `disconnect ${ConnectionId}`
  kind: 'disconnect'
  connection: ConnectionId
  step: 'due' | 'revoking'
  dueAt: number
  leave?: boolean
}

/** Removes every entry about a connection. */
export async function closeEntriesOf({ journal }: Stores, id: ConnectionId): Promise<void> {
  await Promise.all([journal.delete(`refresh ${id}`), journal.delete(`disconnect ${id}`)])
}
