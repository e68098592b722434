import { type Provider, textOf } from './provider'

const pages: Readonly<Record<string, 'lead' | 'contact' | 'deal'>> = {
  leads: 'lead',
  'crm/contacts': 'contact',
  'sales/deals': 'deal',
}

/** Zendesk Sell: https://developer.zendesk.com/api-reference/sales-crm/authentication/introduction/ */
export const sell: Provider = {
  id: 'sell',
  name: 'Sell',
  logo: { letters: 'Se', colour: '#0b5d4b' },
  docs: 'https://developer.zendesk.com/api-reference/sales-crm/authentication/introduction/',
  dashboard: 'https://app.futuresimple.com/settings/integrations',
  // Nothing is published under it (no RFC 8414 metadata); it names the server in our own checks.
  issuer: 'https://api.getbase.com',
  endpoints: {
    authorization: 'https://api.getbase.com/oauth2/authorize',
    token: 'https://api.getbase.com/oauth2/token',
    revocation: 'https://api.getbase.com/oauth2/revoke',
    tokenInfo: 'https://api.getbase.com/oauth2/token/info',
  },
  flows: ['implicit', 'authorization_code', 'personal_token', 'password'],
  defaultFlow: 'implicit',
  needsSecret: ['authorization_code', 'password'],
  clientAuth: 'basic',
  openid: false,
  scopes: {
    read: 'See all your data, except account and user details',
    write: 'Change all your data, except account and user details',
    profile: 'See your account and its users',
    sync: 'Follow changes of your data',
  },
  // profile answers who the user is (/v2/users/self), read makes the panel's leads work.
  defaultScopes: ['read', 'profile'],
  lifetimes: { accessToken: 60 * 60_000, rotation: true },
  revokes: ['refresh_token', 'access_token'],
  whoIsIt: {
    path: 'users/self',
    scope: 'profile',
    account: body => {
      const id = textOf(body, 'data', 'id')
      return id === undefined
        ? undefined
        : { id, name: textOf(body, 'data', 'name'), email: textOf(body, 'data', 'email') }
    },
  },
  api: ['https://api.getbase.com/v2/'],
  pages: ['https://app.futuresimple.com/*'],
  context: url => {
    const [, area, id] = /^\/(leads|crm\/contacts|sales\/deals)\/(\d+)\/?$/.exec(url.pathname) ?? []
    const kind = area && pages[area]
    return kind && id ? { kind, id } : undefined
  },
  widgets: { use: 'fetch', access: 'read', scopes: ['read'] },
  endOfLife: {
    on: '2027-08-31',
    source: 'https://support.zendesk.com/hc/en-us/articles/9591462550042',
  },
  hooks: {
    // As documented: read and write are all data except account and users, profile is those, and read-only.
    scopeOf: ({ pathname }, access) =>
      /^\/v2\/(accounts|users)\b/i.test(pathname) ? 'profile' : access === 'read' ? 'read' : 'write',
    // The body is not documented; Doorkeeper, whose paths these are, has these names.
    tokenInfo: body => {
      const { scopes, scope } = Object(body)
      const list = Array.isArray(scopes) ? scopes.filter(one => typeof one === 'string') : undefined
      return {
        client: textOf(body, 'client_id') ?? textOf(body, 'application', 'uid'),
        scopes: list ?? (typeof scope === 'string' ? scope.split(' ').filter(Boolean) : undefined),
      }
    },
  },
}
