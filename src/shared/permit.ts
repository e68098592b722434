import {
  type Access,
  type Ask,
  type ConnectionView,
  type Flow,
  type Permit,
  type PermitDuration,
  type ProviderView,
  permitDurations,
  type Use,
  type View,
} from './view'

/** How long a permit may hold at most: all durations that the setup's rules leave. */
export function allowedDurations({ setup }: Pick<View, 'setup'>): PermitDuration[] {
  const longest = setup?.rules.longestPermit ?? 'always'
  return permitDurations.slice(0, permitDurations.indexOf(longest) + 1)
}

/**
 * Whether a permit holds now: not one of an earlier browser run or of a page that is gone, nor one whose time is over or
 * longer than the rules let it be by now. `page` is the document of the page that asks; without it, `once` is left
 * out of account only where its browser run is over.
 */
export function isLive(
  { until, run, endsAt, page: bound }: Permit,
  view: Pick<View, 'run' | 'setup'>,
  page?: string,
  now = Date.now(),
): boolean {
  if (!allowedDurations(view).includes(until)) return false
  switch (until) {
    case 'once':
      return run === view.run && (page === undefined || bound === page)
    case 'run':
      return run === view.run
    case 'hours':
      return endsAt !== undefined && now < endsAt
    case 'always':
      return true
  }
}

/** The permits of a site that hold now, for one page of it where it is given. */
export function livePermits(view: View, site: string, page?: string): Permit[] {
  return view.permits.filter(permit => permit.site === site && isLive(permit, view, page))
}

/** `token` includes `fetch`. */
export const coversUse = (has: Use, needed: Use) => has === needed || has === 'token'

/** `change` includes `read`. */
export const coversAccess = (has: Access, needed: Access) => has === needed || has === 'change'

/** Scopes that keep a login going or say who it is to us alone, and let nobody do anything at an API. */
const ownScopes = ['openid', 'offline_access']

/** What scopes let anybody do at an API. */
export const actingScopes = (scopes: readonly string[]) => scopes.filter(scope => !ownScopes.includes(scope))

/**
 * The scopes that an ask comes to with one connection. A token that cannot be narrowed (RFC 6749 section 6 narrows by a
 * refresh) has all that was granted, and that is then what is asked for; a call by it, too, where nothing else holds it
 * to less.
 */
export function scopesOf(
  { use, scopes }: Pick<Ask, 'use' | 'scopes'>,
  { renews, isWhole, scopes: { granted } }: ConnectionView,
): string[] {
  if (use === 'token' && renews !== 'refresh') return granted
  return !isWhole && scopes ? scopes : actingScopes(granted)
}

/** Whether a permit gives all that an ask wants of a connection. */
export function satisfies(
  permit: Permit,
  ask: Pick<Ask, 'use' | 'access' | 'scopes'>,
  connection: ConnectionView,
): boolean {
  return (
    permit.connection === connection.id &&
    coversUse(permit.use, ask.use) &&
    coversAccess(permit.access, ask.access) &&
    scopesOf(ask, connection).every(scope => permit.scopes.includes(scope))
  )
}

/** Flows that end in a token for one person's own use of the API; what a key brought serves brokered calls alone. */
const leasable: readonly Flow[] = ['authorization_code', 'implicit', 'password']

/** Whether tokens of a connection may ever be handed out. */
export const isLeasable = ({ flow, renews }: Pick<ConnectionView, 'flow' | 'renews'>) =>
  leasable.includes(flow) && renews !== 'key'

/** What our own panel and widgets ask for with a connection. */
export function widgetAsk(
  connection: ConnectionView,
  { use, access, scopes }: NonNullable<ProviderView['widgets']>,
): Ask {
  return {
    provider: connection.provider,
    connection: connection.id,
    use: isLeasable(connection) ? use : 'fetch',
    access,
    scopes: [...scopes],
  }
}

/** Connections of which an ask can be allowed: those of its provider, the one that it names where it names one. */
export function choicesFor(view: View, ask: Ask): ConnectionView[] {
  return view.connections.filter(
    ({ id, provider, status }) =>
      provider === ask.provider && (!ask.connection || ask.connection === id) && status !== 'disconnecting',
  )
}

/** Why a connection cannot be what an ask wants, however the user decides: undefined where it can. */
export function misfit(ask: Ask, connection: ConnectionView): 'not-leasable' | 'scopes' | undefined {
  if (ask.use === 'token' && !isLeasable(connection)) return 'not-leasable'
  const has = connection.scopes.granted
  // A login for which no scope was asked has what its server gives by itself (RFC 6749 section 3.3), which may be all.
  const isUnknown = has.length === 0
  return isUnknown || (ask.scopes ?? []).every(scope => has.includes(scope)) ? undefined : 'scopes'
}

/** What an ask wants beyond what the site may do already with that connection. */
export type Difference = {
  /** It may do something already. */
  hasPermit: boolean
  /** Scopes in which it would get to act in a new way. */
  scopes: string[]
  /** Scopes in which it may act by now, if only to read: people see by them what the new ones come to. */
  hadScopes: string[]
  /** It could read, and may now change; or there was no permit. */
  access: boolean
  /** It was served by us, and now gets a token; or there was no permit. */
  use: boolean
}

/** The difference between an ask and the permits that hold, of which several may stand beside each other. */
export function differenceOf(
  view: View,
  site: string,
  page: string,
  ask: Ask,
  connection: ConnectionView,
): Difference {
  const live = livePermits(view, site, page).filter(permit => permit.connection === connection.id)
  const wanted = scopesOf(ask, connection)
  const mayAct = ({ access }: Permit) => coversAccess(access, ask.access)
  const mayUse = ({ use }: Permit) => coversUse(use, ask.use)
  const within = (permits: Permit[]) => (scope: string) =>
    permits.some(({ scopes }) => scopes.includes(scope))
  const acting = live.filter(mayAct)
  const scopes = wanted.filter(scope => !within(acting)(scope))
  return {
    hasPermit: live.length > 0,
    scopes,
    hadScopes: wanted.filter(within(live)),
    access: acting.length === 0,
    // A token for one thing is none for another.
    use: !live.some(mayUse) || (scopes.length === 0 && !wanted.every(within(acting.filter(mayUse)))),
  }
}
