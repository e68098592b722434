import { randomBytes } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { type Brand, consentPage, errorPage, pageHeaders, signInPage } from '../page'
import { type SandboxUser, userBySignIn } from '../people'
import { damageRedirect, type RedirectRule, redirectTo } from '../redirect'
import { createSessions } from '../sessions'
import { clients } from '../setup'
import type { SellsnKeys } from './keys'
import type { SellsnSwitches } from './sellsn'

const brand: Brand = {
  name: 'SellSN',
  accent: '#b4235f',
  accentDark: '#ff9dc2',
  mark: '<path d="M4 9.5 5.5 4h13L20 9.5M4 9.5a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0M5.5 12.5V20h13v-7.5"/>',
}

/** SellSN's permissions ("Permissions"), in our words. */
const permissionWords: Record<string, string> = {
  'user.view': 'See your account: name, e-mail address and settings',
  'user.crypto.viewBalance': 'See your crypto balance',
  'user.crypto.viewEnabled': 'See which cryptocurrencies you accept',
  'stores.view': 'See your stores',
  'stores.create': 'Open new stores for you',
  'stores.update': 'Change your stores',
  'stores.products.view': 'See products',
  'stores.products.create': 'Add products',
  'stores.products.update': 'Change products',
  'stores.products.listings': 'Manage where products are listed',
  'stores.orders.view': 'See orders',
  'stores.orders.deliver': 'Deliver orders',
  'stores.tickets.view': 'See support tickets',
  'stores.tickets.update': 'Answer and change support tickets',
  'stores.tickets.delete': 'Delete support tickets',
  'stores.coupons.view': 'See coupons',
  'stores.coupons.create': 'Add coupons',
  'stores.coupons.update': 'Change coupons',
  'stores.coupons.delete': 'Delete coupons',
  'stores.customers.view': 'See customers',
  'stores.customers.update': 'Change customers',
  'stores.reviews.flagged.view': 'See flagged reviews',
  'stores.reviews.flagged.create': 'Flag reviews',
}

type AuthorizeRequest = { redirectUrl: string; state: string | undefined; permissions: string[] }

/**
 * Makes SellSN's dashboard at `dash.sellsn.io`, as far as "Authorizing users" describes it: the pages that lead from
 * `/oauth2/{appId}` to the redirect with a code.
 */
export function createDash(
  switches: SellsnSwitches,
  keys: SellsnKeys,
  isRegistered: RedirectRule,
): { app: Hono; signOut(): void; forgetGrants(): void } {
  const { id: appId, name: appName } = clients.sellsn
  const app = new Hono()
  const sessions = createSessions('sellsn_session')
  const granted = new Map<number, Set<string>>()
  const tickets = new Map<string, AuthorizeRequest>()

  const html = (context: Context, text: string, status: 200 | 400 | 404 = 200) =>
    context.body(text, status, pageHeaders)

  const noApp = (context: Context) =>
    html(context, errorPage(brand, 'Unknown app', 'No app with this id is registered at SellSN.'), 404)

  const end = (
    context: Context,
    { redirectUrl, state }: AuthorizeRequest,
    result: Record<string, string>,
  ) => {
    const location = damageRedirect(
      redirectTo(redirectUrl, 'query', { ...result, state }),
      switches.redirectFault,
    )
    return context.body(null, 302, { 'cache-control': 'no-store', location: location.href })
  }

  const finish = (context: Context, request: AuthorizeRequest, user: SandboxUser) => {
    const code = keys.issueCode({ user, permissions: request.permissions })
    if (switches.redirectFault === 'used-code') keys.spend(code)
    return end(context, request, { code })
  }

  app.get('/oauth2/:appId', context => {
    if (context.req.param('appId') !== appId) return noApp(context)
    const { redirectUrl = '', state } = context.req.query()
    if (!URL.canParse(redirectUrl) || !isRegistered(redirectUrl, switches.redirectMatching)) {
      const text = `${appName} has not registered the redirect address ${redirectUrl || '(none)'}.`
      return html(context, errorPage(brand, 'Wrong redirect address', text), 400)
    }
    const user = sessions.userOf(context)
    const { search } = new URL(context.req.url)
    if (!user) return html(context, signInPage(brand, { action: `/oauth2/${appId}/sign-in${search}` }))
    const request: AuthorizeRequest = { redirectUrl, state, permissions: [...switches.permissions] }
    const already = granted.get(user.id)
    if (already && request.permissions.every(one => already.has(one))) return finish(context, request, user)
    const ticket = randomBytes(16).toString('hex')
    tickets.set(ticket, request)
    const permissions = request.permissions.map(one => permissionWords[one] ?? one)
    return html(
      context,
      consentPage(brand, {
        action: `/oauth2/${appId}`,
        hidden: { ticket },
        app: appName,
        user,
        permissions: permissions.length ? permissions : ['Nothing yet: this app has no permissions'],
      }),
    )
  })

  app.post('/oauth2/:appId/sign-in', async context => {
    if (context.req.param('appId') !== appId) return noApp(context)
    const { email = '', password = '' } = await context.req.parseBody<Record<string, string>>()
    const { search } = new URL(context.req.url)
    const user = userBySignIn(email, password)
    if (!user) {
      const action = `/oauth2/${appId}/sign-in${search}`
      return html(context, signInPage(brand, { action, email, isWrong: true }))
    }
    sessions.signIn(context, user)
    return context.redirect(`/oauth2/${appId}${search}`, 303)
  })

  app.post('/oauth2/:appId', async context => {
    const { ticket = '', decision } = await context.req.parseBody<Record<string, string>>()
    const request = tickets.get(ticket)
    const user = sessions.userOf(context)
    if (!request || !user) {
      const text = 'Start again from the app that sent you here.'
      return html(context, errorPage(brand, 'This page is too old', text))
    }
    tickets.delete(ticket)
    if (decision === 'allow') {
      granted.set(user.id, new Set([...(granted.get(user.id) ?? []), ...request.permissions]))
      return finish(context, request, user)
    }
    if (switches.denial === 'error-query') return end(context, request, { error: 'access_denied' })
    const text = `${appName} has no access to your account. You can close this window.`
    return html(context, errorPage(brand, 'You declined', text))
  })

  app.notFound(context =>
    html(context, errorPage(brand, 'Nothing here', 'This part of SellSN is not in the sandbox.'), 404),
  )

  return {
    app,
    signOut: () => {
      sessions.clear()
      tickets.clear()
    },
    forgetGrants: () => granted.clear(),
  }
}
