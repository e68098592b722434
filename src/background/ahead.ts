import { limits } from '../shared/limits'
import type { ConnectionId, ProviderId, View } from '../shared/view'
import { accessToken, renewNow } from './broker'
import { lately } from './lately'
import { record } from './receipts'
import { change, type HeldToken, session } from './session'
import { aheadName, isInUse, renewalOf, scheduleAhead, warmFrom } from './use'

/** Kept alive lately: a login whose end does not move is not renewed over and over. Lost, it costs one refresh. */
const warmed = lately(limits.warmEvery)

/** True when the alarm was ours. */
export async function aheadAlarm(name: string): Promise<boolean> {
  if (name !== aheadName) return false
  await lookAhead()
  return true
}

/** Renews what is due, keeps alive what is to be kept alive, and shows the forecast as it is now. Also on waking. */
export async function lookAhead(): Promise<void> {
  const { view, tokens } = await session()
  const now = Date.now()
  if (!view.stopped && view.lock !== 'locked') {
    const due = Object.values(tokens.held).filter(
      token => isInUse(token, now) && renewalOf(token) <= now && isQuiet(token, view),
    )
    const idle = view.connections.filter(
      connection =>
        connection.status === 'connected' &&
        (warmFrom(connection, view) ?? now + 1) <= now &&
        !warmed.was(connection.id),
    )
    // How each went is noted where it was tried.
    await Promise.allSettled([...due.map(renewed), ...idle.map(({ id, provider }) => keepWarm(id, provider))])
  }
  // The forecast is another one with the time, though nothing has changed.
  await change(async () => undefined)
  await scheduleAhead()
}

// A sign-in without a window may still bring one, and nobody has asked for it.
function isQuiet({ connection }: HeldToken, { connections }: View): boolean {
  const renews = connections.find(({ id }) => id === connection)?.renews
  return renews === 'refresh' || renews === 'key'
}

function renewed({ connection, asked }: HeldToken): Promise<unknown> {
  return accessToken(connection, asked ? { scopes: asked.split(' ') } : {})
}

async function keepWarm(connection: ConnectionId, provider: ProviderId): Promise<void> {
  await renewNow(connection)
  warmed.note(connection)
  await record({ kind: 'kept', site: '', provider, connection })
}
