import { request as httpRequest } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import type { SandboxUser } from './people'
import type { Sandbox } from './sandbox'

export type Answer = {
  status: number
  /** The words after the status. */
  reason: string
  headers: Record<string, string | string[] | undefined>
  text: string
  /** The body parsed as JSON. Throws a `SyntaxError` where it is none. */
  json(): unknown
  /** The `location` header, absolute, where there is one. */
  location: string | undefined
  url: string
}

type Sent = {
  method?: string
  headers?: Record<string, string>
  /** An object is sent as a form. */
  body?: string | Record<string, string>
}

/** A browser for tests without a browser: real TLS (or plain http, for an address of loopback or of the plain-http front), a cookie jar, and forms read from the page. */
export type Visitor = {
  /** One request with the cookies of its host. Redirects are not followed. */
  send(url: string, sent?: Sent): Promise<Answer>
  /** Goes to an address and follows redirects until a page, or until one leaves the sandbox's hosts. */
  visit(url: string, sent?: Sent): Promise<Answer>
  /** Submits the only form of a page with these fields besides its hidden ones, and follows redirects. */
  submit(page: Answer, fields: Record<string, string>): Promise<Answer>
  /** Authorizes like a person: signs in where asked, decides where asked. Resolves with the final answer. */
  authorize(url: string, user: SandboxUser, decision?: 'allow' | 'deny'): Promise<Answer>
  /** The names of the pages that `authorize` has met: `Sign in`, `Allow`. */
  met: string[]
  /** The cookies of the jar, as a browser would be given them. */
  cookies(): {
    name: string
    value: string
    domain: string
    path: string
    secure: boolean
    /** Seconds since the epoch. */
    expires: number
  }[]
  /** Empties the cookie jar and `met`. */
  forget(): void
  close(): void
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_whole, code) => String.fromCharCode(Number(code)))
}

/** Makes a visitor of this sandbox with an empty cookie jar. */
export function createVisitor({
  port,
  httpPort,
  hosts,
}: Pick<Sandbox, 'port' | 'httpPort' | 'hosts'>): Visitor {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  const jar = new Map<
    string,
    { host: string; path: string; pair: string; isSecure: boolean; maxAge: number }
  >()
  const met: string[] = []

  const keep = (url: URL, line: string) => {
    const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
    const [name = ''] = pair.split('=')
    const path = attributes.find(one => /^path=/i.test(one))?.slice(5) ?? '/'
    const key = `${url.hostname} ${path} ${name}`
    const isGone = attributes.some(one => /^expires=Thu, 01 Jan 1970|^max-age=0/i.test(one))
    if (isGone) jar.delete(key)
    else {
      const isSecure = attributes.some(one => /^secure$/i.test(one))
      const maxAge = Number(attributes.find(one => /^max-age=/i.test(one))?.slice(8) ?? Number.NaN)
      jar.set(key, { host: url.hostname, path, pair, isSecure, maxAge })
    }
  }

  const cookiesFor = (url: URL) =>
    [...jar.values()]
      .filter(cookie => {
        const folder = cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`
        return (
          cookie.host === url.hostname &&
          (url.protocol === 'https:' || !cookie.isSecure) &&
          (url.pathname === cookie.path || url.pathname.startsWith(folder))
        )
      })
      .map(({ pair }) => pair)
      .join('; ')

  const visitor: Visitor = {
    met,
    send: (address, { method = 'GET', headers = {}, body } = {}) => {
      const url = new URL(address)
      const cookie = cookiesFor(url)
      const isForm = typeof body === 'object'
      const text = isForm ? new URLSearchParams(body).toString() : body
      return new Promise((resolve, reject) => {
        const isTls = url.protocol === 'https:'
        const request = isTls ? httpsRequest : httpRequest
        const outgoing = request(
          {
            ...(isTls && { agent, servername: url.hostname }),
            host: '127.0.0.1',
            port: isTls ? port : url.port || httpPort,
            method,
            path: url.pathname + url.search,
            headers: {
              host: url.host,
              'user-agent': 'sandbox-visitor',
              accept: 'text/html,application/json',
              ...(cookie && { cookie }),
              ...(isForm && { 'content-type': 'application/x-www-form-urlencoded' }),
              ...headers,
            },
          },
          incoming => {
            const chunks: Buffer[] = []
            incoming.on('data', chunk => chunks.push(chunk))
            incoming.on('error', reject)
            incoming.on('end', () => {
              for (const line of incoming.headers['set-cookie'] ?? []) keep(url, line)
              const content = Buffer.concat(chunks).toString('utf8')
              const { location } = incoming.headers
              resolve({
                status: incoming.statusCode ?? 0,
                reason: incoming.statusMessage ?? '',
                headers: incoming.headers,
                text: content,
                json: () => JSON.parse(content),
                location: location && new URL(location, url).href,
                url: url.href,
              })
            })
          },
        )
        outgoing.on('error', reject)
        outgoing.end(text)
      })
    },
    visit: async (url, sent) => {
      const answer = await visitor.send(url, sent)
      if (!answer.location) return answer
      const { hostname, origin } = new URL(answer.location)
      const isInside = hosts.includes(hostname) || origin === new URL(answer.url).origin
      return isInside ? visitor.visit(answer.location) : answer
    },
    submit: (page, fields) => {
      const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1]
      if (action === undefined)
        throw new Error(`There is no form on ${page.url}:\n${page.text.slice(0, 400)}`)
      const hidden = page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
      const body = {
        ...Object.fromEntries([...hidden].map(([, name, value]) => [name, unescapeHtml(value ?? '')])),
      }
      return visitor.visit(new URL(unescapeHtml(action), page.url).href, {
        method: 'POST',
        body: { ...body, ...fields },
      })
    },
    authorize: async (url, user, decision = 'allow') => {
      let page = await visitor.visit(url)
      if (page.text.includes('>Sign in</button>')) {
        met.push('Sign in')
        page = await visitor.submit(page, { email: user.email, password: user.password })
      }
      if (page.text.includes('>Allow</button>')) {
        met.push('Allow')
        page = await visitor.submit(page, { decision })
      }
      return page
    },
    cookies: () =>
      [...jar.values()].map(({ host, path, pair, isSecure, maxAge }) => {
        const end = pair.indexOf('=')
        return {
          // -1: until the browser closes.
          expires: Number.isNaN(maxAge) ? -1 : Math.round(Date.now() / 1000) + maxAge,
          name: pair.slice(0, end),
          value: pair.slice(end + 1),
          domain: host,
          path,
          secure: isSecure,
        }
      }),
    forget: () => {
      jar.clear()
      met.length = 0
    },
    close: () => agent.destroy(),
  }
  return visitor
}
