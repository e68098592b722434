import { createHash } from 'node:crypto'
import { users } from './people'

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
  /** Kinds of app as its documentation has them: with a secret for a person's sign-in, and for machines alone. */
  salesosConfidential: {
    id: derive('salesos confidential client id').slice(0, 32),
    secret: derive('salesos confidential client secret'),
    name: 'Dealpass for Web',
  },
  salesosMachine: {
    id: derive('salesos machine client id').slice(0, 32),
    secret: derive('salesos machine client secret'),
    name: 'CRM Sync',
  },
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
  acme: { id: 'dealpass', name: 'Dealpass' },
  acmeConfidential: {
    id: 'dealpass-web',
    secret: derive('acme client secret').slice(0, 40),
    name: 'Dealpass for Web',
  },
} as const

/**
 * Tokens without an end that an administrator has made in Sell's dashboard ("Single-User Applications"), each with a
 * scope of its own. They belong to the app `clients.sell`.
 */
export const personalTokens = {
  rep: {
    name: 'Read my deals',
    token: derive('sell personal token 1'),
    user: users.rep,
    scopes: ['read', 'profile'],
  },
  repSync: {
    name: 'Nightly sync',
    token: derive('sell personal token 2'),
    user: users.rep,
    scopes: ['read', 'write', 'profile', 'sync'],
  },
  colleague: {
    name: 'Wall display',
    token: derive('sell personal token 3'),
    user: users.colleague,
    scopes: ['read'],
  },
}

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

/**
 * The setup file of a company that has a relay: the same four providers, and no secret. SalesOS needs none and stays
 * direct.
 */
export function relayedSetup(relay: string) {
  const setup = commonSetup()
  return {
    ...setup,
    providers: [
      { id: 'sell', clientId: clients.sell.id, relay },
      { id: 'salesos', clientId: clients.salesos.id, audience: SALESOS_AUDIENCE },
      { id: 'sellytics', relay },
      { id: 'sellsn', clientId: clients.sellsn.id, relay },
    ],
  }
}

/**
 * The setup file for practice by hand, with a sandbox that is open on loopback: the providers of the whole setup, moved
 * to their loopback addresses. Throws where the sandbox is not open there.
 */
export function practiceSetup({ loopback }: { loopback: Readonly<Record<string, string>> }) {
  const at = (host: string) => {
    const origin = loopback[host]
    if (!origin)
      throw new Error(`The sandbox has no loopback address for ${host}: start it with \`loopback\`.`)
    return origin
  }
  const sell = at('api.getbase.com')
  const salesos = at('auth.play2sell.com')
  const salesosApi = at('api.play2sell.com')
  const realm = `${at('auth.sellytics.com')}/realms/sellytics/protocol/openid-connect`
  const sellyticsApi = at('api.sellytics.com')
  const sellsn = at('dash.sellsn.io')
  const sellsnApi = at('api.sellsn.io')

  const { providers, ...setup } = wholeSetup()
  const places: Record<string, { issuer?: string; endpoints: Record<string, string>; api: string[] }> = {
    sell: {
      endpoints: {
        authorization: `${sell}/oauth2/authorize`,
        token: `${sell}/oauth2/token`,
        revocation: `${sell}/oauth2/revoke`,
        tokenInfo: `${sell}/oauth2/token/info`,
      },
      api: [`${sell}/v2/`],
    },
    salesos: {
      issuer: `${salesos}/`,
      endpoints: {
        authorization: `${salesos}/authorize`,
        token: `${salesos}/oauth/token`,
        revocation: `${salesos}/oauth/revoke`,
        userinfo: `${salesos}/userinfo`,
      },
      api: [`${salesosApi}/v1/`],
    },
    sellytics: {
      endpoints: {
        token: `${realm}/token`,
        revocation: `${realm}/revoke`,
        introspection: `${realm}/token/introspect`,
      },
      api: [`${sellyticsApi}/data/v1/`],
    },
    sellsn: {
      // Both have the app's id put behind them.
      endpoints: { authorization: `${sellsn}/oauth2/`, token: `${sellsnApi}/oauth2/` },
      api: [`${sellsnApi}/`],
    },
  }
  return {
    ...setup,
    providers: providers.map(provider => ({ ...provider, ...places[provider.id] })),
    rules: { privateAddresses: [sell, salesosApi, sellyticsApi, sellsnApi] },
  }
}
