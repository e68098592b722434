import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import { clients } from '../setup'
import { sharedSigningKey } from '../signing-key'
import type { Watch } from '../watch'
import { createDataApi } from './data-api'
import { createRealm } from './realm'
import { AUTH_HOST, createSellyticsTokens } from './tokens'

/** What of sellytics can be switched. The values that its documentation leaves open have both. */
export type SellyticsSwitches = CommonSwitches & {
  /**
   * Whether a token comes with a refresh token and a session, as the documented answer does. Keycloak 12 and later
   * leave both out unless told otherwise (its upgrading guide). UNCONFIRMED.
   */
  refreshToken: boolean
  /** The error for a wrong id or secret: it changed between Keycloak's releases. UNCONFIRMED. */
  badCredentials: 'unauthorized_client' | 'invalid_client'
  /** Tokens issued before this time are void: seconds since the epoch, 0 for none. */
  notBeforePolicy: number
  /** The life of an access token. The documented answer says one day. */
  accessTokenSeconds: number
  /** How many calls of a key the invented DATA API answers in a minute of its own clock, before it says 429. */
  requestsPerMinute: number
}

const sellyticsSwitches: SellyticsSwitches = {
  fault: null,
  dead: false,
  refreshToken: true,
  badCredentials: 'unauthorized_client',
  notBeforePolicy: 0,
  accessTokenSeconds: 86_400,
  requestsPerMinute: 60,
}

/** INVENTED: no address of the DATA API is documented. */
const API_HOST = 'api.sellytics.com'

/**
 * Makes sellytics: its Keycloak realm at `auth.sellytics.com`, after its documentation and Keycloak's source, and an
 * invented DATA API at `api.sellytics.com`. It knows two keys, of two spaces, and no persons.
 */
export async function createSellytics(
  clock: Clock,
  watch: Watch,
  options: { switches?: Partial<SellyticsSwitches> },
): Promise<SandboxServer<SellyticsSwitches>> {
  const switches = createSwitches({ ...sellyticsSwitches, ...options.switches })
  for (const { secret } of [clients.sellyticsNorth, clients.sellyticsSouth])
    watch.remember('client secret', 'sellytics', secret)

  const key = await sharedSigningKey()
  const { kty, n, e, kid, alg, use } = key
  const tokens = createSellyticsTokens(key, switches.now, watch)
  const realm = createRealm({ kty, n, e, kid, alg, use }, switches.now, tokens, watch)
  const api = createDataApi(switches.now, tokens)

  return {
    name: 'sellytics',
    hosts: [AUTH_HOST, API_HOST],
    clock,
    switches,
    isApi: url => url.hostname === API_HOST,
    answer: (inbound, response) =>
      answerWith(inbound.url.hostname === API_HOST ? api.app.fetch : realm.fetch, inbound, response),
    signOut: () => {},
    withdraw: tokens.reset,
    reset: api.reset,
  }
}
