import type { SiteEvent } from '../shared/protocol'
import type { ConnectionId } from '../shared/view'
import { postToSites } from './ports'
import { type Given, session } from './session'

/**
 * Tells the documents of every site with a permit for this connection that something changed. A word and nothing
 * else: whoever wants to know more asks, and is checked.
 */
export async function tellSites(connection: ConnectionId, event: SiteEvent): Promise<void> {
  const { view } = await session()
  const sites = new Set(
    view.permits.filter(permit => permit.connection === connection).map(({ site }) => site),
  )
  postToSites(sites, { news: event })
}

/** The same for one site, whatever it has a permit for. */
export async function tellSite(site: string, event: SiteEvent): Promise<void> {
  postToSites(new Set([site]), { news: event })
}

/** Tells sites that tokens which they hold are dead, so that they ask for new ones. */
export async function tellDrop(given: readonly Given[]): Promise<void> {
  postToSites(new Set(given.map(({ site }) => site)), { drop: true })
}
