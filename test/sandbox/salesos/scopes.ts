/** The scopes of OpenID Connect, in our words. */
export const identityScopes: Record<string, string> = {
  openid: 'Know which SalesOS user you are',
  profile: 'See your name and picture',
  email: 'See your e-mail address',
  offline_access: 'Stay connected while you are away',
}

/** SalesOS' words for its API scopes (documented in "Scopes and Permissions"). */
export const apiScopes: Record<string, string> = {
  'leads:read': 'Read lead data',
  'leads:write': 'Create and update leads',
  'deals:read': 'Read deal data',
  'deals:write': 'Create and update deals',
  'users:read': 'Read user data',
  'users:write': 'Manage users',
  'reports:read': 'Access reports and dashboards',
  'webhooks:manage': 'Create and manage webhooks',
}

export const allScopes = { ...identityScopes, ...apiScopes }
