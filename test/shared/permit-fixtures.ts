import { providerViews } from '../../src/providers/ways'
import type { ConnectionView, Permit, View } from '../../src/shared/view'

export const site = 'https://app.futuresimple.com'

/** A sound connection of that id. */
export const connection = (
  id: string,
  provider: string,
  more: Partial<ConnectionView> = {},
): ConnectionView => ({
  id,
  provider,
  account: { id: 'u1', name: 'Mia', email: 'mia@acme.example' },
  flow: 'authorization_code',
  renews: 'refresh',
  status: 'connected',
  scopes: { asked: [], granted: [] },
  connectedAt: 0,
  ...more,
})

/** A page of the site. */
export const holder = { site, page: 'page' }

/** A permit of `site` to read through that connection, in this run. */
export const permit = (of: string, more: Partial<Permit> = {}): Permit => ({
  id: `permit of ${of}`,
  site,
  connection: of,
  use: 'fetch',
  access: 'read',
  scopes: ['read'],
  until: 'run',
  run: 'this run',
  grantedAt: 0,
  ...more,
})

/** A view with these, and nothing else but what is said. */
export const view = (connections: ConnectionView[], permits: Permit[], more: Partial<View> = {}): View => ({
  run: 'this run',
  stopped: false,
  weakerFlows: false,
  setup: null,
  providers: providerViews(null, connections, false),
  attempts: [],
  connections,
  sites: [],
  permits,
  consents: [],
  denials: [],
  departures: [],
  setupFaults: {},
  outages: {},
  lock: 'off',
  keepsWarm: false,
  ...more,
})
