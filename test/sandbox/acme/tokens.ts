import { randomBytes } from 'node:crypto'
import type { SandboxUser } from '../people'
import type { Watch } from '../watch'

/** The host of the authorization server, and so of every secret. */
export const AUTH_HOST = 'id.acme.example'

/** What a token stands for. `family` is the sign-in that a line of rotated tokens goes back to. */
export type AcmeGrant = { clientId: string; user: SandboxUser; scopes: string[]; family: string }

type Code = AcmeGrant & { redirectUri: string; challenge: string; expiresAt: number; isUsed: boolean }
type Access = AcmeGrant & { issuedAt: number; expiresAt: number }
type Refresh = AcmeGrant & { isUsed: boolean }
type Issued = { accessToken: string; refreshToken?: string }

/** Everything that Acme has handed out. Times are ms by its clock. */
export type AcmeTokens = {
  issueCode(grant: Omit<AcmeGrant, 'family'>, redirectUri: string, challenge: string): string
  /** Uses a code up. Where it was used up already, what it has brought is taken back (RFC 6749 section 4.1.2). */
  takeCode(code: string): Code | undefined
  /** A refresh token keeps the grant's scopes where the access token has fewer (RFC 6749 section 6). */
  issue(
    grant: AcmeGrant,
    scopes: string[],
    how: { accessTokenSeconds: number; refreshToken: boolean },
  ): Issued
  /** What an access token stands for while it is neither expired nor revoked. */
  findAccess(token: string): Access | undefined
  findRefresh(token: string): AcmeGrant | undefined
  /** Uses a refresh token up. Where it was used up already, its whole family ends (RFC 9700 section 4.14.2). */
  takeRefresh(token: string, clientId: string): AcmeGrant | undefined
  dropAccess(token: string): void
  dropFamily(family: string): void
  reset(): void
}

const CODE_LIFE_MS = 60_000

/** Makes Acme's token store. Tokens are opaque. */
export function createAcmeTokens(watch: Watch): AcmeTokens {
  const codes = new Map<string, Code>()
  const access = new Map<string, Access>()
  const refresh = new Map<string, Refresh>()
  const fresh = () => randomBytes(32).toString('base64url')

  const dropFamily = (family: string) => {
    for (const [token, record] of access) if (record.family === family) access.delete(token)
    for (const [token, record] of refresh) if (record.family === family) refresh.delete(token)
  }

  return {
    issueCode: (grant, redirectUri, challenge) => {
      const code = fresh()
      const expiresAt = Date.now() + CODE_LIFE_MS
      codes.set(code, { ...grant, family: code, redirectUri, challenge, expiresAt, isUsed: false })
      watch.remember('authorization code', 'acme', code, { host: AUTH_HOST })
      return code
    },
    takeCode: code => {
      const found = codes.get(code)
      if (found?.isUsed) dropFamily(found.family)
      if (!found || found.isUsed || found.expiresAt <= Date.now()) return undefined
      found.isUsed = true
      return found
    },
    issue: ({ clientId, user, scopes: all, family }, scopes, how) => {
      const accessToken = fresh()
      const issuedAt = Date.now()
      const expiresAt = issuedAt + how.accessTokenSeconds * 1000
      access.set(accessToken, { clientId, user, scopes, family, issuedAt, expiresAt })
      watch.remember('access token', 'acme', accessToken)
      if (!how.refreshToken) return { accessToken }
      const refreshToken = fresh()
      refresh.set(refreshToken, { clientId, user, scopes: all, family, isUsed: false })
      watch.remember('refresh token', 'acme', refreshToken, { host: AUTH_HOST })
      return { accessToken, refreshToken }
    },
    findAccess: token => {
      const found = access.get(token)
      return found && found.expiresAt > Date.now() ? found : undefined
    },
    findRefresh: token => {
      const found = refresh.get(token)
      return found && !found.isUsed ? found : undefined
    },
    takeRefresh: (token, clientId) => {
      const found = refresh.get(token)
      if (found?.clientId !== clientId) return undefined
      if (found.isUsed) dropFamily(found.family)
      if (found.isUsed) return undefined
      found.isUsed = true
      return found
    },
    dropAccess: token => {
      access.delete(token)
    },
    dropFamily,
    reset: () => {
      codes.clear()
      access.clear()
      refresh.clear()
    },
  }
}
