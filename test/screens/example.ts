import { catalogue } from '../../src/providers'
import type { ConnectionView, Permit, ProviderView, SetupView, View } from '../../src/shared/view'

/** The catalogue's two first providers, by what the tests need of them. */
export const [one, other] = ['sell', 'salesos'] as const

/** A setup for both providers and nothing else. */
export function exampleSetup(changes: Partial<SetupView> = {}): SetupView {
  return {
    organisation: { name: 'Acme Sales' },
    providers: { [one]: { clientId: 'one' }, [other]: { clientId: 'other' } },
    sites: [],
    rules: {},
    ...changes,
  }
}

/** A provider of the catalogue as a view has it, with one way to connect it: by signing in. */
export function exampleProvider(id: string = one, changes: Partial<ProviderView> = {}): ProviderView {
  const provider = catalogue.find(known => known.id === id)
  if (!provider) throw new Error(`The catalogue has no ${id}.`)
  const { name, logo, dashboard, endOfLife, scopes, defaultScopes, widgets } = provider
  return {
    id,
    name,
    logo,
    dashboard,
    endOfLife: endOfLife?.on,
    scopes,
    asks: defaultScopes,
    isSignedInAt: provider.endpoints.authorization !== undefined,
    hosts: [`https://${id}.example/*`],
    widgets,
    ways: [{ flow: id === one ? 'implicit' : 'authorization_code', needsEntry: false }],
    ...changes,
  }
}

/** A view with a setup for both providers and nothing else. */
export function exampleView(changes: Partial<View> = {}): View {
  return {
    run: 'this-run',
    stopped: false,
    weakerFlows: false,
    setup: exampleSetup(),
    providers: [exampleProvider(one), exampleProvider(other)],
    attempts: [],
    connections: [],
    sites: [],
    permits: [],
    consents: [],
    denials: [],
    departures: [],
    setupFaults: {},
    outages: {},
    lock: 'off',
    keepsWarm: false,
    ...changes,
  }
}

/** A sound connection of Ada's at the first provider. */
export function exampleConnection(changes: Partial<ConnectionView> = {}): ConnectionView {
  return {
    id: 'ada',
    provider: one,
    account: { id: '1', email: 'ada@acme.example' },
    flow: 'implicit',
    renews: 'sign-in',
    status: 'connected',
    scopes: { asked: ['read', 'profile'], granted: ['read', 'profile'] },
    connectedAt: 1_000,
    ...changes,
  }
}

/** A permit for Ada's connection that is all the panel needs. */
export function examplePermit(changes: Partial<Permit> = {}): Permit {
  return {
    id: 'permit',
    site: 'https://crm.example',
    connection: 'ada',
    use: 'fetch',
    access: 'read',
    scopes: ['read'],
    until: 'run',
    run: 'this-run',
    grantedAt: 2_000,
    ...changes,
  }
}
