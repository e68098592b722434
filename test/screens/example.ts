import type { ConnectionView, Permit, View } from '../../src/shared/view'

/** The catalogue's two first providers, by what the tests need of them. */
export const [one, other] = ['sell', 'salesos'] as const

/** A view with a setup for both providers and nothing else. */
export function exampleView(changes: Partial<View> = {}): View {
  return {
    run: 'this-run',
    stopped: false,
    setup: {
      organisation: { name: 'Acme Sales' },
      providers: { [one]: { clientId: 'one' }, [other]: { clientId: 'other' } },
    },
    attempts: [],
    connections: [],
    permits: [],
    consents: [],
    departures: [],
    setupFaults: {},
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
