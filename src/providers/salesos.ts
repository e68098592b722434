import { type Provider, textOf } from './provider'

/** SalesOS by Play2Sell, behind Auth0: https://docs.play2sell.com/api/authentication */
export const salesos: Provider = {
  id: 'salesos',
  name: 'SalesOS',
  logo: { letters: 'OS', colour: '#5b3df5' },
  docs: 'https://docs.play2sell.com/api/authentication',
  dashboard: 'https://dashboard.play2sell.com',
  // Auth0 writes its issuers with the slash; that this custom domain does is unconfirmed.
  issuer: 'https://auth.play2sell.com/',
  endpoints: {
    authorization: 'https://auth.play2sell.com/authorize',
    token: 'https://auth.play2sell.com/oauth/token',
    revocation: 'https://auth.play2sell.com/oauth/revoke',
    userinfo: 'https://auth.play2sell.com/userinfo',
  },
  flows: ['authorization_code', 'client_credentials'],
  defaultFlow: 'authorization_code',
  needsSecret: ['client_credentials'],
  // As its documentation shows every call with a secret.
  clientAuth: 'json',
  openid: true,
  scopes: {
    profile: 'See your name',
    email: 'See your e-mail address',
    offline_access: 'Stay connected without asking you each time',
    'leads:read': 'See leads',
    'leads:write': 'Create and change leads',
    'deals:read': 'See deals',
    'deals:write': 'Create and change deals',
    'users:read': 'See users',
    'users:write': 'Manage users',
    'reports:read': 'See reports and dashboards',
    'webhooks:manage': 'Create and manage webhooks',
  },
  // openid, profile and email say who the user is; offline_access asks for the refresh token; leads:read is the panel's.
  defaultScopes: ['openid', 'profile', 'email', 'offline_access', 'leads:read'],
  // Of these Auth0 gives a machine what its API client was created with; none asked for is all of them.
  machineScopes: [],
  audience: 'https://api.play2sell.com',
  otherAccount: { prompt: 'login' },
  // Auth0's default for a refresh token that nobody uses (docs: configure refresh token expiration).
  lifetimes: { accessToken: 24 * 60 * 60_000, rotation: true, login: 30 * 24 * 60 * 60_000 },
  revokes: ['refresh_token'],
  whoIsIt: {
    account: body => {
      const id = textOf(body, 'sub')
      return id === undefined ? undefined : { id, name: textOf(body, 'name'), email: textOf(body, 'email') }
    },
  },
  api: ['https://api.play2sell.com/v1/'],
  pages: [],
  widgets: {
    use: 'token',
    access: 'read',
    scopes: ['leads:read'],
    script: 'src/content/widgets/salesos-leads.js',
  },
  hooks: {
    // leads:read, deals:write and so on, as the scopes' table has them; the last two have no other half.
    scopeOf: ({ pathname }, access) => {
      const [, resource = ''] = /^\/v1\/(\w*)/.exec(pathname.toLowerCase()) ?? []
      if (resource === 'webhooks') return 'webhooks:manage'
      return `${resource}:${access === 'read' ? 'read' : 'write'}`
    },
  },
}
