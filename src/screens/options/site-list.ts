import { isLive } from '../../shared/permit'
import type { Denial, Permit, View } from '../../shared/view'

/** What is to be known of one origin. */
export type ListedSite = {
  origin: string
  /** Since when Dealpass runs there because the user let it, milliseconds since the epoch. */
  since?: number
  permits: Permit[]
  denials: Denial[]
}

/** Every site that may ask, may do something, or was denied something, by what holds at `now`. */
export function sitesOf(view: View, now: number): ListedSite[] {
  const permits = view.permits.filter(permit => isLive(permit, view, undefined, now))
  const denials = view.denials.filter(({ until }) => until > now)
  const origins = new Set([
    ...view.sites.map(({ origin }) => origin),
    ...[...permits, ...denials].map(({ site }) => site),
  ])
  return [...origins].map(origin => ({
    origin,
    since: view.sites.find(site => site.origin === origin)?.addedAt,
    permits: permits.filter(({ site }) => site === origin),
    denials: denials.filter(({ site }) => site === origin),
  }))
}

/** An origin as short as it is still certain: the scheme goes where it is https. */
export function siteName(origin: string): string {
  return origin.replace(/^https:\/\//, '')
}
