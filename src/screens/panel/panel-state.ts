import { providerById } from '../../providers/index'
import type { PageContext } from '../../providers/provider'
import { livePermits, satisfies, widgetAsk } from '../../shared/permit'
import type { ConnectionId, ConnectionView, ProviderId, ProviderView, View } from '../../shared/view'

/** One provider that the panel shows, with the connection it is shown through. */
export type Shown = { provider: ProviderView; connection: ConnectionView }

/** The same where the site may use it; `choices` are all connections that it may use there. */
export type Permitted = Shown & { choices: ConnectionView[] }

export type PanelState = {
  /** Connected providers that this site may use, in the order of the view. */
  permitted: Permitted[]
  /** Connections that it may not use yet, of accounts added later, too. */
  unpermitted: Shown[]
  /** A question about this site is open in a window of ours. */
  isAsked: boolean
}

/**
 * What a panel on a page shows of the providers that have a block, by their ids. `chosen` are the connections that the
 * user has picked; one that may not be used any more gives way to the first that may.
 */
export function panelState(
  view: View,
  { site, page }: { site: string; page: string },
  blocks: readonly string[],
  chosen: Readonly<Record<ProviderId, ConnectionId>> = {},
): PanelState {
  const permits = livePermits(view, site, page)
  const permitted: Permitted[] = []
  const unpermitted: Shown[] = []
  for (const provider of view.providers) {
    const { widgets } = provider
    if (!widgets || !blocks.includes(provider.id)) continue
    const connections = view.connections.filter(
      ({ provider: id, status }) => id === provider.id && status !== 'disconnecting',
    )
    const isPermitted = (connection: ConnectionView) =>
      permits.some(permit => satisfies(permit, widgetAsk(connection, widgets), connection))
    const choices = connections.filter(isPermitted)
    const connection = choices.find(({ id }) => id === chosen[provider.id]) ?? choices[0]
    if (connection) permitted.push({ provider, connection, choices })
    for (const other of connections)
      if (!isPermitted(other)) unpermitted.push({ provider, connection: other })
  }
  return { permitted, unpermitted, isAsked: view.consents.some(consent => consent.site === site) }
}

/**
 * Where the user is in this provider's own CRM, by the page's address. A function of it cannot stand in the view, so
 * it is the catalogue's.
 */
export function contextOf(id: ProviderId, address: string | undefined): PageContext | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  const provider = providerById(id)
  return provider?.pages.some(page => new URL(page).origin === url.origin)
    ? provider.context?.(url)
    : undefined
}
