import { AppError } from '../shared/errors'
import type { Provider } from './provider'

/**
 * The address of a brokered call, after parsing: inside one of the API's origins and path prefixes, and no OAuth
 * endpoint. Throws `bad-request` (`outside-api`).
 */
export function apiAddress(provider: Provider, path: string): URL {
  const outside = () => new AppError('bad-request', 'outside-api')
  const [base] = provider.api
  // Parsers differ over these.
  if (!base || /[\\\s\p{Cc}]/u.test(path)) throw outside()
  if (!URL.canParse(path, base)) throw outside()
  const url = new URL(path, base)
  url.hash = ''
  // A server may skip an empty segment, and decode what needed no encoding or hides a delimiter: the resource would
  // then be another than it seems to be here.
  if (
    url.username ||
    url.password ||
    /\/\/|;|%(?:00|2[5def]|3[\db]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9ae])/i.test(url.pathname)
  )
    throw outside()
  const { prefixes, endpoints } = boundsOf(provider)
  const isInside = prefixes.some(
    // The origin of a blob: or filesystem: address is that of the one inside it.
    ({ protocol, origin, pathname }) =>
      url.protocol === protocol && url.origin === origin && url.pathname.startsWith(pathname),
  )
  // Servers take an address with a slash behind it for the same.
  const at = `${url.pathname.toLowerCase().replace(/\/$/, '')}/`
  const isEndpoint = endpoints.some(({ origin, pathname }) => {
    const path = pathname.toLowerCase()
    // One that ends in a slash is the beginning of many.
    return url.origin === origin && (path.endsWith('/') ? at.startsWith(path) : at === `${path}/`)
  })
  if (!isInside || isEndpoint) throw outside()
  return url
}

type Bounds = { prefixes: URL[]; endpoints: URL[] }

// To parse them anew was a twentieth of what a call through the relay costs.
const known = new WeakMap<Provider, Bounds>()

function boundsOf(provider: Provider): Bounds {
  const before = known.get(provider)
  if (before) return before
  const all = [...Object.values(provider.endpoints), ...Object.values(provider.relay?.endpoints ?? {})]
  const parsed = (addresses: readonly (string | undefined)[]) =>
    addresses.flatMap(address => (address ? [new URL(address)] : []))
  const bounds = { prefixes: parsed(provider.api), endpoints: parsed(all) }
  known.set(provider, bounds)
  return bounds
}
