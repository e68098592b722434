import { browser } from '../browser'
import { revoke } from '../oauth/revocation'
import { limits } from '../shared/limits'
import { allowedDurations, isLive, livePermits, satisfies, scopesOf, widgetAsk } from '../shared/permit'
import type { SiteConnection } from '../shared/protocol'
import {
  type Ask,
  accountLabel,
  type ConnectionId,
  type ConnectionView,
  type Permit,
  type PermitDuration,
  permitDurations,
  type View,
} from '../shared/view'
import { accessToken } from './broker'
import { clientOfConnection } from './connection-client'
import { isThere } from './documents'
import { takeGiven } from './given'
import { forgetValues } from './held-tokens'
import { hasHosts } from './hosts'
import { tellDrop, tellSite } from './news'
import type { Holder } from './permit-for'
import { inOrder } from './queue'
import { record } from './receipts'
import { settleScripts } from './scripts'
import { change, session } from './session'
import { readSnapshot } from './vault'

/** What a site has permits for, and no more. */
export function connectionsOfSite(view: View, { site, page }: Holder): SiteConnection[] {
  return livePermits(view, site, page).flatMap(permit => {
    const connection = view.connections.find(({ id }) => id === permit.connection)
    if (!connection || connection.status === 'disconnecting') return []
    return [
      {
        connection: connection.id,
        provider: connection.provider,
        account: accountLabel(connection),
        status: connection.status,
        scopes: permit.scopes,
        use: permit.use,
        access: permit.access,
      },
    ]
  })
}

/** What our own panel and widgets still need a permit for on a page: one ask for each connection without it. */
export function missingAsks(view: View, { site, page }: Holder): Ask[] {
  const live = livePermits(view, site, page)
  return view.connections.flatMap(connection => {
    const wants = view.providers.find(({ id }) => id === connection.provider)?.widgets
    if (!wants || connection.status === 'disconnecting') return []
    const ask = widgetAsk(connection, wants)
    return live.some(permit => satisfies(permit, ask, connection)) ? [] : [ask]
  })
}

/** One permit that the user has just given. */
export type Grant = { ask: Ask; connection: ConnectionView }

/**
 * Writes permits, and tells the site. An earlier one goes where the new one gives all of it for at least as long; a
 * wider one for a shorter time stands beside it.
 */
export async function grant(
  { site, page, tabId }: Holder & { tabId: number },
  grants: readonly Grant[],
  until: PermitDuration,
): Promise<void> {
  const { view } = await session()
  const grantedAt = Date.now()
  const written = await change(async ({ connections, permits }) => {
    const existing = (await permits.getAll()).filter(old => old.site === site)
    const made: Grant[] = []
    for (const { ask, connection } of grants) {
      // It may have been disconnected while the question was open.
      if (!(await connections.get(connection.id))) continue
      made.push({ ask, connection })
      const { use, access } = ask
      const permit: Permit = {
        id: crypto.randomUUID(),
        site,
        connection: connection.id,
        use,
        access,
        scopes: scopesOf(ask, connection),
        until,
        run: view.run,
        grantedAt,
        ...(until === 'hours' ? { endsAt: grantedAt + limits.hours } : {}),
        ...(until === 'once' ? { page, tabId } : {}),
      }
      for (const old of existing)
        if (
          old.connection === connection.id &&
          isLongEnough(permit, old) &&
          satisfies(permit, old, connection)
        )
          await permits.delete(old.id)
      await permits.put(permit)
    }
    return made
  })
  await scheduleEnds()
  for (const { ask, connection } of written)
    await record({
      kind: 'allowed',
      site,
      provider: connection.provider,
      connection: connection.id,
      use: ask.use,
      access: ask.access,
      until,
    })
  await tellSite(site, 'connected')
  // A widget that starts by it looks for itself and needs no news of it.
  await settleScripts()
}

function isLongEnough(permit: Permit, old: Permit): boolean {
  // Another page's `once` is not this page's.
  if (old.until === 'once' && permit.until === 'once') return old.page === permit.page
  return permitDurations.indexOf(permit.until) >= permitDurations.indexOf(old.until)
}

/** Ends the permits that fit. Their sites are told and get nothing more; tokens that they were given are revoked. */
export async function endPermits(fits: (permit: Permit) => boolean): Promise<void> {
  const ended = (await session()).view.permits.filter(fits)
  if (ended.length === 0) return
  await change(async ({ permits }) => {
    for (const { id } of ended) await permits.delete(id)
  })
  await scheduleEnds()
  await settleScripts()
  for (const site of new Set(ended.map(permit => permit.site))) await tellSite(site, 'ended')
  for (const { site, connection, use, access } of ended) {
    const provider = (await session()).view.connections.find(({ id }) => id === connection)?.provider
    const revoked = await takeBack(site, connection)
    await record({
      kind: 'ended',
      site,
      connection,
      use,
      access,
      ...(provider === undefined ? {} : { provider }),
      ...(revoked === undefined ? {} : { revoked }),
    })
  }
}

/**
 * Rule 4: the provider ends the tokens that a site was given, where it can. Whoever else uses the same one is served by
 * the next renewal. Tells whether they are ended; undefined where there was none.
 */
async function takeBack(site: string, id: ConnectionId): Promise<boolean | undefined> {
  const { view } = await session()
  const mayStillHave = livePermits(view, site).some(
    ({ connection, use }) => connection === id && use === 'token',
  )
  if (mayStillHave) return undefined
  const values = new Set((await takeGiven(id, site)).map(({ value }) => value))
  if (values.size === 0) return undefined
  await forgetValues(values)
  // In the connection's queue, so that no call of our own is under way with it.
  return inOrder(id, async () => {
    try {
      const connection = (await readSnapshot()).connections.find(known => known.id === id)
      if (!connection) return false
      const client = await clientOfConnection(connection, accessToken)
      const canRevoke = client.provider.revokes.includes('access_token') && (await hasHosts(client.provider))
      if (canRevoke) for (const value of values) await revoke(client, value, 'access_token')
      return canRevoke
    } catch {
      // It ends by itself within the hour; the activity log says that it was not revoked.
      return false
    } finally {
      await tellDrop((await session()).tokens.given.filter(({ value }) => values.has(value)))
    }
  })
}

const alarmName = 'permits'

/** Sets the alarm for the next permit whose time will be over. */
async function scheduleEnds(): Promise<void> {
  const ends = (await session()).view.permits.flatMap(({ endsAt }) => endsAt ?? [])
  if (ends.length === 0) return
  await browser.alarms.create(alarmName, { when: Math.max(Math.min(...ends), Date.now() + limits.alarm) })
}

/** Ends what does not hold any more: permits whose time is over. At every start, and by the alarm. */
export async function endOverdue(): Promise<void> {
  const { view } = await session()
  const now = Date.now()
  await endPermits(permit => permit.endsAt !== undefined && permit.endsAt <= now && !isLive(permit, view))
  await scheduleEnds()
}

/** True when the alarm was one of ours. */
export async function permitAlarm(name: string): Promise<boolean> {
  if (name !== alarmName) return false
  await endOverdue()
  return true
}

/** A page's document is gone, and with it every permit that was given for it alone. */
export async function endPageOnly(page: string): Promise<void> {
  await endPermits(permit => permit.until === 'once' && permit.page === page)
}

/** A tab is gone, and every page that was in it. */
export async function endTabOnly(tabId: number): Promise<void> {
  await endPermits(permit => permit.until === 'once' && permit.tabId === tabId)
}

/**
 * Ends permits of pages that went while no worker was there to see it. At every start; a page that rests in the
 * back-forward cache counts as gone.
 */
export async function endGonePages(): Promise<void> {
  for (const { page, tabId, until } of (await session()).view.permits)
    if (until === 'once' && page !== undefined && tabId !== undefined && !(await isThere(tabId, page)))
      await endPageOnly(page)
}

/** Ends what the rules of a new setup do not let hold so long. */
export async function endOverlong(): Promise<void> {
  const allowed = allowedDurations((await session()).view)
  await endPermits(({ until }) => !allowed.includes(until))
}
