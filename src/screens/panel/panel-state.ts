import { catalogue } from '../../providers/index'
import type { PageContext, Provider } from '../../providers/provider'
import { livePermits, satisfies } from '../../shared/permit'
import type { ConnectionView, View } from '../../shared/view'

/** One provider that the panel shows, with the connection it is shown through. */
export type Shown = { provider: Provider; connection: ConnectionView }

export type PanelState = {
  /** Connected providers that this site may use, in the order of the catalogue. */
  permitted: Shown[]
  /** Connected providers that it may not use yet. */
  unpermitted: Shown[]
  /** A question about this site is open in a window of ours. */
  isAsked: boolean
}

/** What a panel on `site` shows of the providers that have a block, by their ids. */
export function panelState(view: View, site: string, blocks: readonly string[]): PanelState {
  const shown = catalogue
    .filter(({ id }) => blocks.includes(id))
    .flatMap(provider => {
      const connections = view.connections.filter(
        ({ provider: id, status }) => id === provider.id && status !== 'disconnecting',
      )
      const permitted = connections.find(connection => isPermitted(view, site, provider, connection))
      const connection = permitted ?? connections[0]
      return connection ? [{ provider, connection, isPermitted: permitted !== undefined }] : []
    })
  return {
    permitted: shown.filter(({ isPermitted }) => isPermitted),
    unpermitted: shown.filter(({ isPermitted }) => !isPermitted),
    isAsked: view.consents.some(consent => consent.site === site),
  }
}

function isPermitted(view: View, site: string, { widgets }: Provider, { id }: ConnectionView): boolean {
  const ask = { connection: id, ...widgets, scopes: [...widgets.scopes] }
  return livePermits(view, site).some(permit => satisfies(permit, ask))
}

/** Where the user is in this provider's own CRM, by the page's address. */
export function contextOf(provider: Provider, address: string | undefined): PageContext | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return provider.pages.some(page => new URL(page).origin === url.origin)
    ? provider.context?.(url)
    : undefined
}
