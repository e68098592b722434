import { createPrivateKey, type JsonWebKey, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type * as Oidc from 'oidc-provider'
import { beforeHead, formOf, type Inbound, replay } from '../exchange'
import type { JwtKey } from '../jwt'
import { type Brand, consentPage, errorPage, pageHeaders, signInPage } from '../page'
import { type SandboxUser, userById, userBySignIn } from '../people'
import { damageRedirect, type RedirectRule } from '../redirect'
import { SALESOS_AUDIENCE } from '../setup'
import type { Watch } from '../watch'
import type { ReadAccessToken } from './access-token'
import { clientById, isAuthentic, type SalesosClient, salesosClients, withBasic } from './clients'
import { answerMachine } from './machine'
import type { SalesosSwitches } from './salesos'
import { allScopes, identityScopes } from './scopes'
import type { OidcStore } from './store'

const brand: Brand = {
  name: 'SalesOS',
  accent: '#5b3fd6',
  accentDark: '#b3a3ff',
  mark: '<path d="M4 17 9.5 10l4 4L20 6M15 6h5v5"/>',
}

const subOf = (user: SandboxUser) => `auth0|${user.id.toString(16).padStart(24, '0')}`
const userOf = (sub: string) => userById(Number.parseInt(sub.split('|')[1] ?? '', 16))

type KoaContext = Parameters<Parameters<Oidc.Provider['use']>[0]>[0]

/** What the authorization servers of SalesOS' addresses have in common. */
export type SalesosCore = {
  oidc: typeof Oidc
  /** The private key that tokens are signed with. */
  key: JsonWebKey
  store: OidcStore
  read: ReadAccessToken
  switches: SalesosSwitches
  isRegistered: RedirectRule
  watch: Watch
}

type AnswerAuthorization = (inbound: Inbound, response: ServerResponse) => Promise<void>

/** The endpoints where an app shows who it is. */
export const CLIENT_ENDPOINTS = ['/oauth/token', '/oauth/revoke']

function sendJson(response: ServerResponse, status: number, body?: object): void {
  response.statusCode = status
  response.setHeader('cache-control', 'no-store')
  if (body) response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(body && JSON.stringify(body))
}

// Those of the grants that an app may have; Auth0 knows more, which no app here has.
const GRANT_TYPES = salesosClients.flatMap(client => client.grantTypes)

function metadataOf({ id, secret, name, grantTypes }: SalesosClient): Oidc.ClientMetadata {
  return {
    client_id: id,
    client_secret: secret,
    client_name: name,
    token_endpoint_auth_method: secret ? 'client_secret_post' : 'none',
    grant_types: grantTypes,
    response_types: ['code'],
    // The rule for redirect addresses replaces this list.
    redirect_uris: ['https://registered-by-rule.example/'],
  }
}

/**
 * Makes SalesOS' authorization server of one issuer: oidc-provider, fitted to answer as Auth0's documentation says
 * (paths, `audience`, JSON bodies, statuses, refresh token families, `/userinfo` with an API token), and the client
 * credentials flow, which it would answer too differently.
 */
export function createAuthorizationServer(issuer: string, core: SalesosCore): AnswerAuthorization {
  const { oidc, key, store, read, switches, isRegistered, watch } = core
  const { errors, interactionPolicy, Provider } = oidc
  const machineKey: JwtKey = {
    alg: 'RS256',
    key: createPrivateKey({ key, format: 'jwk' }),
    kid: key.kid?.toString(),
  }
  const day = 86_400

  const provider = new Provider(issuer, {
    adapter: store.adapter,
    jwks: { keys: [{ ...key, kty: 'RSA' }] },
    clients: salesosClients
      .filter(client => client.grantTypes.includes('authorization_code'))
      .map(metadataOf),
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      revocation: '/oauth/revoke',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
    },
    responseTypes: ['code'],
    scopes: Object.keys(identityScopes),
    claims: {
      openid: ['sub'],
      profile: ['name', 'nickname', 'picture', 'updated_at'],
      email: ['email', 'email_verified'],
    },
    // Auth0 puts profile and e-mail into the ID token, too.
    conformIdTokenClaims: false,
    clientBasedCORS: () => false,
    cookies: { keys: [randomBytes(24).toString('hex')] },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: {
        enabled: true,
        // Auth0 revokes refresh tokens only, and only the caller's own.
        allowedPolicy: (_context, client, token) =>
          token.kind === 'RefreshToken' && token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: ({ oidc }) => {
          const audience = oidc.params?.audience
          return typeof audience === 'string' ? audience : []
        },
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== SALESOS_AUDIENCE) {
            throw new errors.CustomOIDCProviderError('access_denied', `Service not found: ${resource}`)
          }
          return {
            scope: Object.keys(allScopes).join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: switches.accessTokenSeconds,
          }
        },
      },
    },
    formats: {
      customizers: {
        // Auth0's tokens name the API and, after `openid`, the userinfo endpoint.
        jwt: (_context, token, jwt) => {
          const scopes = String(jwt.payload.scope ?? '').split(' ')
          if (scopes.includes('openid'))
            jwt.payload.aud = [SALESOS_AUDIENCE, new URL('userinfo', issuer).href]
          jwt.payload.azp = token.clientId
        },
      },
    },
    extraParams: {
      // Runs after oidc-provider has dropped `offline_access` for want of `prompt=consent`, which Auth0 does not ask for.
      audience: ({ oidc, query }) => {
        const asked = String(query.scope ?? '').split(' ')
        if (oidc.params && asked.includes('offline_access')) {
          oidc.params.scope = [...oidc.requestParamScopes, 'offline_access'].join(' ')
        }
      },
    },
    findAccount: (_context, sub) => {
      const user = userOf(sub)
      return user && { accountId: sub, claims: () => claimsOf(user) }
    },
    loadExistingGrant: ({ oidc }) => {
      const accountId = oidc.session?.accountId
      const clientId = oidc.client?.clientId
      const grantId = accountId && clientId && store.grantIdOf(accountId, clientId)
      return grantId ? oidc.provider.Grant.find(grantId) : undefined
    },
    issueRefreshToken: (_context, _client, source) => source.scopes.has('offline_access'),
    rotateRefreshToken: true,
    revokeGrantPolicy: () => false,
    expiresWithSession: () => false,
    interactions: {
      policy: interactionPolicy.base(),
      url: (_context, interaction) =>
        `/u/${interaction.prompt.name === 'login' ? 'login' : 'consent'}/${interaction.uid}`,
    },
    renderError: (context, out) => {
      for (const [name, value] of Object.entries(pageHeaders)) context.set(name, value)
      context.body = errorPage(
        brand,
        'Oops!, something went wrong',
        `${out.error}: ${out.error_description ?? ''}`,
      )
    },
    ttl: {
      AccessToken: () => switches.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 365 * day,
      IdToken: 10 * 3600,
      Interaction: 3600,
      RefreshToken: 30 * day,
      Session: 3 * day,
    },
  })

  provider.Client.prototype.redirectUriAllowed = redirectUri => isRegistered(redirectUri)

  function claimsOf(user: SandboxUser) {
    return {
      sub: subOf(user),
      name: user.name,
      nickname: user.email.split('@')[0],
      picture: 'https://s.gravatar.com/avatar/0?s=480',
      updated_at: '2026-01-15T09:30:00.000Z',
      email: user.email,
      email_verified: true,
    }
  }

  async function interact(context: KoaContext, form: URLSearchParams | undefined): Promise<void> {
    const show = (text: string) => {
      for (const [name, value] of Object.entries(pageHeaders)) context.set(name, value)
      context.body = text
    }
    const action = context.path
    const found = await provider.interactionDetails(context.req, context.res).catch(() => undefined)
    if (!found) {
      return show(errorPage(brand, 'This page is too old', 'Start again from the app that sent you here.'))
    }
    const goOn = async (result: Oidc.InteractionResults) => {
      const returnTo = await provider.interactionResult(context.req, context.res, result, {
        mergeWithLastSubmission: !result.error,
      })
      context.status = 303
      context.set('location', returnTo)
      context.body = ''
    }

    if (found.prompt.name === 'login') {
      if (!form) return show(signInPage(brand, { action, email: String(found.params.login_hint ?? '') }))
      const email = form.get('email') ?? ''
      const user = userBySignIn(email, form.get('password') ?? '')
      return user
        ? goOn({ login: { accountId: subOf(user) } })
        : show(signInPage(brand, { action, email, isWrong: true }))
    }

    const accountId = found.session?.accountId ?? ''
    const user = userOf(accountId)
    const clientId = String(found.params.client_id)
    const scopes = String(found.params.scope ?? '').split(' ')
    if (!user) throw new Error('A consent page needs a signed-in user')
    if (!form) {
      const permissions = scopes.flatMap(
        scope => Object.entries(allScopes).find(([name]) => name === scope)?.[1] ?? [],
      )
      return show(consentPage(brand, { action, app: clientById(clientId)?.name ?? '', user, permissions }))
    }
    if (form.get('decision') !== 'allow') {
      return goOn({ error: 'access_denied', error_description: 'User did not authorize the request' })
    }
    const grantId = store.grantIdOf(accountId, clientId)
    const grant =
      (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId, clientId })
    grant.addOIDCScope(scopes.filter(scope => scope in identityScopes).join(' '))
    grant.addResourceScope(SALESOS_AUDIENCE, scopes.join(' '))
    return goOn({ consent: { grantId: await grant.save() } })
  }

  // Koa contexts are made inside oidc-provider; this finds the request that one belongs to.
  const inbounds = new WeakMap<object, Inbound>()

  provider.use(async (context, next) => {
    const inbound = inbounds.get(context.req)
    if (context.path.startsWith('/u/')) {
      return interact(context, context.method === 'POST' && inbound ? formOf(inbound) : undefined)
    }
    await next()
    const form = inbound ? formOf(inbound) : new URLSearchParams()
    if (context.path === '/oauth/token') conformToken(context, form)
    if (context.path === '/.well-known/openid-configuration') conformMetadata(context)
    const location = context.response.get('location')
    if (location && isRegistered(location.split(/[?#]/)[0] ?? ''))
      await conformRedirect(context, new URL(location))
  })

  function conformToken(context: KoaContext, form: URLSearchParams): void {
    const { body } = context
    if (!body || typeof body !== 'object') return
    if ('refresh_token' in body) watch.remember('refresh token', 'salesos', String(body.refresh_token))
    if ('access_token' in body) watch.remember('access token', 'salesos', String(body.access_token))
    if ('error' in body && body.error === 'invalid_grant' && form.get('grant_type') === 'refresh_token') {
      context.status = switches.refreshRefusalStatus
      context.body = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }
    }
  }

  function conformMetadata(context: KoaContext): void {
    if (switches.iss || !context.body || typeof context.body !== 'object') return
    context.body = { ...context.body, authorization_response_iss_parameter_supported: undefined }
  }

  async function conformRedirect(context: KoaContext, location: URL): Promise<void> {
    const code = location.searchParams.get('code')
    if (code) {
      watch.remember('authorization code', 'salesos', code)
      if (switches.redirectFault === 'used-code')
        await (await provider.AuthorizationCode.find(code))?.consume()
    }
    if (!switches.iss) location.searchParams.delete('iss')
    context.set('location', damageRedirect(location, switches.redirectFault).href)
  }

  const listener = provider.callback()

  /** What an app is told that may not use an endpoint, or whose flow oidc-provider has no part in. */
  function answerClient(path: string, form: URLSearchParams): { status: number; body?: object } | undefined {
    if (!form.has('client_id')) return undefined
    const client = clientById(form.get('client_id'))
    if (!client || !isAuthentic(form))
      return { status: 401, body: { error: switches.badCredentials, error_description: 'Unauthorized' } }
    // A machine's app has no refresh token, and an unknown token is no error (RFC 7009 section 2.2).
    const isMachine = client.grantTypes.includes('client_credentials')
    if (path === '/oauth/revoke') return isMachine ? { status: 200 } : undefined
    const grantType = form.get('grant_type') ?? ''
    if (GRANT_TYPES.includes(grantType) && !client.grantTypes.includes(grantType)) {
      return {
        status: 403,
        body: {
          error: 'unauthorized_client',
          error_description: `Grant type '${grantType}' not allowed for the client.`,
          error_uri: 'https://auth0.com/docs/clients/client-grant-types',
        },
      }
    }
    if (grantType !== 'client_credentials') return undefined
    const answer = answerMachine(client, form, issuer, machineKey, switches)
    if (answer.body.access_token) watch.remember('access token', 'salesos', String(answer.body.access_token))
    return answer
  }

  return async (inbound, response) => {
    const { url, method } = inbound
    // oidc-provider would answer these with CORS headers of its own, or refuse an extension's origin. Auth0 does
    // the first for registered origins only, and does not do the second.
    const { origin: _origin, ...headers } = inbound.headers
    if (method === 'OPTIONS') {
      response.statusCode = 204
      response.end()
      return
    }
    const token = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
    if (url.pathname === '/userinfo' && token.includes('.')) {
      sendUserinfo(response, token)
      return
    }
    const hasBody = method === 'POST'
    let form = formOf(inbound)
    const verifier = form.get('code_verifier')
    if (verifier) watch.remember('code verifier', 'salesos', verifier)
    if (hasBody && CLIENT_ENDPOINTS.includes(url.pathname)) {
      form = withBasic(form, headers.authorization)
      if (/^basic\b/i.test(headers.authorization ?? '')) delete headers.authorization
      const answer = answerClient(url.pathname, form)
      if (answer) {
        sendJson(response, answer.status, answer.body)
        return
      }
    }
    // Auth0 takes JSON as well as forms; oidc-provider takes forms alone.
    const body = hasBody ? Buffer.from(form.toString()) : inbound.body
    if (hasBody) {
      headers['content-type'] = 'application/x-www-form-urlencoded'
      headers['content-length'] = String(body.length)
    }
    // Else oidc-provider shows a page where something goes wrong at an endpoint that only programs call.
    if (!url.pathname.startsWith('/authorize')) headers.accept = 'application/json'
    const sent: Inbound = { ...inbound, body, headers }
    const request = replay(sent)
    inbounds.set(request, sent)
    withoutCors(response)
    await listener(request, response)
  }

  // oidc-provider gives userinfo for tokens without an audience only; Auth0 for an API's token after `openid`, too.
  function sendUserinfo(response: ServerResponse, token: string): void {
    const claims = read(token)
    const user = claims && userOf(claims.sub)
    const scopes = claims?.scope.split(' ') ?? []
    if (!claims || !user || !claims.aud.includes(new URL('userinfo', issuer).href)) {
      const [error, status] = claims ? ['insufficient_scope', 403] : ['invalid_token', 401]
      const description = claims ? 'The token has no openid scope' : 'The access token is expired or invalid'
      // RFC 6750 section 3.
      response.setHeader('www-authenticate', `Bearer error="${error}", error_description="${description}"`)
      sendJson(response, Number(status), { error, error_description: description })
      return
    }
    const { sub, email, email_verified, ...profile } = claimsOf(user)
    const answer = {
      sub,
      ...(scopes.includes('profile') && profile),
      ...(scopes.includes('email') && { email, email_verified }),
    }
    sendJson(response, 200, answer)
  }
}

// The open endpoints of oidc-provider (metadata, keys) allow every origin. No server of the sandbox but SalesOS'
// API sends CORS headers, so that nothing works here that would fail at the real provider.
function withoutCors(response: ServerResponse): void {
  beforeHead(response, () => {
    for (const name of response.getHeaderNames()) {
      if (name.startsWith('access-control-')) response.removeHeader(name)
    }
  })
}
