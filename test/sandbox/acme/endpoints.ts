import { createHash } from 'node:crypto'
import type { Context, Hono } from 'hono'
import type { Watch } from '../watch'
import { subOf } from './account'
import type { AcmeSwitches } from './acme'
import { type AcmeClient, acmeClients, acmeScopes, CLIENT_ENDPOINTS } from './registered'
import { type AcmeGrant, type AcmeTokens, AUTH_HOST } from './tokens'

type Form = Record<string, string>
/** What a token is for. `scopes` are the access token's, which may be fewer than the grant's. */
type Granted = { grant: AcmeGrant; scopes: string[] }
type Refusal = { error: string; error_description: string }

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

const invalidGrant: Refusal = {
  error: 'invalid_grant',
  error_description: 'The code or token is wrong, used, expired, revoked or of another client.',
}

/** The client by Basic or by the body, never by both (RFC 6749 section 2.3.1); a public one by its id alone. */
function clientOf(context: Context, form: Form): AcmeClient | undefined {
  const basic = /^basic\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  if (basic && form.client_secret) return undefined
  const [id, secret] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':')
    : [form.client_id, form.client_secret]
  return acmeClients.find(client => client.id === id && client.secret === secret)
}

function refuseClient(context: Context): Response {
  const body = { error: 'invalid_client', error_description: 'The client could not be authenticated.' }
  return context.json(body, 401, { ...noStore, 'www-authenticate': 'Basic realm="Acme"' })
}

/** Adds the endpoints for programs: tokens, revocation (RFC 7009), introspection (RFC 7662), metadata (RFC 8414). */
export function addAcmeEndpoints(app: Hono, switches: AcmeSwitches, tokens: AcmeTokens, watch: Watch): void {
  const [tokenPath = '', revokePath = '', introspectPath = ''] = CLIENT_ENDPOINTS

  const refuse = (context: Context, refusal: Refusal) => context.json(refusal, 400, noStore)

  const grantTypes: Record<string, (form: Form, client: AcmeClient) => Granted | Refusal> = {
    authorization_code: ({ code = '', redirect_uri, code_verifier = '' }, client) => {
      watch.remember('code verifier', 'acme', code_verifier, { host: AUTH_HOST })
      const grant = tokens.takeCode(code)
      const challenge = createHash('sha256').update(code_verifier).digest('base64url')
      const isGood =
        grant?.clientId === client.id && grant.redirectUri === redirect_uri && grant.challenge === challenge
      return isGood ? { grant, scopes: grant.scopes } : invalidGrant
    },
    refresh_token: ({ refresh_token = '', scope }, client) => {
      const whole = tokens.findRefresh(refresh_token)?.scopes
      const scopes = scope?.split(' ') ?? whole ?? []
      if (whole && scopes.some(one => !whole.includes(one)))
        return { error: 'invalid_scope', error_description: 'A refresh cannot widen the scope.' }
      const grant = tokens.takeRefresh(refresh_token, client.id)
      return grant ? { grant, scopes } : invalidGrant
    },
  }

  app.post(tokenPath, async context => {
    const form = await context.req.parseBody<Form>()
    const client = clientOf(context, form)
    if (!client) return refuseClient(context)
    const grantType = grantTypes[form.grant_type ?? '']
    if (!grantType) {
      const error_description = 'grant_type must be authorization_code or refresh_token'
      return refuse(context, { error: 'unsupported_grant_type', error_description })
    }
    const granted = grantType(form, client)
    if ('error' in granted) return refuse(context, granted)
    const { grant, scopes } = granted
    const { accessToken, refreshToken } = tokens.issue(grant, scopes, switches)
    return context.json(
      {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: switches.accessTokenSeconds,
        refresh_token: refreshToken,
        scope: scopes.join(' '),
      },
      200,
      noStore,
    )
  })

  app.post(revokePath, async context => {
    const form = await context.req.parseBody<Form>()
    const client = clientOf(context, form)
    if (!client) return refuseClient(context)
    const { token = '' } = form
    if (!token) return refuse(context, { error: 'invalid_request', error_description: 'token is required' })
    const access = tokens.findAccess(token)
    const refresh = tokens.findRefresh(token)
    if (access?.clientId === client.id) tokens.dropAccess(token)
    // RFC 7009 section 2.1: the access tokens of the same grant go with it.
    if (refresh?.clientId === client.id) tokens.dropFamily(refresh.family)
    return context.body(null, 200, noStore)
  })

  app.post(introspectPath, async context => {
    const form = await context.req.parseBody<Form>()
    const client = clientOf(context, form)
    // RFC 7662 section 2.1: whoever asks must be authorized, which a public client cannot be for certain.
    if (!client || (!client.secret && !switches.publicIntrospection)) return refuseClient(context)
    const { token = '' } = form
    const access = tokens.findAccess(token)
    const found = access ?? tokens.findRefresh(token)
    if (found?.clientId !== client.id) return context.json({ active: false }, 200, noStore)
    const { clientId, user, scopes } = found
    return context.json(
      {
        active: true,
        client_id: clientId,
        scope: scopes.join(' '),
        sub: subOf(user),
        ...(access && {
          token_type: 'Bearer',
          iat: Math.floor(access.issuedAt / 1000),
          exp: Math.floor(access.expiresAt / 1000),
        }),
      },
      200,
      noStore,
    )
  })

  app.get('/.well-known/oauth-authorization-server', context => {
    if (!switches.metadata) return context.notFound()
    const { origin } = new URL(context.req.url)
    return context.json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: origin + tokenPath,
      revocation_endpoint: origin + revokePath,
      introspection_endpoint: origin + introspectPath,
      userinfo_endpoint: `${origin}/userinfo`,
      scopes_supported: Object.keys(acmeScopes),
      response_types_supported: ['code'],
      grant_types_supported: Object.keys(grantTypes),
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: switches.iss || undefined,
    })
  })
}
