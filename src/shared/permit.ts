import type { Access, Ask, Permit, Use, View } from './view'

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
