import type { Provider } from './provider'

const realm = 'https://auth.sellytics.com/realms/sellytics/protocol/openid-connect'

/** sellytics' DATA API, behind Keycloak: https://know.sellytics.com/docs/sellytics-data-api/authentication */
export const sellytics: Provider = {
  id: 'sellytics',
  name: 'sellytics',
  logo: { letters: 'sy', colour: '#a3440b' },
  docs: 'https://know.sellytics.com/docs/sellytics-data-api/authentication',
  issuer: 'https://auth.sellytics.com/realms/sellytics',
  endpoints: {
    token: `${realm}/token`,
    // Keycloak's own path; that this host serves it is unconfirmed, and a Disconnect does without.
    revocation: `${realm}/revoke`,
  },
  flows: ['client_credentials'],
  defaultFlow: 'client_credentials',
  needsSecret: ['client_credentials'],
  clientAuth: 'post',
  openid: false,
  scopes: { 'sellytics-data-api': 'See the figures of the space that the key was made for' },
  defaultScopes: ['sellytics-data-api'],
  lifetimes: { accessToken: 24 * 60 * 60_000, rotation: false },
  // Never the refresh token that comes along: Keycloak then ends every session of the key, whoever else holds it.
  revokes: ['access_token'],
  // Invented: no address of the DATA API is documented.
  api: ['https://api.sellytics.com/data/v1/'],
  pages: [],
  widgets: { use: 'fetch', access: 'read', scopes: ['sellytics-data-api'] },
  hooks: {
    scopeOf: () => 'sellytics-data-api',
    // Keycloak's revocation time, in seconds: tokens issued before it are void.
    isIssuedVoid: (answer, issuedAt) => {
      const notBefore: unknown = Object(answer)['not-before-policy']
      return typeof notBefore === 'number' && Math.floor(issuedAt / 1000) < notBefore
    },
  },
}
