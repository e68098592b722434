import type { ProviderId, SetupView } from '../shared/view'
import { providerById } from './index'
import type { Provider } from './provider'
import type { Setup } from './setup'

/** What a setup would do, shown before anything is stored. */
export type SetupReview = {
  organisation: { name?: string; supportContact?: string }
  providers: {
    id: ProviderId
    clientId: string
    scopes: string[]
    /** The API that its tokens are made for. */
    audience?: string
    /** Every host that will receive sign-ins or data, and what it receives. */
    hosts: { host: string; receives: ('sign-ins' | 'tokens' | 'data')[] }[]
    /** Client id that this one replaces, where another setup is in force. */
    replaces?: string
  }[]
  /** Providers of the setup in force that the new one does not have. */
  removes: ProviderId[]
}

/** What a setup would do: each host by name with what it would receive, and what it replaces. */
export function reviewOfSetup(next: Setup, current: SetupView | null): SetupReview {
  return {
    organisation: next.organisation,
    providers: next.providers.flatMap(entry => {
      const provider = providerById(entry.id)
      if (!provider) return []
      const before = current?.providers[entry.id]?.clientId
      return [
        {
          id: entry.id,
          clientId: entry.clientId,
          scopes: [...(entry.scopes ?? provider.defaultScopes)],
          ...(provider.audience ? { audience: entry.audience ?? provider.audience } : {}),
          hosts: hostsOf(provider),
          ...(before && before !== entry.clientId ? { replaces: before } : {}),
        },
      ]
    }),
    removes: Object.keys(current?.providers ?? {}).filter(
      id => !next.providers.some(entry => entry.id === id),
    ),
  }
}

function hostsOf({ endpoints, api }: Provider): SetupReview['providers'][number]['hosts'] {
  const received = new Map<string, Set<'sign-ins' | 'tokens' | 'data'>>()
  const add = (address: string | undefined, what: 'sign-ins' | 'tokens' | 'data') => {
    if (!address) return
    const { host } = new URL(address)
    received.set(host, (received.get(host) ?? new Set()).add(what))
  }
  add(endpoints.authorization, 'sign-ins')
  for (const address of [endpoints.token, endpoints.revocation, endpoints.userinfo, endpoints.tokenInfo])
    add(address, 'tokens')
  for (const address of api) add(address, 'data')
  return [...received].map(([host, receives]) => ({ host, receives: [...receives] }))
}
