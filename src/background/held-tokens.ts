import type { Tokens } from '../oauth/tokens'
import { limits, renewalMargin } from '../shared/limits'
import type { ConnectionId } from '../shared/view'
import { noteClock } from './clock'
import { changeTokens, type HeldToken, type Session } from './session'
import type { Connection } from './vault'

/** The name of a scope set: its scopes in order of the alphabet; '' for all that was granted. */
export function scopeSet(scopes: readonly string[] | undefined): string {
  return scopes ? [...new Set(scopes)].sort().join(' ') : ''
}

const keyOf = (connection: ConnectionId, scopes: readonly string[] | undefined) =>
  `${connection} ${scopeSet(scopes)}`

/** The access token held for a connection and scope set, ended or not. */
export function heldToken(
  { tokens }: Session,
  connection: ConnectionId,
  scopes: readonly string[] | undefined,
): HeldToken | undefined {
  return tokens.held[keyOf(connection, scopes)]
}

/**
 * Whether a token is far enough from its end to be handed out without a renewal. One that would live longer than it did
 * when it came was had by a clock that has been set back since: its end is not known any more.
 */
export function isFresh({ expiresAt, life }: HeldToken, now = Date.now()): boolean {
  const left = expiresAt - now
  return left > renewalMargin(life) && left <= life + limits.clock
}

/** Takes a new access token into memory. */
export async function holdToken(
  { id: connection, addresses: { api } }: Pick<Connection, 'id' | 'addresses'>,
  scopes: readonly string[] | undefined,
  tokens: Tokens,
): Promise<HeldToken> {
  const held: HeldToken = {
    connection,
    api,
    asked: scopeSet(scopes),
    scopes: tokens.scopes,
    value: tokens.idToken ?? tokens.accessToken,
    ...(tokens.idToken ? { isIdToken: true } : {}),
    expiresAt: tokens.expiresAt,
    life: tokens.life,
    isLifeKnown: tokens.isLifeKnown,
  }
  await changeTokens(({ held: all }) => {
    const { usedAt } = all[keyOf(connection, scopes)] ?? {}
    // Whoever uses the one before goes on with this.
    all[keyOf(connection, scopes)] = usedAt === undefined ? held : { ...held, usedAt }
  })
  await noteClock(tokens.skew)
  return held
}

/** Forgets every access token of a connection; gives back what was forgotten. */
export async function forgetHeld(connection: ConnectionId): Promise<HeldToken[]> {
  const forgotten: HeldToken[] = []
  await changeTokens(({ held }) => {
    for (const [key, token] of Object.entries(held)) {
      if (token.connection !== connection) continue
      forgotten.push(token)
      delete held[key]
    }
  })
  return forgotten
}

/** Forgets access tokens by what they are. */
export async function forgetValues(values: ReadonlySet<string>): Promise<void> {
  await changeTokens(({ held }) => {
    for (const [key, { value }] of Object.entries(held)) if (values.has(value)) delete held[key]
  })
}
