import type { OAuthClient } from '../oauth/client'
import type { Tokens } from '../oauth/tokens'
import { faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { ConnectionId, ConnectionView } from '../shared/view'
import { forgetHeld } from './held-tokens'
import { tellSites } from './news'
import { forgetRefresh } from './refresh'
import { forgetRelayFault } from './relay-fault'
import { change, session } from './session'
import { loginEnd } from './settle'
import { type Connection, keep, kept } from './vault'

/** Writes down what a failure means for the connection: only the provider's refusal ends it. */
export async function noteFailure(id: ConnectionId, error: unknown): Promise<void> {
  const fault = faultOf(error)
  switch (fault.code) {
    case 'reconnect-required': {
      const isRefused = fault.reason === undefined || fault.reason === 'renewal-lost'
      await change(async ({ connections, credentials, journal }) => {
        const connection = await connections.get(id)
        if (!connection || connection.status === 'disconnecting') return
        const { hasRunOut: _, ...known } = connection
        const hasRunOut = !isRefused && (connection.loginEndsAt ?? limits.never) <= Date.now()
        await connections.put({
          ...known,
          status: 'needs-attention',
          fault,
          ...(hasRunOut ? { hasRunOut } : {}),
        })
        // Dropped only when the provider has refused them.
        if (!isRefused) return
        await credentials.delete(id)
        await journal.delete(`refresh ${id}`)
      })
      await forgetRefresh(id)
      await forgetHeld(id)
      return tellSites(id, 'needs-attention')
    }
    case 'setup-wrong':
      return change(async stores => {
        const connection = await stores.connections.get(id)
        if (!connection) return
        const faults = (await kept(stores, 'setupFaults')) ?? {}
        await keep(stores, 'setupFaults', { ...faults, [connection.provider]: fault })
      })
    case 'provider-unreachable':
      return changeConnection(id, connection => ({ ...connection, notAnswering: true }))
    case 'provider-rejected':
      if (fault.reason !== 'api-refuses-login') return
      await changeConnection(id, connection => ({ ...connection, status: 'needs-attention', fault }))
      return tellSites(id, 'needs-attention')
  }
}

/** A call went well: what was said of the connection's troubles is over. Writes only when something was. */
export async function noteWellbeing(id: ConnectionId): Promise<void> {
  const known = (await session()).view.connections.find(connection => connection.id === id)
  if (known) await forgetRelayFault(known.provider)
  if (!known || isLost(known) || (!known.fault && !known.notAnswering)) return
  await changeConnection(id, ({ fault: _, notAnswering: __, hasRunOut: ___, ...rest }) => ({
    ...rest,
    status: 'connected',
  }))
  await tellSites(id, 'recovered')
}

/** A connection that is being ended, or that is lost, stays so, whatever is learned about it meanwhile. */
export function changeConnection(
  id: ConnectionId,
  changed: (connection: Connection) => Connection,
): Promise<void> {
  return change(async ({ connections }) => {
    const connection = await connections.get(id)
    if (connection && connection.status !== 'disconnecting' && !isLost(connection))
      await connections.put(changed(connection))
  })
}

/**
 * Whether a connection needs a new login. A call that was out when it was refused may still go well: its token can outlive
 * the login.
 */
export function isLost({ fault, hasRunOut, loginEndsAt = 0 }: ConnectionView | Connection): boolean {
  return fault?.code === 'reconnect-required' && !(hasRunOut && loginEndsAt > Date.now())
}

/** Writes down when the login ends, where its server has said so. An hour more or less is no news. */
export async function noteLoginEnd(
  connection: Connection,
  client: OAuthClient,
  tokens: Tokens,
): Promise<void> {
  const { loginEndsAt } = loginEnd(client, tokens)
  if (loginEndsAt === undefined || Math.abs(loginEndsAt - (connection.loginEndsAt ?? 0)) < 60 * 60_000) return
  await changeConnection(connection.id, known => ({ ...known, loginEndsAt }))
}
