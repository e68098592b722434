import { Hono } from 'hono'
import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import { type RedirectFault, redirectRule } from '../redirect'
import { clients } from '../setup'
import type { Watch } from '../watch'
import { accountOf } from './account'
import { createAcmeApi, guardAcme } from './api'
import { addAcmeEndpoints } from './endpoints'
import { addAcmePages } from './pages'
import { CLIENT_ENDPOINTS } from './registered'
import { AUTH_HOST, createAcmeTokens } from './tokens'

/** What of Acme can be switched. */
export type AcmeSwitches = CommonSwitches & {
  redirectFault: RedirectFault
  /** Whether authorization answers carry `iss` (RFC 9207), and metadata says so. */
  iss: boolean
  /** Whether there is metadata to discover (RFC 8414). */
  metadata: boolean
  /** The life of an access token. */
  accessTokenSeconds: number
  /** Whether a token comes with a refresh token. */
  refreshToken: boolean
  /** Whether introspection takes a public client's word for who it is. */
  publicIntrospection: boolean
}

const acmeSwitches: AcmeSwitches = {
  fault: null,
  dead: false,
  redirectFault: 'none',
  iss: false,
  metadata: true,
  accessTokenSeconds: 900,
  refreshToken: true,
  publicIntrospection: false,
}

const API_HOST = 'api.acme.example'

/**
 * Makes Acme, which is INVENTED as a whole: a company's own provider as its administrator would describe it in a setup,
 * for what has no file in the catalogue. Its authorization server at `id.acme.example` has the code flow with PKCE
 * and rotates refresh tokens, all by the RFCs and without OpenID; its API is at `api.acme.example`.
 */
export function createAcme(
  clock: Clock,
  watch: Watch,
  options: { redirects?: string[]; paths?: string[]; switches?: Partial<AcmeSwitches> },
): SandboxServer<AcmeSwitches> {
  const switches = createSwitches({ ...acmeSwitches, ...options.switches })
  const place = { host: AUTH_HOST, endpoints: CLIENT_ENDPOINTS }
  watch.remember('client secret', 'acme', clients.acmeConfidential.secret, place)
  const tokens = createAcmeTokens(watch)
  const api = createAcmeApi(tokens)

  const app = new Hono()
  const isRegistered = redirectRule('acme', options.redirects, options.paths)
  const pages = addAcmePages(app, switches.now, tokens, isRegistered)
  addAcmeEndpoints(app, switches.now, tokens, watch)
  app.get(
    '/userinfo',
    guardAcme(tokens)('profile', (context, { user }) => context.json(accountOf(user))),
  )
  app.notFound(context => context.json({ error: 'not_found' }, 404))

  return {
    name: 'acme',
    hosts: [AUTH_HOST, API_HOST],
    clock,
    switches,
    isApi: url => url.hostname === API_HOST || url.pathname === '/userinfo',
    signInPath: /^\/sign-in$/,
    answer: (inbound, response) =>
      answerWith(inbound.url.hostname === API_HOST ? api.app.fetch : app.fetch, inbound, response),
    signOut: pages.signOut,
    withdraw: () => {
      tokens.reset()
      pages.forgetGrants()
    },
    reset: api.reset,
  }
}
