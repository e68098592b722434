import type { Adapter, AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'

type Row = {
  payload: AdapterPayload
  /** Refresh tokens only: the sign-in that a line of rotated tokens goes back to. */
  family?: string
  /** When it was first used: ms by the server's clock, and the how-manieth use of any token it was. */
  used?: { at: number; order: number }
}

/** oidc-provider's storage, with Auth0's notion of a refresh token family. */
export type OidcStore = {
  adapter: (model: string) => Adapter
  /** The grant that this user gave this client, as Auth0 keeps one across sessions. */
  grantIdOf(accountId: string, clientId: string): string | undefined
  signOut(): void
  withdraw(): void
}

/**
 * Makes the storage. `reuseWindowMs` says for how long the immediately previous refresh token may be used again
 * (Auth0's "overlap period", refresh-token-rotation docs); `currentRequest` is oidc-provider's `Provider.ctx`.
 *
 * oidc-provider ends *all* tokens of a grant when a rotated token is used again or one is revoked. Auth0 ends the
 * family, the line of tokens that goes back to one sign-in: another connection of the same user lives on.
 */
export function createOidcStore(
  reuseWindowMs: () => number,
  currentRequest: () => KoaContextWithOIDC | undefined,
): OidcStore {
  const models = new Map<string, Map<string, Row>>()
  let uses = 0
  const rowsOf = (model: string) => {
    const rows = models.get(model) ?? new Map<string, Row>()
    models.set(model, rows)
    return rows
  }

  const familyOfNewToken = (id: string): string => {
    const entities = currentRequest()?.oidc.entities
    const rotated = entities?.RotatedRefreshToken?.jti
    if (rotated) return rowsOf('RefreshToken').get(rotated)?.family ?? id
    return entities?.AuthorizationCode?.jti ?? id
  }

  const isReusable = ({ used, family }: Row): boolean => {
    if (!used || Date.now() - used.at >= reuseWindowMs()) return false
    const rows = [...rowsOf('RefreshToken').values()]
    return !rows.some(row => row.family === family && row.used && row.used.order > used.order)
  }

  const adapter = (model: string): Adapter => {
    const rows = () => rowsOf(model)
    return {
      async upsert(id, payload) {
        const family = model === 'RefreshToken' ? (rows().get(id)?.family ?? familyOfNewToken(id)) : undefined
        rows().set(id, { ...rows().get(id), payload: structuredClone(payload), family })
      },
      async find(id) {
        const row = rows().get(id)
        if (!row) return undefined
        const payload = structuredClone(row.payload)
        if (model === 'RefreshToken' && isReusable(row)) delete payload.consumed
        return payload
      },
      async findByUid(uid) {
        return structuredClone([...rows().values()].find(row => row.payload.uid === uid)?.payload)
      },
      async findByUserCode() {
        return undefined
      },
      async consume(id) {
        const row = rows().get(id)
        if (!row) return
        row.payload.consumed = Math.floor(Date.now() / 1000)
        uses += 1
        row.used ??= { at: Date.now(), order: uses }
      },
      async destroy(id) {
        if (model === 'RefreshToken') dropFamily(rows().get(id)?.family)
        else rows().delete(id)
      },
      async revokeByGrantId() {
        // A refresh token has been destroyed before this is called. A code that comes twice has not: what it brought
        // is taken back (RFC 6749 section 4.1.2). oidc-provider's codes are their own ids.
        const code = currentRequest()?.oidc.params?.code
        if (model === 'RefreshToken' && typeof code === 'string') dropFamily(code)
      },
    }
  }

  function dropFamily(family: string | undefined): void {
    if (!family) return
    const rows = rowsOf('RefreshToken')
    for (const [id, row] of rows) if (row.family === family) rows.delete(id)
  }

  return {
    adapter,
    grantIdOf: (accountId, clientId) => {
      for (const [id, { payload }] of rowsOf('Grant')) {
        if (payload.accountId === accountId && payload.clientId === clientId) return id
      }
      return undefined
    },
    signOut: () => {
      for (const model of ['Session', 'Interaction']) models.delete(model)
    },
    withdraw: () => {
      for (const model of models.keys())
        if (model !== 'Session' && model !== 'Interaction') models.delete(model)
    },
  }
}
