import { type Provider, textOf } from './provider'

/** SellSN: https://docs.sellsn.io/oauth2/authorizing-users */
export const sellsn: Provider = {
  id: 'sellsn',
  name: 'SellSN',
  logo: { letters: 'SN', colour: '#0e6ba8' },
  docs: 'https://docs.sellsn.io/oauth2/authorizing-users',
  dashboard: 'https://dash.sellsn.io',
  issuer: 'https://dash.sellsn.io',
  // Both are only the beginning of an address: app id and code follow as path segments.
  endpoints: {
    authorization: 'https://dash.sellsn.io/oauth2/',
    token: 'https://api.sellsn.io/oauth2/',
  },
  flows: ['exchange'],
  defaultFlow: 'exchange',
  needsSecret: ['exchange'],
  clientAuth: 'none',
  openid: false,
  // https://docs.sellsn.io/oauth2/permissions
  scopes: {
    'user.view': 'See your name and e-mail address',
    'user.crypto.viewBalance': 'See your crypto balance',
    'user.crypto.viewEnabled': 'See which crypto currencies you take',
    'stores.view': 'See your stores',
    'stores.create': 'Create stores',
    'stores.update': 'Change your stores',
    'stores.products.view': 'See products',
    'stores.products.create': 'Create products',
    'stores.products.update': 'Change products',
    'stores.products.listings': 'Manage product listings',
    'stores.orders.view': 'See orders',
    'stores.orders.deliver': 'Deliver orders',
    'stores.tickets.view': 'See tickets',
    'stores.tickets.update': 'Answer and change tickets',
    'stores.tickets.delete': 'Delete tickets',
    'stores.coupons.view': 'See coupons',
    'stores.coupons.create': 'Create coupons',
    'stores.coupons.update': 'Change coupons',
    'stores.coupons.delete': 'Delete coupons',
    'stores.customers.view': 'See customers',
    'stores.customers.update': 'Change customers',
    'stores.reviews.flagged.view': 'See flagged reviews',
    'stores.reviews.flagged.create': 'Flag reviews',
  },
  defaultScopes: ['user.view', 'stores.view', 'stores.orders.view'],
  // No lifetime is documented; where the key has an end, it says so itself.
  lifetimes: { accessToken: Number.POSITIVE_INFINITY, rotation: false },
  revokes: [],
  whoIsIt: {
    path: 'user',
    scope: 'user.view',
    // Of an answer that also has payment addresses and reports about the user, this is all that is kept.
    account: body => {
      const id = textOf(body, 'data', 'id')
      return id === undefined || Object(body).success !== true
        ? undefined
        : { id, name: textOf(body, 'data', 'userName'), email: textOf(body, 'data', 'email') }
    },
  },
  api: ['https://api.sellsn.io/'],
  pages: [],
  widgets: { use: 'fetch', access: 'read', scopes: ['stores.view', 'stores.orders.view'] },
  hooks: {
    authorizationRequest: standard => {
      const { origin, pathname, searchParams } = standard
      const url = new URL(encodeURIComponent(searchParams.get('client_id') ?? ''), `${origin}${pathname}`)
      url.searchParams.set('redirectUrl', searchParams.get('redirect_uri') ?? '')
      url.searchParams.set('state', searchParams.get('state') ?? '')
      return url
    },
    // The documented sample has an Authorization header, its text asks for the client secret alone. There is no key to
    // send before the exchange, so the second try shows the code: it stands in the address already.
    exchangeRequests: ({ token, clientId, clientSecret, code }) => {
      const url = new URL(`${encodeURIComponent(clientId)}/exchange/${encodeURIComponent(code)}`, token)
      const headers = { accept: 'application/json', 'xoauth2-client-secret': clientSecret }
      return [
        new Request(url, { headers }),
        new Request(url, { headers: { ...headers, authorization: `Bearer ${code}` } }),
      ]
    },
    exchangeResult: (status, body) => {
      const key = textOf(body, 'data')
      if (status === 200 && Object(body).success === true && key) return { key }
      if (status === 404) return { refused: 'client' }
      return { refused: status === 401 || status === 403 ? 'client-or-code' : 'nonsense' }
    },
    // As the permission list is cut: stores.products.view and so on; the user's own data is user.view, and read-only.
    scopeOf: ({ pathname }, access) => {
      const [, area = '', part] = /^\/([^/]*)(?:\/[^/]*\/([^/]*))?/.exec(pathname.toLowerCase()) ?? []
      if (area !== 'stores') return access === 'read' ? 'user.view' : 'user.change'
      return ['stores', part, access === 'read' ? 'view' : 'update'].filter(Boolean).join('.')
    },
  },
}
