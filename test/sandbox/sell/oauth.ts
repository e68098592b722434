import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { type Brand, consentPage, errorPage, pageHeaders, signInPage } from '../page'
import { type SandboxUser, userBySignIn } from '../people'
import { damageRedirect, type ParameterPlace, type RedirectRule, redirectTo } from '../redirect'
import { createSessions } from '../sessions'
import { clients } from '../setup'
import type { Watch } from '../watch'
import { incorrectPath } from './envelope'
import { type SellParts, sellScopes } from './sell'
import type { SellGrant, SellPair } from './tokens'

const brand: Brand = {
  name: 'Sell',
  accent: '#0b6e4f',
  accentDark: '#5fd3a8',
  mark: '<path d="M5 19V10M12 19V5M19 19v-6"/>',
}

const apps = [clients.sell, clients.sellOther]

type Refusal = { error: string; description?: string }
type AuthorizeRequest = {
  clientId: string
  redirectUri: string
  responseType: 'code' | 'token'
  scopes: string[]
  state: string | undefined
}

// RFC 6749 section 5.1 asks for these wherever a token is; without them Firefox keeps an implicit answer on disk.
const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

function bearerOf(context: Context): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
}

function clientOfBasic(context: Context): string | undefined {
  const basic = /^basic\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  const [id, secret] = Buffer.from(basic ?? '', 'base64')
    .toString('utf8')
    .split(':')
  return apps.find(app => app.id === id && app.secret === secret)?.id
}

// What Sell grants when no scope is asked for is UNCONFIRMED; Zendesk's Zapier app asks for none and gets all.
function scopesOf(asked: string | undefined): string[] {
  return [...new Set((asked || Object.keys(sellScopes).join(' ')).split(' '))]
}

function refusalOf(scopes: string[]): Refusal | undefined {
  const unknown = scopes.find(scope => !(scope in sellScopes))
  return unknown ? { error: 'invalid_scope', description: `Unknown scope: ${unknown}` } : undefined
}

function tokenBody({ accessToken, refreshToken, expiresIn, scopes }: SellPair) {
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: expiresIn,
    refresh_token: refreshToken,
    scope: scopes.join(' '),
  }
}

/** Adds Sell's four OAuth endpoints (documented in "OAuth Endpoints") and its sign-in page to the app. */
export function addSellOauth(
  { app, switches, tokens }: SellParts,
  watch: Watch,
  isRegistered: RedirectRule,
): { signOut(): void; forgetGrants(): void } {
  const sessions = createSessions('_sell_session')
  const granted = new Map<string, Set<string>>()
  const tickets = new Map<string, AuthorizeRequest>()

  const html = (context: Context, text: string, status: 200 | 400 = 200) =>
    context.body(text, status, pageHeaders)

  const end = (
    context: Context,
    { redirectUri, state }: AuthorizeRequest,
    place: ParameterPlace,
    result: Record<string, string | undefined>,
  ) => {
    const location = damageRedirect(
      redirectTo(redirectUri, place, { ...result, state }),
      switches.redirectFault,
    )
    const headers = switches.redirectMayBeStored ? {} : noStore
    return context.body(null, 302, { ...headers, location: location.href })
  }

  const refuse = (context: Context, request: AuthorizeRequest, { error, description }: Refusal) =>
    end(context, request, request.responseType === 'code' ? 'query' : switches.denialIn, {
      error,
      error_description: description,
    })

  const finish = (context: Context, request: AuthorizeRequest, user: SandboxUser) => {
    const grant: SellGrant = { clientId: request.clientId, user, scopes: request.scopes }
    if (request.responseType === 'code') {
      const code = tokens.issueCode(grant, request.redirectUri)
      const record = tokens.codes.get(code)
      if (record && switches.redirectFault === 'used-code') record.isUsed = true
      return end(context, request, 'query', { code })
    }
    const clientId = switches.foreignToken ? clients.sellOther.id : grant.clientId
    const { expires_in, ...body } = tokenBody(
      tokens.issue({ ...grant, clientId }, switches.accessTokenSeconds),
    )
    return end(context, request, 'fragment', { ...body, expires_in: String(expires_in) })
  }

  app.get('/oauth2/authorize', context => {
    const query = context.req.query()
    const client = apps.find(one => one.id === query.client_id)
    const redirectUri = query.redirect_uri ?? ''
    // RFC 6749 section 4.1.2.1: no redirect to an address that is not known to be the client's.
    if (!client)
      return html(context, errorPage(brand, 'Unknown app', 'No app with this client id is registered.'), 400)
    if (!isRegistered(redirectUri)) {
      const text = `${client.name} has not registered the redirect address ${redirectUri || '(none)'}.`
      return html(context, errorPage(brand, 'Wrong redirect address', text), 400)
    }
    const scopes = scopesOf(query.scope)
    const responseType = query.response_type === 'token' ? 'token' : 'code'
    const request: AuthorizeRequest = {
      clientId: client.id,
      redirectUri,
      responseType,
      scopes,
      state: query.state,
    }
    if (query.response_type !== responseType) {
      return refuse(context, request, { error: 'unsupported_response_type' })
    }
    const refusal = refusalOf(scopes)
    if (refusal) return refuse(context, request, refusal)

    const user = sessions.userOf(context)
    const search = new URL(context.req.url).search
    if (!user) return html(context, signInPage(brand, { action: `/oauth2/sign_in${search}` }))
    const already = granted.get(`${user.id} ${client.id}`)
    if (already && scopes.every(scope => already.has(scope))) return finish(context, request, user)
    const ticket = randomBytes(16).toString('hex')
    tickets.set(ticket, request)
    return html(
      context,
      consentPage(brand, {
        action: '/oauth2/authorize',
        hidden: { ticket },
        app: client.name,
        user,
        permissions: scopes.map(scope => sellScopes[scope] ?? scope),
      }),
    )
  })

  app.post('/oauth2/sign_in', async context => {
    const { email = '', password = '' } = await context.req.parseBody<Record<string, string>>()
    const search = new URL(context.req.url).search
    const user = userBySignIn(email, password)
    if (!user) {
      return html(context, signInPage(brand, { action: `/oauth2/sign_in${search}`, email, isWrong: true }))
    }
    sessions.signIn(context, user)
    return context.redirect(`/oauth2/authorize${search}`, 303)
  })

  app.post('/oauth2/authorize', async context => {
    const { ticket = '', decision } = await context.req.parseBody<Record<string, string>>()
    const request = tickets.get(ticket)
    const user = sessions.userOf(context)
    if (!request || !user) {
      return html(
        context,
        errorPage(brand, 'This page is too old', 'Start again from the app that sent you here.'),
      )
    }
    tickets.delete(ticket)
    if (decision !== 'allow') {
      const description = 'The resource owner or authorization server denied the request.'
      return refuse(context, request, { error: 'access_denied', description })
    }
    const key = `${user.id} ${request.clientId}`
    granted.set(key, new Set([...(granted.get(key) ?? []), ...request.scopes]))
    return finish(context, request, user)
  })

  const refuseToken = (context: Context, { error, description }: Refusal) =>
    context.json({ error, error_description: description }, switches.refusalStatus, noStore)

  const invalidGrant: Refusal = {
    error: 'invalid_grant',
    description:
      'The provided authorization grant is invalid, expired, revoked, or was issued to another client.',
  }

  // One entry per grant type of the documentation; an unknown one is refused.
  const grantTypes: Record<string, (form: Record<string, string>, clientId: string) => SellPair | Refusal> = {
    authorization_code: ({ code = '', redirect_uri }, clientId) => {
      const record = tokens.codes.get(code)
      const isGood = record && !record.isUsed && record.expiresAt > Date.now() && record.clientId === clientId
      if (!isGood) {
        // RFC 6749 section 4.1.2: what a replayed code has brought is taken back.
        if (record?.issued) {
          tokens.dropAccess(record.issued.accessToken)
          tokens.dropRefresh(record.issued.refreshToken)
        }
        return invalidGrant
      }
      // Zendesk's own Zapier app leaves `redirect_uri` out; where it is sent it must be the same.
      if (redirect_uri !== undefined && redirect_uri !== record.redirectUri) return invalidGrant
      record.isUsed = true
      record.issued = tokens.issue(record, switches.accessTokenSeconds)
      return record.issued
    },
    password: ({ username, password, scope }, clientId) => {
      if (!username || !password)
        return { error: 'invalid_request', description: 'username and password are required' }
      const scopes = scopesOf(scope)
      const user = userBySignIn(username, password)
      if (!user) return invalidGrant
      return refusalOf(scopes) ?? tokens.issue({ clientId, user, scopes }, switches.accessTokenSeconds)
    },
    refresh_token: ({ refresh_token = '' }, clientId) => {
      const record = tokens.findRefresh(refresh_token)
      if (!record || record.clientId !== clientId) return invalidGrant
      if (switches.oldRefreshTokenDies) tokens.dropRefresh(refresh_token)
      return tokens.issue(record, switches.accessTokenSeconds)
    },
  }

  app.post('/oauth2/token', async context => {
    const form = await context.req.parseBody<Record<string, string>>()
    if (form.code_verifier) watch.remember('code verifier', 'sell', form.code_verifier)
    if (form.password) {
      const place = { host: 'api.getbase.com', endpoints: ['/oauth2/token'] }
      watch.remember('password', 'sell', form.password, place)
    }
    const clientId = clientOfBasic(context)
    if (!clientId) return context.json({ error: 'invalid_client' }, 401, noStore)
    const grantType = grantTypes[form.grant_type ?? '']
    if (!grantType) return refuseToken(context, { error: 'unsupported_grant_type' })
    const outcome = grantType(form, clientId)
    return 'error' in outcome ? refuseToken(context, outcome) : context.json(tokenBody(outcome), 200, noStore)
  })

  // Revocation is documented; parameter, authentication and answer are UNCONFIRMED and follow RFC 7009.
  app.post('/oauth2/revoke', async context => {
    const { token = '' } = await context.req.parseBody<Record<string, string>>()
    const clientId = clientOfBasic(context)
    if (!clientId && switches.revokeNeedsBasic) return context.json({ error: 'invalid_client' }, 401, noStore)
    const record = tokens.findAccess(token) ?? tokens.findRefresh(token)
    if (clientId && record && record.clientId !== clientId)
      return refuseToken(context, { error: 'invalid_request' })
    const partner = tokens.findAccess(token)?.refreshToken
    tokens.dropAccess(token)
    tokens.dropRefresh(token)
    if (switches.revokeCascades) {
      tokens.dropAccessOf(token)
      if (partner) {
        tokens.dropRefresh(partner)
        tokens.dropAccessOf(partner)
      }
    }
    return context.json({}, 200, noStore)
  })

  // The body is INFERRED from Doorkeeper 4, which Sell's paths and token lengths resemble.
  app.get('/oauth2/token/info', context => {
    if (switches.tokenInfoShape === 'none') return incorrectPath(context)
    const record = tokens.findAccess(bearerOf(context) ?? '')
    if (!record) {
      const description = 'The access token is missing, expired or revoked'
      return context.json({ error: 'invalid_token', error_description: description }, 401, noStore)
    }
    const client =
      switches.tokenInfoShape === 'client_id'
        ? { client_id: record.clientId }
        : { application: { uid: record.clientId } }
    return context.json(
      {
        resource_owner_id: record.user.id,
        ...(switches.tokenInfoScopes && { scopes: record.scopes }),
        expires_in_seconds: Number.isFinite(record.expiresAt)
          ? Math.floor((record.expiresAt - Date.now()) / 1000)
          : null,
        ...client,
        created_at: Math.floor(record.createdAt / 1000),
      },
      200,
      noStore,
    )
  })

  return {
    signOut: () => {
      sessions.clear()
      tickets.clear()
    },
    forgetGrants: () => granted.clear(),
  }
}
