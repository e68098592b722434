import type { JsonWebKey } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { clients } from '../setup'
import type { Watch } from '../watch'
import type { SellyticsSwitches } from './sellytics'
import { AUTH_HOST, DATA_SCOPE, REFRESH_SECONDS, type SellyticsTokens } from './tokens'

const REALM = '/realms/sellytics'
const OPENID = `${REALM}/protocol/openid-connect`

// By the address that the client uses, as Keycloak does where no host name is set.
const issuerOf = (context: Context) => new URL(REALM, context.req.url).href

const keys = [clients.sellyticsNorth, clients.sellyticsSouth]

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

// Keycloak's error bodies; the descriptions are those of its TokenEndpoint, TokenRevocationEndpoint and
// TokenIntrospectionEndpoint.
function fail(
  context: Context,
  status: ContentfulStatusCode,
  error: string,
  error_description: string,
): Response {
  return context.json({ error, error_description }, status, noStore)
}

// A body of another type has no parameters for Keycloak, so that JSON is told what it lacks.
async function formOf(context: Context): Promise<URLSearchParams> {
  const isForm = context.req.header('content-type')?.includes('application/x-www-form-urlencoded')
  return new URLSearchParams(isForm ? await context.req.text() : '')
}

function hasDuplicate(form: URLSearchParams): boolean {
  const names = [...form.keys()]
  return new Set(names).size < names.length
}

function clientOf(context: Context, form: URLSearchParams): string | undefined {
  const basic = /^basic\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  const [id, secret] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':')
    : [form.get('client_id'), form.get('client_secret')]
  return keys.find(key => key.id === id && key.secret === secret)?.id
}

/**
 * Makes sellytics' Keycloak realm: token endpoint (documented in "DATA API, Authentication"), revocation,
 * introspection, metadata and keys (Keycloak's own paths; that this host serves them is UNCONFIRMED). Of the grants it
 * has client credentials alone.
 */
export function createRealm(
  publicKey: JsonWebKey,
  switches: SellyticsSwitches,
  tokens: SellyticsTokens,
  watch: Watch,
): Hono {
  const app = new Hono()

  const refuseClient = (context: Context) =>
    fail(context, 401, switches.badCredentials, 'Invalid client or Invalid client credentials')
  const refuseDuplicate = (context: Context) => fail(context, 400, 'invalid_request', 'duplicated parameter')

  app.post(`${OPENID}/token`, async context => {
    const form = await formOf(context)
    const grantType = form.get('grant_type')
    if (!grantType) return fail(context, 400, 'invalid_request', 'Missing form parameter: grant_type')
    if (grantType !== 'client_credentials')
      return fail(context, 400, 'unsupported_grant_type', 'Unsupported grant_type')
    const clientId = clientOf(context, form)
    if (!clientId) return refuseClient(context)
    if (hasDuplicate(form)) return refuseDuplicate(context)
    const scopes = form.get('scope')?.split(' ').filter(Boolean) ?? []
    const scope = scopes.join(' ')
    if (scopes.some(one => one !== DATA_SCOPE))
      return fail(context, 400, 'invalid_scope', `Invalid scopes: ${scope}`)

    const { accessToken, refreshToken, session } = tokens.issue(clientId, scope, issuerOf(context))
    return context.json(
      {
        access_token: accessToken,
        expires_in: switches.accessTokenSeconds,
        refresh_expires_in: refreshToken ? REFRESH_SECONDS : 0,
        refresh_token: refreshToken,
        token_type: 'bearer',
        'not-before-policy': switches.notBeforePolicy,
        session_state: session,
        scope,
      },
      200,
      noStore,
    )
  })

  app.post(`${OPENID}/revoke`, async context => {
    const form = await formOf(context)
    const clientId = clientOf(context, form)
    if (!clientId) return refuseClient(context)
    if (hasDuplicate(form)) return refuseDuplicate(context)
    const token = form.get('token')
    if (!token) return fail(context, 400, 'invalid_request', 'Token not provided')
    const claims = tokens.read(token)
    // An error with status 200, as RFC 7009 section 2.2 makes it of an unknown token.
    if (!claims) return fail(context, 200, 'invalid_token', 'Invalid token')
    if (claims.azp !== clientId) return fail(context, 400, 'invalid_request', 'Unmatching clients')
    if (claims.typ === 'Bearer') {
      tokens.drop(claims.jti)
      return context.body(null, 200, noStore)
    }
    // Keycloak drops all sessions of the user at the client, and the user is the account that all holders share.
    tokens.dropAllOf(clientId)
    watch.report({
      at: Date.now(),
      rule: 'key-logged-out',
      server: 'sellytics',
      host: AUTH_HOST,
      method: 'POST',
      path: context.req.path,
      what: `every token of ${clientId}, by the revocation of a refresh token`,
    })
    return context.body(null, 200, noStore)
  })

  app.post(`${OPENID}/token/introspect`, async context => {
    const form = await formOf(context)
    if (!clientOf(context, form)) return fail(context, 401, 'invalid_request', 'Authentication failed.')
    if (hasDuplicate(form)) return refuseDuplicate(context)
    const token = form.get('token')
    if (!token) return fail(context, 400, 'invalid_request', 'Token not provided.')
    const claims = tokens.read(token)
    if (!claims) return context.json({ active: false }, 200, noStore)
    const body = { ...claims, client_id: claims.azp, username: claims.sub, active: true }
    return context.json(body, 200, noStore)
  })

  app.get(`${REALM}/.well-known/openid-configuration`, context => {
    const { origin } = new URL(context.req.url)
    return context.json({
      issuer: issuerOf(context),
      token_endpoint: `${origin}${OPENID}/token`,
      introspection_endpoint: `${origin}${OPENID}/token/introspect`,
      revocation_endpoint: `${origin}${OPENID}/revoke`,
      jwks_uri: `${origin}${OPENID}/certs`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      scopes_supported: [DATA_SCOPE],
    })
  })

  app.get(`${OPENID}/certs`, context => context.json({ keys: [publicKey] }))

  app.notFound(context => context.json({ error: 'HTTP 404 Not Found' }, 404))

  return app
}
