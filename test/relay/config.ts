import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { redirects } from '../sandbox/flows'
import { RELAY_HOST } from '../sandbox/relay/relay'
import { practiceSetup, type Sandbox } from '../sandbox/sandbox'
import { clients } from '../sandbox/setup'

/** How a relay is told its own name; where it is reached is another matter, as behind a proxy. */
export const relayOrigin = `https://${RELAY_HOST}`

/** The secrets of the configuration, by the variables in which it looks for them. */
export const relaySecrets = {
  SELL_SECRET: clients.sell.secret,
  SALESOS_SECRET: clients.salesosConfidential.secret,
  SELLSN_SECRET: clients.sellsn.secret,
  NORTH_SECRET: clients.sellyticsNorth.secret,
  SOUTH_SECRET: clients.sellyticsSouth.secret,
  SEALING_KEY: randomBytes(32).toString('base64'),
  OLD_SEALING_KEY: randomBytes(32).toString('base64'),
}

/** A configuration for the sandbox, at its loopback addresses where it has such, whose secrets are `relaySecrets`. `users` is who may use it, `back` where people are sent back to. */
export function relayConfig(
  sandbox: Pick<Sandbox, 'loopback'> | undefined,
  {
    users,
    southUsers,
    back = redirects,
  }: { users: object; southUsers: 'everybody' | string[]; back?: Pick<typeof redirects, 'sell' | 'salesos'> },
) {
  const { providers } = sandbox ? practiceSetup(sandbox) : { providers: [] }
  const placeOf = (id: string) => {
    if (!sandbox) return {}
    const found = providers.find(provider => provider.id === id)
    const { endpoints, api } = found as unknown as { endpoints: object; api: string[] }
    return {
      endpoints,
      api,
      ...('issuer' in (found ?? {}) ? { issuer: Object(found).issuer as string } : {}),
    }
  }
  const env = (name: keyof typeof relaySecrets) => ({ env: name })
  return {
    version: 1,
    origin: relayOrigin,
    listen: { port: 0 },
    users,
    sealing: [
      { id: 'now', key: env('SEALING_KEY') },
      { id: 'before', key: env('OLD_SEALING_KEY') },
    ],
    perMinute: { tokens: 100_000, calls: 100_000 },
    providers: [
      {
        id: 'sell',
        clientId: clients.sell.id,
        clientSecret: env('SELL_SECRET'),
        redirects: [back.sell],
        ...placeOf('sell'),
      },
      {
        id: 'salesos',
        clientId: clients.salesosConfidential.id,
        clientSecret: env('SALESOS_SECRET'),
        redirects: [back.salesos],
        ...placeOf('salesos'),
      },
      {
        id: 'sellsn',
        clientId: clients.sellsn.id,
        clientSecret: env('SELLSN_SECRET'),
        ...placeOf('sellsn'),
      },
      {
        id: 'sellytics',
        keys: [
          {
            label: 'North',
            clientId: clients.sellyticsNorth.id,
            clientSecret: env('NORTH_SECRET'),
            users: 'everybody',
          },
          {
            label: 'South',
            clientId: clients.sellyticsSouth.id,
            clientSecret: env('SOUTH_SECRET'),
            users: southUsers,
          },
        ],
        ...placeOf('sellytics'),
      },
    ],
  }
}

/** A port that nobody has; somebody else could take it before it is used, and the test would say so. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
