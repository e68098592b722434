import type { SetupView } from '../shared/view'
import { providerOf } from './configured'
import { addressesOf, secretPlace } from './hosts'
import type { Setup } from './setup'
import type { KnownSecret } from './setup-faults'

/** The part of a setup that screens may see, and that Connect works from: all but the secrets. */
export function viewOfSetup(
  { organisation, providers, sites, rules }: Setup,
  isKnown: KnownSecret = () => false,
): SetupView {
  const view: SetupView = {
    organisation,
    providers: Object.fromEntries(
      providers.map(({ id, clientSecret: _, keys, ...configured }) => [
        id,
        {
          ...configured,
          ...(keys ? { keys: keys.map(({ label, clientId }) => ({ label, clientId })) } : {}),
        },
      ]),
    ),
    sites,
    rules,
  }
  for (const { id, clientId, clientSecret } of providers) {
    const configured = view.providers[id]
    const hasSecret =
      clientSecret !== undefined || (clientId !== undefined && isKnown(id, clientId, placeIn(view, id)))
    if (configured && hasSecret) configured.hasSecret = true
  }
  return view
}

function placeIn(view: SetupView, id: string): string {
  const provider = providerOf(view, id)
  return provider ? secretPlace(addressesOf(provider)) : ''
}

/** The client secrets of a setup, each with whose it is and where it may go. */
export function secretsOfSetup(
  setup: Setup,
): { provider: string; clientId: string; place: string; secret: string }[] {
  const view = viewOfSetup(setup)
  return setup.providers.flatMap(({ id: provider, clientId, clientSecret, keys = [] }) =>
    [{ clientId, clientSecret }, ...keys].flatMap(key =>
      key.clientId === undefined || key.clientSecret === undefined
        ? []
        : [{ provider, clientId: key.clientId, place: placeIn(view, provider), secret: key.clientSecret }],
    ),
  )
}
