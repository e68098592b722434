import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { type JwtKey, readJwt, signJwt } from '../jwt'
import type { Watch } from '../watch'
import type { SellyticsSwitches } from './sellytics'

export const AUTH_HOST = 'auth.sellytics.com'

/** The scope of the DATA API. */
export const DATA_SCOPE = 'sellytics-data-api'

/** The claims of a token that still counts. Times are seconds by the server's clock. */
type SellyticsClaims = {
  typ: 'Bearer' | 'Refresh'
  jti: string
  /** The client id of the key that it was issued to. */
  azp: string
  scope: string
  iat: number
  exp: number
  iss: string
  sub: string
}

type Issued = { accessToken: string; refreshToken?: string; session?: string }

/** Everything that the realm has issued. */
export type SellyticsTokens = {
  /** Issues a token in the name of the realm at the address where it was asked for. */
  issue(clientId: string, scope: string, issuer: string): Issued
  /** The claims of an access or refresh token that is signed by us, not ended, not revoked and not void by policy. */
  read(token: string): SellyticsClaims | undefined
  drop(jti: string): void
  /** Drops every token of a key. */
  dropAllOf(clientId: string): void
  reset(): void
}

/** The life of a refresh token in seconds, as the documented answer has it. */
export const REFRESH_SECONDS = 86_400

function claimsOf({ typ, jti, azp, scope, iat, exp, iss, sub }: Record<string, unknown>) {
  if (typ !== 'Bearer' && typ !== 'Refresh') return undefined
  if (typeof jti !== 'string' || typeof azp !== 'string' || typeof sub !== 'string') return undefined
  if (typeof scope !== 'string' || typeof iat !== 'number' || typeof exp !== 'number') return undefined
  if (typeof iss !== 'string') return undefined
  return { typ, jti, azp, scope, iat, exp, iss, sub } satisfies SellyticsClaims
}

/** Makes the realm's token store. Access tokens are RS256 and refresh tokens HS256, as Keycloak signs them. */
export function createSellyticsTokens(
  privateKey: JsonWebKey,
  switches: SellyticsSwitches,
  watch: Watch,
): SellyticsTokens {
  const publicKey = createPublicKey({ key: { kty: 'RSA', n: privateKey.n, e: privateKey.e }, format: 'jwk' })
  const accessKey: JwtKey = {
    alg: 'RS256',
    key: createPrivateKey({ key: privateKey, format: 'jwk' }),
    kid: privateKey.kid?.toString(),
  }
  const refreshKey: JwtKey = { alg: 'HS256', key: createSecretKey(randomBytes(32)) }
  const alive = new Map<string, string>()

  return {
    issue: (clientId, scope, iss) => {
      const iat = Math.floor(Date.now() / 1000)
      const session = switches.refreshToken ? randomUUID() : undefined
      const common = { iat, iss, sub: `service-account-${clientId}`, azp: clientId, scope }
      const make = (typ: SellyticsClaims['typ'], seconds: number, key: JwtKey, more: object) => {
        const jti = randomUUID()
        alive.set(jti, clientId)
        return signJwt({ exp: iat + seconds, jti, typ, session_state: session, ...common, ...more }, key)
      }
      const accessToken = make('Bearer', switches.accessTokenSeconds, accessKey, {
        acr: '1',
        clientId,
        preferred_username: `service-account-${clientId}`,
      })
      watch.remember('access token', 'sellytics', accessToken)
      if (!session) return { accessToken }
      const refreshToken = make('Refresh', REFRESH_SECONDS, refreshKey, { aud: iss })
      watch.remember('refresh token', 'sellytics', refreshToken)
      return { accessToken, refreshToken, session }
    },
    read: token => {
      const signed = readJwt(token, { alg: 'RS256', key: publicKey }) ?? readJwt(token, refreshKey)
      const claims = signed && claimsOf(signed)
      if (!claims || !alive.has(claims.jti)) return undefined
      if (claims.exp * 1000 <= Date.now() || claims.iat < switches.notBeforePolicy) return undefined
      return claims
    },
    drop: jti => {
      alive.delete(jti)
    },
    dropAllOf: clientId => {
      for (const [jti, owner] of alive) if (owner === clientId) alive.delete(jti)
    },
    reset: () => alive.clear(),
  }
}
