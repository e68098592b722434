import { browser } from '../browser'
import type { NewsMessage, SiteEvent } from '../shared/protocol'
import type { ConnectionId } from '../shared/view'
import { session } from './session'

/**
 * Tells the documents of every site with a permit for this connection that something changed. A word and nothing
 * else: whoever wants to know more asks, and is checked.
 */
export async function tellSites(connection: ConnectionId, event: SiteEvent): Promise<void> {
  const { view } = await session()
  const sites = new Set(
    view.permits.filter(permit => permit.connection === connection).map(({ site }) => site),
  )
  await Promise.all([...sites].map(site => tellSite(site, event)))
}

/** The same for one site, whatever it has a permit for. */
export async function tellSite(site: string, event: SiteEvent): Promise<void> {
  const message: NewsMessage = { dealpass: 'news', event }
  for (const { id } of await browser.tabs.query({ url: `${site}/*` })) {
    // A tab without a listener rejects; nobody there wanted to know.
    if (id !== undefined) void browser.tabs.sendMessage(id, message).catch(() => undefined)
  }
}
