import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { clients } from '../setup'
import type { SellsnGrant, SellsnKeys } from './keys'
import type { SellsnSwitches } from './sellsn'
import { accountOf, ordersOf, storesOf } from './shop'

// The words of SellSN's API reference.
const DONE = 'The object was successfully returned.'
const BAD_EXCHANGE = 'The OAuth2 client secret or access code is invalid'
const NO_APP = 'The OAuth2 application ID was not found'
const BAD_KEY = 'You are not authorized, check your API key and try again.'
const NOT_ALLOWED =
  'You are not authorized to access this endpoint, you may be missing an API key scope or be requesting a privileged endpoint.'

/**
 * Makes SellSN's API at `api.sellsn.io`: the exchange of a code and `GET /user` as its reference has them, and stores
 * and orders for widgets. No answer forbids caching, since none is documented to: that is the client's to ask for.
 */
export function createSellsnApi(switches: SellsnSwitches, keys: SellsnKeys, startedAt: number): Hono {
  const app = new Hono()

  const fail = (context: Context, status: ContentfulStatusCode, message: string) =>
    context.json({ success: false, message }, status)

  const done = (context: Context, data: unknown) =>
    switches.successFalse
      ? fail(context, 200, 'The object could not be returned.')
      : context.json({ success: true, message: DONE, data })

  app.get('/oauth2/:appId/exchange/:code', context => {
    const { appId, code } = context.req.param()
    if (appId !== clients.sellsn.id) return fail(context, 404, NO_APP)
    const hasBearer = /^bearer\s+\S/i.test(context.req.header('authorization') ?? '')
    const isUnwanted =
      (switches.exchangeNeedsBearer === 'required' && !hasBearer) ||
      (switches.exchangeNeedsBearer === 'refused' && context.req.header('authorization') !== undefined)
    if (isUnwanted) return fail(context, switches.exchangeRefusal, BAD_EXCHANGE)
    const isOurs = context.req.header('xoauth2-client-secret') === clients.sellsn.secret
    const key = isOurs ? keys.exchange(code, switches.jwtExpiry) : undefined
    return key ? done(context, key) : fail(context, switches.exchangeRefusal, BAD_EXCHANGE)
  })

  const allow =
    (permission: string, use: (context: Context, grant: SellsnGrant) => Response) => (context: Context) => {
      const key = /^bearer\s+(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
      const grant = keys.find(key)
      if (!grant) return fail(context, 401, BAD_KEY)
      return grant.permissions.includes(permission) ? use(context, grant) : fail(context, 403, NOT_ALLOWED)
    }

  app.get(
    '/user',
    allow('user.view', (context, { user }) => done(context, accountOf(user, startedAt))),
  )

  // INVENTED: the reference has a chapter on stores, of which a list was not to be found.
  app.get(
    '/stores',
    allow('stores.view', (context, { user }) => done(context, storesOf(user, startedAt))),
  )

  // These two are known from public third-party code alone, and so are not their answers.
  app.get(
    '/stores/:id',
    allow('stores.view', (context, { user }) => {
      const store = storesOf(user, startedAt).find(({ id }) => id === context.req.param('id'))
      return store ? done(context, store) : fail(context, 404, 'The store was not found')
    }),
  )
  app.get(
    '/stores/:id/orders',
    allow('stores.orders.view', (context, { user }) => {
      const store = storesOf(user, startedAt).find(({ id }) => id === context.req.param('id'))
      return store
        ? done(context, ordersOf(store.id, startedAt))
        : fail(context, 404, 'The store was not found')
    }),
  )

  app.notFound(context => fail(context, 404, 'The object was not found.'))

  return app
}
