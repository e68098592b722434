import { signal } from '@preact/signals'
import type { ConnectionId, ConnectionView } from '../../shared/view'

/** The connection whose Disconnect waits for an answer; one at a time on a screen. */
export const parting = signal<ConnectionId | undefined>(undefined)

/**
 * What Disconnect has to ask first: a personal token may be in use elsewhere (`token`), a key may be nowhere else
 * (`key`). Undefined where ten seconds of Undo are enough.
 */
export function partingQuestion({ flow, isKeyOurs }: ConnectionView): 'token' | 'key' | undefined {
  if (flow === 'personal_token') return 'token'
  return isKeyOurs ? 'key' : undefined
}

/** Whether the question stands in this connection's row now; it goes when somebody disconnected it elsewhere. */
export function isParting(connection: ConnectionView | undefined): connection is ConnectionView {
  if (!connection || parting.value !== connection.id) return false
  return connection.status === 'connected' || connection.status === 'needs-attention'
}
