import type { OAuthClient } from '../oauth/client'
import type { Tokens } from '../oauth/tokens'
import { providerOf } from '../providers/configured'
import { addressesOf, isAt, secretPlace } from '../providers/hosts'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Account, Attempt, ConnectionId, ConnectionView } from '../shared/view'
import { sweepUnneeded } from './client-secrets'
import { forgetHeld, holdToken } from './held-tokens'
import { tellSites } from './news'
import { inOrder } from './queue'
import { change } from './session'
import { type Connection, type Credentials, keep, kept, readSnapshot, removePermits } from './vault'

/** What a login brought: tokens, and whom they act as. */
export type Login = {
  tokens: Tokens
  /** Null where the provider would not tell. */
  account: Account | null
  isClientUnconfirmed: boolean
  /** The name that the user gave to a personal token. */
  label?: string
  /** The secret of a key that the user entered. */
  clientSecret?: string
}

/**
 * Makes a connection of a login, or renews the one that it belongs to: in one transaction, with its credentials, and
 * with the end of the attempt.
 *
 * Throws `not-connected` (the connection to renew is gone), `wrong-account`.
 */
export async function settle(attempt: Attempt, client: OAuthClient, login: Login): Promise<void> {
  const { provider, registration } = client
  const { tokens, account, isClientUnconfirmed, clientSecret } = login
  const connections = (await readSnapshot()).connections.filter(known => known.provider === provider.id)
  const target =
    attempt.connection === undefined
      ? connections.find(known => isAt(known.addresses, provider) && isSame(known, account, login.label))
      : connections.find(known => known.id === attempt.connection)
  if (attempt.connection !== undefined && !target) throw new AppError('not-connected')
  if (target?.account && target.account.id !== account?.id) throw new AppError('wrong-account')
  const label = target?.label ?? login.label
  const connection: Connection = {
    id: target?.id ?? crypto.randomUUID(),
    provider: provider.id,
    ...(registration.client_id ? { clientId: registration.client_id } : {}),
    ...(client.audience ? { audience: client.audience } : {}),
    ...(client.clientAuth ? { clientAuth: client.clientAuth } : {}),
    addresses: addressesOf(provider),
    flow: client.flow,
    renews: renewalOf(client, tokens),
    account,
    ...(label ? { label } : {}),
    status: 'connected',
    scopes: { asked: client.scopes, granted: grantedOf(client, tokens, account) },
    ...(isClientUnconfirmed ? { isClientUnconfirmed } : {}),
    connectedAt: target?.connectedAt ?? Date.now(),
  }
  await inOrder(connection.id, async () => {
    // Before the new addresses are in force: a token of the old ones must not be found under them.
    await forgetHeld(connection.id)
    await change(async stores => {
      // A setup that came meanwhile may have moved the provider, or taken it away.
      const now = providerOf((await kept(stores, 'setup')) ?? null, provider.id)
      if (!now || !isAt(connection.addresses, now)) throw new AppError('address-changed')
      await stores.connections.put(connection)
      const before = await stores.credentials.get(connection.id)
      const isSameApp = target?.clientId === connection.clientId && target && isAt(target.addresses, provider)
      const superseded = isSameApp ? supersededOf(before, tokens) : []
      await stores.credentials.put({
        ...credentialsOf(connection.id, tokens),
        ...(superseded.length > 0 ? { superseded } : {}),
      })
      if (clientSecret !== undefined)
        await stores.clientSecrets.put({
          provider: provider.id,
          clientId: registration.client_id,
          place: secretPlace(connection.addresses),
          secret: clientSecret,
        })
      // It may be another app's now.
      await sweepUnneeded(stores)
      await stores.disconnects.delete(connection.id)
      // Permits were given for one person's account. Where it was unknown, or at another server, it may be another's now.
      if (target && (!target.account || !isAt(target.addresses, provider)))
        await removePermits(stores, target.id)
      await stores.attempts.delete(provider.id)
      const { [provider.id]: _, ...setupFaults } = (await kept(stores, 'setupFaults')) ?? {}
      await keep(stores, 'setupFaults', setupFaults)
    })
    await holdToken(connection, undefined, tokens)
  })
  await tellSites(connection.id, target ? 'recovered' : 'connected')
}

/** The account tells connections apart, and where several tokens act as one account, the name that each was given. */
function isSame(known: Connection, account: Account | null, label: string | undefined): boolean {
  return account !== null && known.account?.id === account.id && known.label === label
}

function renewalOf({ flow }: OAuthClient, { refreshToken }: Tokens): ConnectionView['renews'] {
  if (refreshToken) return 'refresh'
  if (flow === 'client_credentials') return 'key'
  return flow === 'personal_token' || flow === 'password' ? 'never' : 'sign-in'
}

// Scopes that belong to the app are not in any answer; that one of them is missing shows where it is needed.
function grantedOf({ provider }: OAuthClient, { scopes }: Tokens, account: Account | null): string[] {
  return account === null ? scopes.filter(scope => scope !== provider.whoIsIt?.scope) : scopes
}

/** Refresh tokens that this login takes the place of, the latest few. */
function supersededOf(before: Credentials | undefined, { refreshToken }: Tokens): string[] {
  const all = [...(before?.superseded ?? []), ...(before?.refreshToken ? [before.refreshToken] : [])]
  return all.filter(token => token !== refreshToken).slice(-limits.superseded)
}

/** What of a login lasts. */
export function credentialsOf(
  connection: ConnectionId,
  { refreshToken, isKey, accessToken, isLifeKnown, expiresAt }: Tokens,
): Credentials {
  return {
    connection,
    ...(refreshToken ? { refreshToken } : {}),
    ...(isKey ? { key: accessToken, ...(isLifeKnown ? { keyEnds: expiresAt } : {}) } : {}),
  }
}
