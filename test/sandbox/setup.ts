import { createHash } from 'node:crypto'

// Derived, so that a setup file stays right when the sandbox is started again, and nothing here looks like a secret.
function derive(text: string): string {
  return createHash('sha256').update(`dealpass sandbox ${text}`).digest('hex')
}

// SellSN's app ids are UUIDs by its documentation, "Authorizing users".
function deriveUuid(text: string): string {
  return derive(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')
}

/** The apps and keys that are registered at the sandbox's providers. */
export const clients = {
  sell: { id: derive('sell client id'), secret: derive('sell client secret'), name: 'Dealpass' },
  /** Another company's app at Sell: the owner of the token that the switch `foreignToken` hands out. */
  sellOther: {
    id: derive('other sell client id'),
    secret: derive('other sell client secret'),
    name: 'Ledger Sync',
  },
  salesos: { id: derive('salesos client id').slice(0, 32), name: 'Dealpass' },
  /** Keys of two spaces at sellytics; `name` is the space's. */
  sellyticsNorth: {
    id: `data-api-${derive('sellytics north client id').slice(0, 12)}`,
    secret: derive('sellytics north client secret').slice(0, 32),
    name: 'North',
  },
  sellyticsSouth: {
    id: `data-api-${derive('sellytics south client id').slice(0, 12)}`,
    secret: derive('sellytics south client secret').slice(0, 32),
    name: 'South',
  },
  sellsn: { id: deriveUuid('sellsn app id'), secret: derive('sellsn client secret'), name: 'Dealpass' },
} as const

/** The identifier of SalesOS' API, which its tokens are made for. */
export const SALESOS_AUDIENCE = 'https://api.play2sell.com'

function commonSetup() {
  return {
    version: 1,
    organisation: { name: 'Acme Sales', supportContact: 'it@acme.example' },
    providers: [
      { id: 'sell', clientId: clients.sell.id, flow: 'implicit', scopes: ['read', 'profile'] },
      { id: 'salesos', clientId: clients.salesos.id, audience: SALESOS_AUDIENCE },
    ],
  }
}

function wholeSetup() {
  const setup = commonSetup()
  const { sellyticsNorth, sellyticsSouth, sellsn } = clients
  return {
    ...setup,
    providers: [
      ...setup.providers,
      {
        id: 'sellytics',
        keys: [sellyticsNorth, sellyticsSouth].map(({ name, id, secret }) => ({
          label: name,
          clientId: id,
          clientSecret: secret,
        })),
      },
      { id: 'sellsn', clientId: sellsn.id, clientSecret: sellsn.secret },
    ],
  }
}

/**
 * The setup file that fits the sandbox: what an administrator would import into the extension. With `all` it names
 * sellytics and SellSN, too, with their secrets.
 */
export function sandboxSetup(options: { all: true }): ReturnType<typeof wholeSetup>
export function sandboxSetup(options?: { all?: false }): ReturnType<typeof commonSetup>
export function sandboxSetup({ all = false } = {}) {
  return all ? wholeSetup() : commonSetup()
}
