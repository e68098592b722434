import type { Attempt, ConnectionId, ConnectionView, Flow, ProviderId, View } from '../../shared/view'

/** What was sent, and when. `seen` is the attempt that came of it, once the view had one. */
export type Sent = {
  provider: ProviderId
  flow: Flow
  connection?: ConnectionId
  at: number
  seen?: Attempt['id']
}

export type Progress =
  | { at: 'sent' }
  | { at: 'underway' | 'failed'; attempt: Attempt }
  /** The attempt has left nothing, as when its provider was taken out of the setup. */
  | { at: 'gone' }
  /** Without a connection where it cannot be told which of several it is. */
  | { at: 'connected'; connection?: ConnectionView }

/**
 * How it goes with what was sent, by the view. An attempt that fails stays there with its fault; one that is gone has
 * left a connection.
 */
export function progressOf(view: View, { provider, flow, connection, at, seen }: Sent): Progress {
  const attempt = view.attempts.find(one => one.provider === provider && one.startedAt >= at)
  if (attempt) return { at: attempt.status === 'failed' ? 'failed' : 'underway', attempt }
  const candidates = view.connections.filter(
    one =>
      one.provider === provider && one.flow === flow && (connection === undefined || one.id === connection),
  )
  const made = candidates.find(({ connectedAt }) => connectedAt >= at)
  if (!made && seen === undefined) return { at: 'sent' }
  if (candidates.length === 0) return { at: 'gone' }
  // An account that was connected already keeps its day.
  return { at: 'connected', connection: made ?? (candidates.length === 1 ? candidates[0] : undefined) }
}
