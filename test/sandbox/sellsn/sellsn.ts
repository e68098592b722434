import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import { type RedirectFault, type RedirectMatching, redirectRule } from '../redirect'
import { clients } from '../setup'
import type { Watch } from '../watch'
import { createSellsnApi } from './api'
import { createDash } from './dash'
import { API_HOST, createSellsnKeys } from './keys'

/** What of SellSN can be switched. The values that its documentation leaves open have both. */
export type SellsnSwitches = CommonSwitches & {
  redirectFault: RedirectFault
  /** What follows a refusal: a redirect with `error=access_denied`, or a page that says so and stays. UNCONFIRMED. */
  denial: 'error-query' | 'no-redirect'
  /** How `redirectUrl` is compared with the registered address. UNCONFIRMED. */
  redirectMatching: RedirectMatching
  /** The status for a wrong secret and for a wrong code: both are documented for both. */
  exchangeRefusal: 401 | 403
  /**
   * What an `Authorization: Bearer` header on the exchange is. The documented sample has one, its text asks for the
   * client secret alone. UNCONFIRMED.
   */
  exchangeNeedsBearer: 'required' | 'ignored' | 'refused'
  /** Whether answers that would be good say `success: false` instead, with status 200. */
  successFalse: boolean
  /** Whether a key ends: never, or after so many seconds (`exp`). UNCONFIRMED. */
  jwtExpiry: 'none' | number
  /** The app's permissions. A key has those of the time when its code was given, and never others. */
  permissions: string[]
}

const sellsnSwitches: SellsnSwitches = {
  fault: null,
  dead: false,
  redirectFault: 'none',
  denial: 'error-query',
  redirectMatching: 'exact',
  exchangeRefusal: 401,
  exchangeNeedsBearer: 'ignored',
  successFalse: false,
  jwtExpiry: 'none',
  permissions: ['user.view', 'stores.view', 'stores.orders.view'],
}

const EXCHANGE = /^\/oauth2\/[^/]+\/exchange\/[^/]+$/

/**
 * Makes SellSN: its dashboard at `dash.sellsn.io` and its API at `api.sellsn.io`, after its public documentation,
 * "OAuth2" and "API reference". There is no way to end a key but `withdraw`, since none is documented.
 */
export function createSellsn(
  clock: Clock,
  watch: Watch,
  options: { redirects?: string[]; switches?: Partial<SellsnSwitches> },
): SandboxServer<SellsnSwitches> {
  const switches = createSwitches({ ...sellsnSwitches, ...options.switches })
  watch.remember('client secret', 'sellsn', clients.sellsn.secret, { host: API_HOST })
  const keys = createSellsnKeys(watch)
  const dash = createDash(switches.now, keys, redirectRule('sellsn', options.redirects))
  const api = createSellsnApi(switches.now, keys, clock.now())

  return {
    name: 'sellsn',
    hosts: ['dash.sellsn.io', API_HOST],
    clock,
    switches,
    isApi: url => url.hostname !== API_HOST || !EXCHANGE.test(url.pathname),
    signInPath: /^\/oauth2\/[^/]+\/sign-in$/,
    answer: (inbound, response) =>
      answerWith(inbound.url.hostname === API_HOST ? api.fetch : dash.app.fetch, inbound, response),
    signOut: dash.signOut,
    withdraw: () => {
      keys.reset()
      dash.forgetGrants()
    },
    reset: () => {},
  }
}
