import { type Tokens, tokensFromKey } from '../oauth/tokens'
import { renewalMargin } from '../shared/limits'
import type { RelayKey, RelayProvider } from './config'
import { relayLimits } from './limits'
import { clientOfKey, orUpstream } from './upstream'

export type MachineTokens = {
  /** The access token of a key, fetched where there is none that lives on. Throws `upstream-…`. */
  get(relayed: RelayProvider, key: RelayKey): Promise<string>
  /**
   * Forgets one that the API has refused, and tells whether it did: not one a minute after another was. An address that always refuses
   * would else have a new token fetched for each call.
   */
  drop(relayed: RelayProvider, key: RelayKey, token: string): boolean
}

// A promise of one request must not be awaited by another there.
const isShared = globalThis.navigator?.userAgent !== 'Cloudflare-Workers'

/** Makes the memory of client-credentials tokens (RFC 6749 section 4.4). It is this instance's own, and never on disk. */
export function createMachineTokens(): MachineTokens {
  const held = new Map<string, Tokens>()
  const fetching = new Map<string, Promise<Tokens>>()
  const droppedAt = new Map<string, number>()
  const nameOf = ({ provider }: RelayProvider, { clientId }: RelayKey) => `${provider.id} ${clientId}`

  const fetched = async (relayed: RelayProvider, key: RelayKey) => {
    const tokens = await orUpstream(() => tokensFromKey(clientOfKey(relayed, key)))
    held.set(nameOf(relayed, key), tokens)
    return tokens
  }
  return {
    get: async (relayed, key) => {
      const name = nameOf(relayed, key)
      const known = held.get(name)
      if (known && Date.now() < known.expiresAt - renewalMargin(known.life)) return known.accessToken
      if (!isShared) return (await fetched(relayed, key)).accessToken
      const running = fetching.get(name) ?? fetched(relayed, key).finally(() => fetching.delete(name))
      fetching.set(name, running)
      return (await running).accessToken
    },
    drop: (relayed, key, token) => {
      const name = nameOf(relayed, key)
      // Somebody else has seen to it already.
      if (held.get(name)?.accessToken !== token) return true
      if (Date.now() - (droppedAt.get(name) ?? 0) < relayLimits.tokenAgain) return false
      droppedAt.set(name, Date.now())
      held.delete(name)
      return true
    },
  }
}
