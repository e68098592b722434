import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { type JwtKey, signJwt } from '../jwt'
import type { SandboxUser } from '../people'
import { clients } from '../setup'
import type { Watch } from '../watch'

export const API_HOST = 'api.sellsn.io'

/** What a key stands for. Keys cannot be changed once they are issued ("Introduction"), so it keeps its permissions. */
export type SellsnGrant = { user: SandboxUser; permissions: string[] }

type Code = SellsnGrant & { expiresAt: number; isUsed: boolean }

/** Everything that SellSN has handed out. Times are ms by its clock. */
export type SellsnKeys = {
  issueCode(grant: SellsnGrant): string
  /** Uses a code up, so that nobody can exchange it. */
  spend(code: string): void
  /** The key for a code, once and within its life; `jwtExpiry` in seconds, or `none` for a key without an end. */
  exchange(code: string, jwtExpiry: 'none' | number): string | undefined
  /** What a key stands for while it is neither expired nor taken back. */
  find(key: string): SellsnGrant | undefined
  reset(): void
}

// "Authorizing users": a code lasts 1 minute after issuance.
const CODE_LIFE_MS = 60_000

/** Makes SellSN's store of codes and keys. A key is a JWT, whose claims are UNCONFIRMED. */
export function createSellsnKeys(watch: Watch): SellsnKeys {
  const codes = new Map<string, Code>()
  const keys = new Map<string, SellsnGrant & { expiresAt: number }>()
  const signing: JwtKey = { alg: 'HS256', key: createSecretKey(randomBytes(32)) }

  return {
    issueCode: grant => {
      const code = randomBytes(24).toString('base64url')
      codes.set(code, { ...grant, expiresAt: Date.now() + CODE_LIFE_MS, isUsed: false })
      // SellSN's documentation puts it there; nothing else may.
      const path = `/oauth2/${clients.sellsn.id}/exchange/${code}`
      watch.remember('authorization code', 'sellsn', code, { host: API_HOST, path })
      return code
    },
    spend: code => {
      const found = codes.get(code)
      if (found) found.isUsed = true
    },
    exchange: (code, jwtExpiry) => {
      const found = codes.get(code)
      if (!found || found.isUsed || found.expiresAt <= Date.now()) return undefined
      found.isUsed = true
      const { user, permissions } = found
      const iat = Math.floor(Date.now() / 1000)
      const exp = jwtExpiry === 'none' ? undefined : iat + jwtExpiry
      const key = signJwt({ sub: String(user.id), jti: randomUUID(), iat, exp }, signing)
      keys.set(key, {
        user,
        permissions,
        expiresAt: exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000,
      })
      watch.remember(exp === undefined ? 'key' : 'access token', 'sellsn', key, { host: API_HOST })
      return key
    },
    find: key => {
      const found = keys.get(key)
      return found && found.expiresAt > Date.now() ? found : undefined
    },
    reset: () => {
      codes.clear()
      keys.clear()
    },
  }
}
