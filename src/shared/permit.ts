import type { Access, Ask, ConnectionView, Flow, Permit, ProviderView, Use, View } from './view'

/** The permits of a site that hold now. One of an earlier browser run is none. */
export function livePermits(view: View, site: string): Permit[] {
  return view.permits.filter(permit => permit.site === site && permit.run === view.run)
}

/** `token` includes `fetch`. */
export const coversUse = (has: Use, needed: Use) => has === needed || has === 'token'

/** `change` includes `read`. */
export const coversAccess = (has: Access, needed: Access) => has === needed || has === 'change'

/** Whether a permit gives all that an ask wants. */
export function satisfies(permit: Permit, ask: Ask): boolean {
  return (
    permit.connection === ask.connection &&
    coversUse(permit.use, ask.use) &&
    coversAccess(permit.access, ask.access) &&
    ask.scopes.every(scope => permit.scopes.includes(scope))
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
    connection: connection.id,
    use: isLeasable(connection) ? use : 'fetch',
    access,
    scopes: [...scopes],
  }
}
