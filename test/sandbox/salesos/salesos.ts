import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import { type RedirectFault, redirectRule } from '../redirect'
import type { Watch } from '../watch'
import { createSalesosApi } from './api'
import { createAuthorizationServer } from './authorization-server'

/** What of SalesOS can be switched. */
export type SalesosSwitches = CommonSwitches & {
  redirectFault: RedirectFault
  /** Whether authorization answers carry `iss` (RFC 9207). Auth0 leaves it out unless a tenant asks for it. */
  iss: boolean
  /** The life of an access token: a tenant's setting. The documented one is 86,400. */
  accessTokenSeconds: number
  /** For how long the immediately previous refresh token may be used again. Auth0's default is not at all. */
  reuseWindowMs: number
  /** The status of `invalid_grant` for a refresh. Auth0 documents 403 where RFC 6749 section 5.2 says 400. */
  refreshRefusalStatus: 400 | 403
}

const salesosSwitches: SalesosSwitches = {
  fault: null,
  dead: false,
  redirectFault: 'none',
  iss: true,
  accessTokenSeconds: 600,
  reuseWindowMs: 0,
  refreshRefusalStatus: 403,
}

const AUTH_HOST = 'auth.play2sell.com'
const API_HOST = 'api.play2sell.com'

/**
 * Makes SalesOS: its authorization server at `auth.play2sell.com` and its API at `api.play2sell.com`, which share a
 * clock and switches. `issuerSlash` says whether the issuer ends with a slash, as Auth0's do (UNCONFIRMED here).
 */
export async function createSalesos(
  clock: Clock,
  watch: Watch,
  options: { redirects?: string[]; switches?: Partial<SalesosSwitches>; issuerSlash?: boolean },
): Promise<SandboxServer<SalesosSwitches>> {
  const switches = createSwitches({ ...salesosSwitches, ...options.switches })
  const issuer = `https://${AUTH_HOST}${(options.issuerSlash ?? true) ? '/' : ''}`
  const rule = redirectRule('salesos', options.redirects)
  const authorizationServer = await createAuthorizationServer(issuer, switches.now, rule, watch)
  const api = createSalesosApi(authorizationServer.read, clock.now())

  return {
    name: 'salesos',
    hosts: [AUTH_HOST, API_HOST],
    clock,
    switches,
    isApi: url => url.hostname === API_HOST,
    answer: (inbound, response) =>
      inbound.url.hostname === API_HOST
        ? answerWith(api.app.fetch, inbound, response)
        : authorizationServer.answer(inbound, response),
    signOut: authorizationServer.signOut,
    // Its access tokens are JWTs, which nothing but their end takes back.
    withdraw: authorizationServer.withdraw,
    reset: api.reset,
  }
}
