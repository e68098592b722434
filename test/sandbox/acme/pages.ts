import { randomBytes } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { type Brand, consentPage, errorPage, pageHeaders, signInPage } from '../page'
import { type SandboxUser, userBySignIn } from '../people'
import { damageRedirect, type RedirectRule, redirectTo } from '../redirect'
import { createSessions } from '../sessions'
import type { AcmeSwitches } from './acme'
import { acmeClients, acmeScopes } from './registered'
import type { AcmeTokens } from './tokens'

const brand: Brand = {
  name: 'Acme',
  accent: '#9a3412',
  accentDark: '#fdba8c',
  mark: '<path d="M4.5 19.5 12 4.5l7.5 15M7.5 14h9"/>',
}

type AuthorizeRequest = {
  clientId: string
  redirectUri: string
  scopes: string[]
  challenge: string
  state: string | undefined
}

/** Adds the pages that lead from `/authorize` to the redirect with a code (RFC 6749 section 4.1, RFC 7636). */
export function addAcmePages(
  app: Hono,
  switches: AcmeSwitches,
  tokens: AcmeTokens,
  isRegistered: RedirectRule,
): { signOut(): void; forgetGrants(): void } {
  const sessions = createSessions('acme_session')
  const granted = new Map<string, Set<string>>()
  const tickets = new Map<string, AuthorizeRequest>()

  const html = (context: Context, text: string, status: 200 | 400 = 200) =>
    context.body(text, status, pageHeaders)

  const end = (
    context: Context,
    { redirectUri, state }: Pick<AuthorizeRequest, 'redirectUri' | 'state'>,
    result: Record<string, string | undefined>,
  ) => {
    const iss = switches.iss ? new URL(context.req.url).origin : undefined
    const location = redirectTo(redirectUri, 'query', { ...result, state, iss })
    return context.body(null, 302, {
      'cache-control': 'no-store',
      location: damageRedirect(location, switches.redirectFault).href,
    })
  }

  const finish = (context: Context, request: AuthorizeRequest, user: SandboxUser) => {
    const { clientId, scopes, redirectUri, challenge } = request
    const code = tokens.issueCode({ clientId, user, scopes }, redirectUri, challenge)
    if (switches.redirectFault === 'used-code') tokens.takeCode(code)
    return end(context, request, { code })
  }

  app.get('/authorize', context => {
    const { client_id, redirect_uri: redirectUri = '', state, ...query } = context.req.query()
    const client = acmeClients.find(one => one.id === client_id)
    if (!client)
      return html(context, errorPage(brand, 'Unknown app', 'No app with this client id is registered.'), 400)
    if (!isRegistered(redirectUri)) {
      const text = `${client.name} has not registered the redirect address ${redirectUri || '(none)'}.`
      return html(context, errorPage(brand, 'Wrong redirect address', text), 400)
    }
    const refuse = (error: string, error_description: string) =>
      end(context, { redirectUri, state }, { error, error_description })
    if (query.response_type !== 'code')
      return refuse('unsupported_response_type', 'response_type must be code')
    if (!query.code_challenge || query.code_challenge_method !== 'S256')
      return refuse('invalid_request', 'code_challenge with the method S256 is required')
    const scopes = [...new Set((query.scope || 'profile').split(' '))]
    const unknown = scopes.find(scope => !(scope in acmeScopes))
    if (unknown) return refuse('invalid_scope', `Unknown scope: ${unknown}`)

    const challenge = query.code_challenge
    const request: AuthorizeRequest = { clientId: client.id, redirectUri, scopes, challenge, state }
    const user = sessions.userOf(context)
    const { search } = new URL(context.req.url)
    if (!user || query.prompt === 'login')
      return html(context, signInPage(brand, { action: `/sign-in${search}` }))
    const already = granted.get(`${user.id} ${client.id}`)
    if (already && scopes.every(scope => already.has(scope))) return finish(context, request, user)
    const ticket = randomBytes(16).toString('hex')
    tickets.set(ticket, request)
    const permissions = scopes.map(scope => acmeScopes[scope] ?? scope)
    return html(
      context,
      consentPage(brand, { action: '/authorize', hidden: { ticket }, app: client.name, user, permissions }),
    )
  })

  app.post('/sign-in', async context => {
    const { email = '', password = '' } = await context.req.parseBody<Record<string, string>>()
    const url = new URL(context.req.url)
    const user = userBySignIn(email, password)
    if (!user) {
      const action = `/sign-in${url.search}`
      return html(context, signInPage(brand, { action, email, isWrong: true }))
    }
    sessions.signIn(context, user)
    // Else it would be asked for again and again.
    url.searchParams.delete('prompt')
    return context.redirect(`/authorize${url.search}`, 303)
  })

  app.post('/authorize', async context => {
    const { ticket = '', decision } = await context.req.parseBody<Record<string, string>>()
    const request = tickets.get(ticket)
    const user = sessions.userOf(context)
    if (!request || !user) {
      const text = 'Start again from the app that sent you here.'
      return html(context, errorPage(brand, 'This page is too old', text))
    }
    tickets.delete(ticket)
    if (decision !== 'allow')
      return end(context, request, { error: 'access_denied', error_description: 'The user said no.' })
    const key = `${user.id} ${request.clientId}`
    granted.set(key, new Set([...(granted.get(key) ?? []), ...request.scopes]))
    return finish(context, request, user)
  })

  return {
    signOut: () => {
      sessions.clear()
      tickets.clear()
    },
    forgetGrants: () => granted.clear(),
  }
}
