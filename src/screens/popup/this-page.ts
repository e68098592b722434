import { livePermits } from '../../shared/permit'
import type { View } from '../../shared/view'
import { isPanelSite } from '../ui/use-site'

/** What the popup says of the page that it was opened on. */
export type Page = {
  origin: string
  host: string
  /** Dealpass runs there because the user let it. */
  isUsed: boolean
  /** The setup proposes it. */
  isProposed: boolean
  permits: number
}

/** Only what nobody on the network can change: https, or this computer. */
const safe = /^https:|^http:\/\/(127\.0\.0\.1|localhost)(:|$)/

/**
 * The page at this address, where Dealpass runs or may be used. Undefined where the browser tells no address, where it
 * is no page that could ask, where our own panel stands anyway, and where the setup's rules say no.
 */
export function pageAt(address: string | undefined, view: View): Page | undefined {
  const { setup, sites } = view
  const { host, origin } = new URL(address || 'about:blank')
  if (!safe.test(origin) || isPanelSite(origin)) return
  const isHere = (site: { origin: string }) => site.origin === origin
  const isUsed = sites.some(isHere)
  const isProposed = setup?.sites.some(isHere) ?? false
  if (!isUsed && !isProposed && setup?.rules.userSites === false) return
  return { origin, host, isUsed, isProposed, permits: livePermits(view, origin).length }
}
