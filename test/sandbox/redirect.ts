/** What is wrong with the redirect that ends a sign-in. */
export type RedirectFault =
  | 'none'
  | 'no-state'
  | 'wrong-state'
  | 'wrong-path'
  | 'wrong-iss'
  | 'no-iss'
  /** The redirect carries neither a code nor a token. */
  | 'empty'
  /** The code in it has been redeemed already. (An implicit answer has no code and stays as it is.) */
  | 'used-code'
  /** The server reports that it failed (RFC 6749 section 4.1.2.1). */
  | 'server-error'

const RESULTS = ['code', 'access_token', 'token_type', 'expires_in', 'refresh_token', 'scope']

/** Where the parameters of an authorization answer are (RFC 6749 sections 4.1.2 and 4.2.2). */
export type ParameterPlace = 'query' | 'fragment'

/** The redirect address with these parameters added. Those that are `undefined` are left out. */
export function redirectTo(
  redirectUri: string,
  place: ParameterPlace,
  parameters: Record<string, string | undefined>,
): URL {
  const url = new URL(redirectUri)
  const target = place === 'query' ? url.searchParams : new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) target.set(name, value)
  if (place === 'fragment') url.hash = target.toString()
  return url
}

/** The same redirect, damaged as the fault says. `used-code` is the issuing server's own to do. */
export function damageRedirect(location: URL, fault: RedirectFault): URL {
  const url = new URL(location)
  const parameters = new URLSearchParams(url.hash ? url.hash.slice(1) : url.search)
  if (fault === 'no-state') parameters.delete('state')
  if (fault === 'wrong-state') parameters.set('state', 'a-state-of-someone-else')
  if (fault === 'wrong-path') url.pathname = '/elsewhere'
  if (fault === 'wrong-iss') parameters.set('iss', 'https://attacker.example/')
  if (fault === 'no-iss') parameters.delete('iss')
  if (fault === 'empty' || fault === 'server-error') for (const name of RESULTS) parameters.delete(name)
  if (fault === 'server-error') {
    parameters.set('error', 'server_error')
    parameters.set('error_description', 'The sandbox was told to fail')
  }
  if (url.hash) url.hash = parameters.toString()
  else url.search = parameters.toString()
  return url
}

/** How an address is compared with the registered ones: as a whole, or by how it begins (which is unsafe). */
export type RedirectMatching = 'exact' | 'prefix'

/** Decides whether a redirect address is registered: by exact match (RFC 9700 section 2.1) where not told otherwise. */
export type RedirectRule = (redirectUri: string, matching?: RedirectMatching) => boolean

/**
 * The rule for one provider. With a list, its entries and nothing else. Without one, the redirect address of any
 * Chromium or Firefox extension, with one of these paths: by default the provider's own alone.
 */
export function redirectRule(
  provider: string,
  registered?: string[],
  paths: string[] = [provider],
): RedirectRule {
  if (registered) {
    return (redirectUri, matching) =>
      matching === 'prefix'
        ? registered.some(address => redirectUri.startsWith(address))
        : registered.includes(redirectUri)
  }
  const anyExtension = '^https://(?:[a-p]{32}\\.chromiumapp\\.org|[0-9a-f]{40}\\.extensions\\.allizom\\.org)'
  const path = `/(?:${paths.join('|')})`
  return (redirectUri, matching) =>
    new RegExp(anyExtension + path + (matching === 'prefix' ? '' : '$')).test(redirectUri)
}
