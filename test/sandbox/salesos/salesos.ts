import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import type { LoopbackOrigins } from '../loopback'
import { type RedirectFault, redirectRule } from '../redirect'
import { clients } from '../setup'
import { sharedSigningKey } from '../signing-key'
import type { Watch } from '../watch'
import { accessTokenReader } from './access-token'
import { createSalesosApi } from './api'
import { CLIENT_ENDPOINTS, createAuthorizationServer, type SalesosCore } from './authorization-server'
import { importOidc } from './import-oidc'
import { apiScopes } from './scopes'
import { createOidcStore } from './store'

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
  /** The error for a wrong id or secret: the documentation says `invalid_client`, Auth0's users report the others. */
  badCredentials: 'access_denied' | 'invalid_client' | 'unauthorized_client'
  /** The scopes that the machine's app has been granted. All of the API's where nobody has limited it. */
  machineScopes: string[]
  /** Whether the answer to client credentials says the scopes. The documented one does not. UNCONFIRMED. */
  machineScopeInAnswer: boolean
  /** The life of a machine's token. The documented one is a day. */
  machineTokenSeconds: number
}

const salesosSwitches: SalesosSwitches = {
  fault: null,
  dead: false,
  redirectFault: 'none',
  iss: true,
  accessTokenSeconds: 600,
  reuseWindowMs: 0,
  refreshRefusalStatus: 403,
  badCredentials: 'access_denied',
  machineScopes: Object.keys(apiScopes),
  machineScopeInAnswer: false,
  machineTokenSeconds: 86_400,
}

const AUTH_HOST = 'auth.play2sell.com'
const API_HOST = 'api.play2sell.com'

/**
 * Makes SalesOS: its authorization server at `auth.play2sell.com` and its API at `api.play2sell.com`, which share a
 * clock and switches. `issuerSlash` says whether the issuer ends with a slash, as Auth0's do (UNCONFIRMED here). Reached
 * on `loopback`, it has an issuer there (always with the slash), and shares what it has issued.
 */
export async function createSalesos(
  clock: Clock,
  watch: Watch,
  loopback: LoopbackOrigins,
  options: { redirects?: string[]; switches?: Partial<SalesosSwitches>; issuerSlash?: boolean },
): Promise<SandboxServer<SalesosSwitches>> {
  const switches = createSwitches({ ...salesosSwitches, ...options.switches })
  for (const { secret } of [clients.salesosConfidential, clients.salesosMachine])
    watch.remember('client secret', 'salesos', secret, { host: AUTH_HOST, endpoints: CLIENT_ENDPOINTS })

  const [oidc, key] = await Promise.all([importOidc(), sharedSigningKey()])
  const issuers = new Set<string>()
  const read = accessTokenReader({ kty: key.kty, n: key.n, e: key.e }, issuers)
  const store = createOidcStore(
    () => switches.now.reuseWindowMs,
    () => oidc.Provider.ctx,
  )
  const isRegistered = redirectRule('salesos', options.redirects)
  const core: SalesosCore = { oidc, key, store, read, switches: switches.now, isRegistered, watch }
  const serverOf = (issuer: string) => {
    issuers.add(issuer)
    return createAuthorizationServer(issuer, core)
  }
  const https = `https://${AUTH_HOST}`
  const servers = new Map([[https, serverOf(`${https}${(options.issuerSlash ?? true) ? '/' : ''}`)]])
  const serverAt = (origin: string) => {
    // The port of a loopback address is not known before it is open.
    const server = servers.get(origin) ?? serverOf(`${origin}/`)
    servers.set(origin, server)
    return server
  }
  const api = createSalesosApi(read, clock.now(), loopback)

  return {
    name: 'salesos',
    hosts: [AUTH_HOST, API_HOST],
    clock,
    switches,
    isApi: url => url.hostname === API_HOST,
    signInPath: /^\/u\/login\//,
    answer: (inbound, response) => {
      if (inbound.url.hostname === API_HOST) return answerWith(api.app.fetch, inbound, response)
      const server = inbound.origin === loopback[AUTH_HOST] ? serverAt(inbound.origin) : serverAt(https)
      return server(inbound, response)
    },
    signOut: store.signOut,
    // Its access tokens are JWTs, which nothing but their end takes back.
    withdraw: store.withdraw,
    reset: api.reset,
  }
}
