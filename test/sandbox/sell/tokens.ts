import { randomBytes } from 'node:crypto'
import type { SandboxUser } from '../people'
import { clients, personalTokens } from '../setup'
import type { Watch } from '../watch'

/** What an access token stands for. Times are ms by Sell's clock. */
export type SellGrant = { clientId: string; user: SandboxUser; scopes: string[] }
/** `expiresAt` is infinite, and there is no refresh token, for a personal one. */
export type SellAccess = SellGrant & { createdAt: number; expiresAt: number; refreshToken?: string }
type SellCode = SellGrant & {
  redirectUri: string
  expiresAt: number
  isUsed: boolean
  issued?: SellPair
}
export type SellPair = { accessToken: string; refreshToken: string; expiresIn: number; scopes: string[] }

/** Everything that Sell has handed out. */
type SellTokens = {
  issue(grant: SellGrant, seconds: number): SellPair
  /** The token's record while it is neither expired nor revoked. */
  findAccess(token: string): SellAccess | undefined
  findRefresh(token: string): SellGrant | undefined
  issueCode(grant: SellGrant, redirectUri: string): string
  codes: Map<string, SellCode>
  dropAccess(token: string): boolean
  dropRefresh(token: string): boolean
  /** Drops every access token that came with, or from, this refresh token. */
  dropAccessOf(refreshToken: string): void
  /** Ends everything, the personal tokens as well. */
  clear(): void
  /** Makes the personal tokens, or makes them valid again. */
  addPersonal(): void
}

// Sell's code lifetime is UNCONFIRMED; RFC 6749 section 4.1.2 asks for ten minutes at most.
const CODE_LIFE_MS = 60_000

// The dashboard's tokens are older than the sandbox, so that a moved clock does not come before them.
const PERSONAL_AGE_MS = 40 * 86_400_000

/**
 * Makes Sell's token store, with the personal tokens in it: 64 hex characters each, as its official clients expect.
 */
export function createSellTokens(watch: Watch, startedAt: number): SellTokens {
  const access = new Map<string, SellAccess>()
  const refresh = new Map<string, SellGrant>()
  const codes = new Map<string, SellCode>()
  const fresh = () => randomBytes(32).toString('hex')

  const addPersonal = () => {
    const createdAt = startedAt - PERSONAL_AGE_MS
    for (const { token, user, scopes } of Object.values(personalTokens)) {
      access.set(token, {
        clientId: clients.sell.id,
        user,
        scopes,
        createdAt,
        expiresAt: Number.POSITIVE_INFINITY,
      })
      watch.remember('key', 'sell', token, { host: 'api.getbase.com' })
    }
  }
  addPersonal()

  return {
    codes,
    issue: (grant, seconds) => {
      const accessToken = fresh()
      const refreshToken = fresh()
      const createdAt = Date.now()
      access.set(accessToken, { ...grant, createdAt, expiresAt: createdAt + seconds * 1000, refreshToken })
      refresh.set(refreshToken, grant)
      watch.remember('access token', 'sell', accessToken)
      watch.remember('refresh token', 'sell', refreshToken)
      return { accessToken, refreshToken, expiresIn: seconds, scopes: grant.scopes }
    },
    findAccess: token => {
      const found = access.get(token)
      return found && found.expiresAt > Date.now() ? found : undefined
    },
    findRefresh: token => refresh.get(token),
    issueCode: (grant, redirectUri) => {
      const code = fresh()
      codes.set(code, { ...grant, redirectUri, expiresAt: Date.now() + CODE_LIFE_MS, isUsed: false })
      watch.remember('authorization code', 'sell', code)
      return code
    },
    dropAccess: token => access.delete(token),
    dropRefresh: token => refresh.delete(token),
    dropAccessOf: refreshToken => {
      for (const [token, record] of access) if (record.refreshToken === refreshToken) access.delete(token)
    },
    clear: () => {
      access.clear()
      refresh.clear()
      codes.clear()
    },
    addPersonal,
  }
}
