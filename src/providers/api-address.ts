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
  const relative = path.startsWith('/') && !path.startsWith('//') ? new URL(path, base).href : path
  if (!URL.canParse(relative, base)) throw outside()
  const url = new URL(relative, base)
  url.hash = ''
  // A server may skip an empty segment, and decode what needed no encoding or hides a delimiter: the resource would
  // then be another than it seems to be here.
  if (
    url.username ||
    url.password ||
    /\/\/|;|%(?:00|2[5def]|3[\db]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9ae])/i.test(url.pathname)
  )
    throw outside()
  const isInside = provider.api.some(prefix => {
    const { protocol, origin, pathname } = new URL(prefix)
    // The origin of a blob: or filesystem: address is that of the one inside it.
    return url.protocol === protocol && url.origin === origin && url.pathname.startsWith(pathname)
  })
  // Servers take an address with a slash behind it for the same.
  const at = `${url.pathname.toLowerCase().replace(/\/$/, '')}/`
  const endpoints = [...Object.values(provider.endpoints), ...Object.values(provider.relay?.endpoints ?? {})]
  const isEndpoint = endpoints.some(endpoint => {
    const { origin, pathname = '' } = endpoint ? new URL(endpoint) : {}
    const path = pathname.toLowerCase()
    // One that ends in a slash is the beginning of many.
    return url.origin === origin && (path.endsWith('/') ? at.startsWith(path) : at === `${path}/`)
  })
  if (!isInside || isEndpoint) throw outside()
  return url
}
