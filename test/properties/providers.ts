/** Hosts of providers that a setup defines. */
export const hosts = ['auth.acme.example', 'auth.borg.example'] as const

/** A setup with a provider at each host. */
export const setup = JSON.stringify({
  version: 1,
  providers: hosts.map(host => ({
    id: host.split('.')[1],
    name: host,
    clientId: 'app',
    flow: 'authorization_code',
    scopes: ['read', 'write'],
    endpoints: {
      authorization: `https://${host}/authorize`,
      token: `https://${host}/token`,
      revocation: `https://${host}/revoke`,
      userinfo: `https://${host}/userinfo`,
    },
    api: [`https://${host}/api/`],
  })),
})
