import type { OAuthClient } from '../oauth/client'
import type { Tokens } from '../oauth/tokens'
import { providerOf } from '../providers/configured'
import { addressesOf, isAt, secretPlace } from '../providers/hosts'
import { AppError, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Account, Attempt, ConnectionView } from '../shared/view'
import { sealedSecret, sweepUnneeded } from './client-secrets'
import { type Credentials, readCredentials, type Secrets, sealedCredentials } from './credentials'
import { forgetHeld, holdToken } from './held-tokens'
import { closeEntriesOf } from './journal'
import { tellSites } from './news'
import { endOutage } from './outages'
import { inOrder } from './queue'
import { forgetRefresh } from './refresh'
import { change } from './session'
import { type Connection, keep, kept, readSnapshot, removePermits } from './vault'

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
    ...loginEnd(client, tokens),
  }
  await inOrder(connection.id, async () => {
    // Before the new addresses are in force: a token of the old ones must not be found under them.
    await forgetHeld(connection.id)
    const before = await readCredentials(connection.id).catch(undefinedIfDamaged)
    const isSameApp = target?.clientId === connection.clientId && target && isAt(target.addresses, provider)
    const superseded = isSameApp ? supersededOf(before, tokens) : []
    const credentials = await sealedCredentials({
      ...secretsOf(tokens),
      ...(superseded.length > 0 ? { superseded } : {}),
      connection: connection.id,
      generation: (before?.generation ?? 0) + 1,
    })
    const secret =
      clientSecret === undefined
        ? undefined
        : await sealedSecret({
            provider: provider.id,
            clientId: registration.client_id,
            place: secretPlace(connection.addresses),
            secret: clientSecret,
          })
    await change(async stores => {
      // A setup that came meanwhile may have moved the provider, or taken it away.
      const now = providerOf((await kept(stores, 'setup')) ?? null, provider.id)
      if (!now || !isAt(connection.addresses, now)) throw new AppError('address-changed')
      await stores.connections.put(connection)
      await stores.credentials.put(credentials)
      if (secret) await stores.clientSecrets.put(secret)
      // It may be another app's now.
      await sweepUnneeded(stores)
      await closeEntriesOf(stores, connection.id)
      await stores.journal.delete(`connect ${attempt.id}`)
      // Permits were given for one person's account. Where it was unknown, or at another server, it may be another's now.
      if (target && (!target.account || !isAt(target.addresses, provider)))
        await removePermits(stores, target.id)
      await stores.attempts.delete(provider.id)
      const { [provider.id]: _, ...setupFaults } = (await kept(stores, 'setupFaults')) ?? {}
      await keep(stores, 'setupFaults', setupFaults)
    })
    await forgetRefresh(connection.id)
    await endOutage(connection)
    await holdToken(connection, undefined, tokens)
  })
  await tellSites(connection.id, target ? 'recovered' : 'connected')
}

/** The account tells connections apart, and where several tokens act as one account, the name that each was given. */
function isSame(known: Connection, account: Account | null, label: string | undefined): boolean {
  return account !== null && known.account?.id === account.id && known.label === label
}

/** When a login itself ends, by what it brought or by what is known of the provider. */
export function loginEnd(
  { provider }: OAuthClient,
  { refreshToken, loginEndsAt, isKey, isLifeKnown, expiresAt }: Tokens,
): { loginEndsAt?: number } {
  if (isKey) return isLifeKnown ? { loginEndsAt: expiresAt } : {}
  const { login } = provider.lifetimes
  const end = loginEndsAt ?? (refreshToken && login ? Date.now() + login : undefined)
  return end === undefined ? {} : { loginEndsAt: end }
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

// What cannot be read is not needed to put something in its place.
function undefinedIfDamaged(error: unknown): undefined {
  if (faultOf(error).reason !== 'record-damaged') throw error
}

/** Refresh tokens that this login takes the place of, the latest few. */
function supersededOf(before: Credentials | undefined, { refreshToken }: Tokens): string[] {
  const all = [...(before?.superseded ?? []), ...(before?.refreshToken ? [before.refreshToken] : [])]
  return all.filter(token => token !== refreshToken).slice(-limits.superseded)
}

/** What of a login lasts. */
export function secretsOf({ refreshToken, isKey, accessToken, isLifeKnown, expiresAt }: Tokens): Secrets {
  return {
    ...(refreshToken ? { refreshToken } : {}),
    ...(isKey ? { key: accessToken, ...(isLifeKnown ? { keyEnds: expiresAt } : {}) } : {}),
  }
}
