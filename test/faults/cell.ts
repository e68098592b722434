import type { FaultName, Operation } from './faults'
import { type Certificates, type Front, startFront } from './front'
import { createStandIn, type StandIn } from './stand-in'

/** One cell of the matrix: a provider of its own, with what is asked of it in this cell on a server that can be broken. */
export type Cell = {
  fault: FaultName
  operation: Operation
  /** The provider's id in the setup; its name ends in it, too. */
  id: string
  name: string
  standIn: StandIn
  /** Everything that this cell does not break. */
  well: Front
  /** What it breaks. */
  broken: Front
  /** The origin of the broken server, as the setup has it. */
  brokenOrigin: string
  stop(): Promise<void>
}

/** The host that all servers are reached under, and one that can be taken out of the browser's reach. */
export const host = 'up.faults.example'
export const lostHost = 'lost.faults.example'

const issuer = `https://${host}`

/** The endpoint that a cell breaks. */
const brokenBy: Record<Operation, 'token' | 'userinfo' | 'api' | 'revocation' | 'tokenInfo'> = {
  connect: 'token',
  probe: 'userinfo',
  refresh: 'token',
  fetch: 'api',
  revoke: 'revocation',
  check: 'tokenInfo',
}

/** Starts the two servers of a cell. */
export async function startCell(
  fault: FaultName,
  operation: Operation,
  certificates: Certificates,
): Promise<Cell> {
  const name = `${operation} ${fault.replace('Retry-After', 'later')}`
  const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const standIn = await createStandIn(id, issuer)
  const [well, broken] = await Promise.all([
    startFront(standIn, certificates),
    startFront(standIn, certificates),
  ])
  return {
    fault,
    operation,
    id,
    name,
    standIn,
    well,
    broken,
    brokenOrigin: `https://${fault === 'unresolvable name' ? lostHost : host}:${broken.port}`,
    async stop() {
      await Promise.all([well.stop(), broken.stop()])
    },
  }
}

/** The cell's entry in the setup. */
export function providerOf({ id, name, operation, well, brokenOrigin }: Cell): object {
  const origin = (part: (typeof brokenBy)[Operation] | 'authorization') =>
    part === brokenBy[operation] ? brokenOrigin : `https://${host}:${well.port}`
  return {
    id,
    name,
    clientId: 'app-of-the-matrix',
    clientAuth: 'none',
    issuer,
    endpoints: {
      authorization: `${origin('authorization')}/authorize`,
      token: `${origin('token')}/token`,
      revocation: `${origin('revocation')}/revoke`,
      userinfo: `${origin('userinfo')}/userinfo`,
      tokenInfo: `${origin('tokenInfo')}/token-info`,
    },
    scopes: ['openid', 'profile'],
    api: [`${origin('api')}/v1/`],
  }
}
