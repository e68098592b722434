import type { ProviderId, ProviderView, View } from '../../shared/view'

/** The provider of that id, where there is one now: what belonged to a setup's own goes with the setup. */
export function providerOf(view: View, id: ProviderId | undefined): ProviderView | undefined {
  return view.providers.find(provider => provider.id === id)
}
