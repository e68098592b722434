import { Hono } from 'hono'
import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import { type RedirectFault, redirectRule } from '../redirect'
import { clients } from '../setup'
import type { Watch } from '../watch'
import { addSellApi } from './api'
import { addSellOauth } from './oauth'
import { createSellTokens } from './tokens'

/** What of Sell can be switched. The values that its documentation leaves open have both. */
export type SellSwitches = CommonSwitches & {
  redirectFault: RedirectFault
  /** Where `error=access_denied` stands when an implicit request is refused. UNCONFIRMED. */
  denialIn: 'fragment' | 'query'
  /** Whether revocation wants the client's Basic credentials. UNCONFIRMED. */
  revokeNeedsBasic: boolean
  /** Whether revoking one token of a pair ends the other. UNCONFIRMED. */
  revokeCascades: boolean
  /** Whether a refresh token is dead once it was used. UNCONFIRMED. */
  oldRefreshTokenDies: boolean
  /** The status of `invalid_grant` and other refusals of the token endpoint. UNCONFIRMED. */
  refusalStatus: 400 | 401
  /** Where token info names the client: in `client_id`, in Doorkeeper's `application.uid`, or nowhere (404). UNCONFIRMED. */
  tokenInfoShape: 'client_id' | 'application.uid' | 'none'
  /** Whether token info says the scopes. UNCONFIRMED, as its whole body is. */
  tokenInfoScopes: boolean
  /** How a deal's value is written: official fixtures have a number, an announced change a decimal string. */
  dealValue: 'number' | 'string'
  /** The life of an access token. One hour is documented. */
  accessTokenSeconds: number
  /** Whether `/v2/users/self` answers 403 whatever the scopes. */
  selfForbidden: boolean
  /** Whether an implicit answer carries a token that was issued to another app. */
  foreignToken: boolean
  /** Whether the redirect that ends a sign-in lacks the headers that RFC 6749 section 5.1 asks for. */
  redirectMayBeStored: boolean
}

const sellSwitches: SellSwitches = {
  fault: null,
  dead: false,
  redirectFault: 'none',
  denialIn: 'fragment',
  revokeNeedsBasic: true,
  revokeCascades: false,
  oldRefreshTokenDies: true,
  refusalStatus: 400,
  tokenInfoShape: 'application.uid',
  tokenInfoScopes: true,
  dealValue: 'number',
  accessTokenSeconds: 3600,
  selfForbidden: false,
  foreignToken: false,
  redirectMayBeStored: false,
}

/** Sell's words for its scopes, after its documentation. `sync` is known from vendor fixtures alone. */
export const sellScopes: Record<string, string> = {
  read: 'See all your data, except for account and user information',
  write: 'Change all your data, except for account and user information',
  profile: 'See account and user information',
  sync: 'Keep a copy of your data up to date (Sync)',
}

export type SellParts = {
  app: Hono
  switches: SellSwitches
  tokens: ReturnType<typeof createSellTokens>
  startedAt: number
}

/** Makes Zendesk Sell (OAuth and Core API v2) at `api.getbase.com`, after its public documentation. */
export function createSell(
  clock: Clock,
  watch: Watch,
  options: { redirects?: string[]; switches?: Partial<SellSwitches> },
): SandboxServer<SellSwitches> {
  const switches = createSwitches({ ...sellSwitches, ...options.switches })
  const tokens = createSellTokens(watch, clock.now())
  watch.remember('client secret', 'sell', clients.sell.secret)
  watch.remember('client secret', 'sell', clients.sellOther.secret)

  const app = new Hono()
  const parts: SellParts = { app, switches: switches.now, tokens, startedAt: clock.now() }
  const oauth = addSellOauth(parts, watch, redirectRule('sell', options.redirects))
  const api = addSellApi(parts)

  return {
    name: 'sell',
    hosts: ['api.getbase.com'],
    clock,
    switches,
    isApi: url => !url.pathname.startsWith('/oauth2/'),
    answer: (inbound, response) => answerWith(app.fetch, inbound, response),
    signOut: oauth.signOut,
    signInPath: /^\/oauth2\/sign_in$/,
    withdraw: () => {
      tokens.clear()
      oauth.forgetGrants()
    },
    reset: () => {
      tokens.addPersonal()
      api.reset()
    },
  }
}
