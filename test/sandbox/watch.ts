import type { Inbound, SandboxServer } from './exchange'

/** What a violation is about. See `createWatch` for the rules. */
type ViolationRule =
  | 'secret-at-api'
  | 'secret-in-url'
  | 'secret-at-other-server'
  | 'token-in-url'
  | 'token-at-other-server'
  | 'cookie-from-extension'
  | 'key-logged-out'

/** A rule that a request broke. `what` says which secret was where, never its value. */
export type Violation = {
  at: number
  rule: ViolationRule
  server: string
  host: string
  method: string
  path: string
  what: string
}

export type SecretKind =
  | 'refresh token'
  | 'authorization code'
  | 'code verifier'
  | 'client secret'
  | 'access token'
  /** A person's, once it was used to get a token. */
  | 'password'
  /** What calls an API and never ends by itself. */
  | 'key'

/** Where a secret may be, if that is less than its owner's every host. */
type Place = {
  host: string
  /** The one path at this host that the secret may stand in. */
  path?: string
  /** The only paths at this host that it may be sent to. */
  endpoints?: readonly string[]
}

export type Watch = {
  /** Remembers a value that `owner` (a server's name) issued or was shown. */
  remember(kind: SecretKind, owner: string, value: string, place?: Place): void
  inspect(inbound: Inbound, server: SandboxServer | undefined): void
  /** Adds what a server alone can tell. */
  report(violation: Violation): void
  violations(): Violation[]
  /** Everything that is remembered, and whose it is. `forget` leaves it alone. */
  secrets(): { kind: SecretKind; owner: string; value: string }[]
  forget(): void
}

// A shorter value (an empty verifier, a test's "abc") would be found by chance.
const SHORTEST_SECRET = 16

const REDIRECT_HOST = /\.(?:chromiumapp\.org|extensions\.allizom\.org)$/

type Secret = { kind: SecretKind; owner: string; value: string; place?: Place }

// All secrets are of plain ASCII, so bytes may be decoded one by one; a stray `%` must not hide the rest.
function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_whole, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

// Text in all the ways in which it may be meant, to be searched as one.
function readings(text: string): string {
  return text.includes('%') ? `${text}\n${decoded(text)}` : text
}

// Basic credentials hide a client secret from a plain search (RFC 7617 section 2).
function headerText(value: string): string {
  const basic = /^basic\s+(\S+)$/i.exec(value)?.[1]
  return basic ? `${value}\n${Buffer.from(basic, 'base64').toString('utf8')}` : value
}

/**
 * Makes the watch that every request passes. It holds against each request that:
 * - no refresh token, authorization code, verifier or client secret that was ever issued or used reaches a
 *   resource API or a page, any server but its own, or any URL (RFC 9700 sections 2.1.1 and 4.2);
 * - the same for a password that a client has sent to get a token, but for the pages where people type theirs;
 * - no access token and no key is in a URL (RFC 6750 section 5.3), or at another provider's host;
 * - what belongs to one host only is at none of its owner's others;
 * - a request from an extension carries no cookie: one that does can ride on a browser session.
 *
 * `key-logged-out` is reported by the server of sellytics: a revocation that ended every token of a key.
 */
export function createWatch(): Watch {
  // By their ends, since JWTs all begin alike. Looking each stretch of a request up here costs the same however many
  // tokens were issued, which a search for each of them does not.
  const byEnd = new Map<string, Secret[]>()
  let found: Violation[] = []

  const secretsIn = (content: string): Set<Secret> => {
    const secrets = new Set<Secret>()
    for (let end = SHORTEST_SECRET; end <= content.length; end += 1) {
      for (const secret of byEnd.get(content.slice(end - SHORTEST_SECRET, end)) ?? []) {
        if (content.endsWith(secret.value, end)) secrets.add(secret)
      }
    }
    return secrets
  }

  return {
    remember: (kind, owner, value, place) => {
      if (value.length < SHORTEST_SECRET) return
      const end = value.slice(-SHORTEST_SECRET)
      const others = byEnd.get(end) ?? []
      if (!others.some(other => other.value === value))
        byEnd.set(end, [...others, { kind, owner, value, place }])
    },
    inspect: ({ method, url, headers, body }, server) => {
      const raise = (rule: ViolationRule, what: string) =>
        found.push({
          at: server?.clock.now() ?? Date.now(),
          rule,
          server: server?.name ?? 'unknown',
          host: url.hostname,
          method,
          path: url.pathname,
          what,
        })
      if (/^\w+-extension:\/\//.test(headers.origin ?? '') && headers.cookie) {
        raise('cookie-from-extension', `cookies with Origin ${headers.origin}`)
      }
      const places: [where: string, text: string][] = [
        ['the URL', readings(url.pathname + url.search)],
        ...Object.entries(headers).map(([name, value]): [string, string] => [
          `header ${name}`,
          readings(headerText(value)),
        ]),
        ['the body', readings(body.toString('utf8'))],
      ]
      for (const [where, content] of places) {
        for (const { kind, owner, value, place } of secretsIn(content)) {
          const what = `${kind} of ${owner} in ${where}`
          if (where === 'the body' && server?.mayReceive?.includes(kind)) continue
          const isElsewhere = owner !== server?.name || (place && place.host !== url.hostname)
          if (kind === 'access token' || kind === 'key') {
            const isToken = kind === 'access token'
            if (where === 'the URL') raise(isToken ? 'token-in-url' : 'secret-in-url', what)
            if (isElsewhere) raise(isToken ? 'token-at-other-server' : 'secret-at-other-server', what)
            continue
          }
          // A browser in which no extension catches the redirect carries the code to its address, as it must.
          if (kind === 'authorization code' && REDIRECT_HOST.test(url.hostname)) continue
          const isTyped = where === 'the body' && server?.signInPath?.test(url.pathname)
          if (kind === 'password' && isTyped) continue
          const isItsPath =
            !isElsewhere && url.pathname === place?.path && !readings(url.search).includes(value)
          if (where === 'the URL' && isItsPath) continue
          if (where === 'the URL') raise('secret-in-url', what)
          const isEndpoint = place?.endpoints?.includes(url.pathname) ?? !server?.isApi(url)
          if (isElsewhere) raise('secret-at-other-server', what)
          else if (!isEndpoint) raise('secret-at-api', what)
        }
      }
    },
    report: violation => {
      found.push(violation)
    },
    violations: () => [...found],
    secrets: () => [...byEnd.values()].flat().map(({ kind, owner, value }) => ({ kind, owner, value })),
    forget: () => {
      found = []
    },
  }
}
