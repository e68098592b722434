import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from './clock'
import type { SecretKind } from './watch'

/** One request as the front received it, with its whole body already read. */
export type Inbound = {
  method: string
  /** The address the client meant: `https://`, the provider's host, path and query; `http://` at the plain-http front. */
  url: URL
  /** Where the client reached it: that address's origin, or the loopback address that stands for the host. */
  origin: string
  headers: Record<string, string>
  body: Buffer
  node: IncomingMessage
}

/** One provider (or the CRM): everything that shares a clock and switches. The front knows servers only by this. */
export type SandboxServer<Switches extends CommonSwitches = CommonSwitches> = {
  name: string
  /** Host names without a port. No two servers share one. */
  hosts: string[]
  clock: Clock
  switches: SwitchBoard<Switches>
  /** Whether this address is a resource API or a page, where no OAuth secret may ever appear. */
  isApi(url: URL): boolean
  /** Kinds of secrets of other servers that requests may bring there in their bodies. */
  mayReceive?: readonly SecretKind[]
  /** The paths of its pages where people type their passwords, which may be sent there. */
  signInPath?: RegExp
  /** Answers one request. Runs inside the server's clock. */
  answer(inbound: Inbound, response: ServerResponse): Promise<void>
  /** Ends every session of a person in a browser. Grants and tokens live on. */
  signOut(): void
  /** Takes every grant and token back, as people do in a provider's settings. Sessions live on. */
  withdraw(): void
  /** Forgets what requests have changed besides. */
  reset(): void
}

/** An answer to give, or a thing to do, in place of the server's own answer. */
export type Fault = {
  /** The whole path: as it is, or as a regular expression (a string is taken as the source of one). */
  path: string | RegExp
  host?: string
  method?: string
  /** Default 200 with a `body` or an `echo`, else 500. */
  status?: number
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown
  contentType?: string
  headers?: Record<string, string>
  /**
   * Gives the request's `Authorization` value back, as an API may that repeats what it was sent. `body` puts it into a
   * JSON body as the member `echo`, besides those of `body`; `base64` does the same with it in base64; `header` makes
   * it the `etag` and the `x-request-id`; `status` makes it the words after the status in the status line.
   */
  echo?: 'body' | 'base64' | 'header' | 'status'
  /** How many matching requests get it; all of them where absent. */
  times?: number
  /** Destroys the socket without an answer. */
  drop?: boolean
  /** Never answers; the socket is closed by the next `release`, `reset` or `stop`. */
  hang?: boolean
  /** The server does its work, and its own answer waits for the next `release` or `reset`. */
  late?: boolean
}

export type CommonSwitches = {
  /** One fault, several (the first that matches is used), or none. */
  fault: Fault | Fault[] | null
  /** Destroys every connection to the server: all its hosts, or the one named. */
  dead: boolean | string
}

type SwitchBoard<Switches extends CommonSwitches> = {
  /** What holds now. The same object for the server's whole life. */
  readonly now: Switches
  /** Changes some switches. Throws a `TypeError` for a switch that does not exist. */
  set(patch: Partial<Switches>): void
  reset(): void
}

/** Makes a server's switches. `reset` goes back to what they were made with. */
export function createSwitches<Switches extends CommonSwitches>(start: Switches): SwitchBoard<Switches> {
  const now = { ...start }
  return {
    now,
    set: patch => {
      for (const name of Object.keys(patch)) {
        if (!(name in start)) throw new TypeError(`No such switch: ${name}`)
      }
      // A fault counts its uses down, so it must be a copy that is ours.
      Object.assign(
        now,
        patch.fault ? { ...patch, fault: [patch.fault].flat().map(one => ({ ...one })) } : patch,
      )
    },
    reset: () => {
      Object.assign(now, start)
    },
  }
}

/** The fault that this request meets, if any; one that has a number of `times` is used up a little. */
export function takeFault({ fault }: CommonSwitches, method: string, url: URL): Fault | undefined {
  const found = [fault ?? []].flat().find(one => {
    if (one.times === 0) return false
    if (one.host && one.host !== url.hostname) return false
    if (one.method && one.method !== method) return false
    const pattern = typeof one.path === 'string' ? new RegExp(`^(?:${one.path})$`) : one.path
    return pattern.test(url.pathname)
  })
  if (found?.times) found.times -= 1
  return found
}

/** The form fields of a body, whether it was sent as a form or as JSON (where only text and numbers count). */
export function formOf({ headers, body }: Inbound): URLSearchParams {
  const text = body.toString('utf8')
  if (!headers['content-type']?.includes('json')) return new URLSearchParams(text)
  try {
    const parsed: unknown = JSON.parse(text)
    const entries = Object.entries(parsed && typeof parsed === 'object' ? parsed : {})
    return new URLSearchParams(
      entries.flatMap(([name, value]) =>
        typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
      ),
    )
  } catch {
    return new URLSearchParams()
  }
}

/** Lets a fetch-style server (a Hono app, say) answer a request, whose address has the client's own origin. */
export async function answerWith(
  fetch: (request: Request) => Response | Promise<Response>,
  { method, url, origin, headers, body }: Inbound,
  response: ServerResponse,
): Promise<void> {
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD'
  const answer = await fetch(
    new Request(origin + url.pathname + url.search, {
      method,
      headers,
      body: hasBody ? new Uint8Array(body) : null,
    }),
  )
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie') response.setHeader(name, value)
  }
  const cookies = answer.headers.getSetCookie()
  if (cookies.length) response.setHeader('set-cookie', cookies)
  response.end(method === 'HEAD' ? undefined : Buffer.from(await answer.arrayBuffer()))
}

/** The request again, as Node's own type, for a listener that wants to read the body itself. */
export function replay({ node, method, url, headers, body }: Inbound): IncomingMessage {
  const copy = new IncomingMessage(node.socket)
  copy.method = method
  copy.url = url.pathname + url.search
  copy.httpVersion = node.httpVersion
  copy.httpVersionMajor = node.httpVersionMajor
  copy.httpVersionMinor = node.httpVersionMinor
  copy.headers = { ...headers }
  // An incomplete message takes its socket down with it when it is destroyed.
  copy.complete = true
  if (body.length) copy.push(body)
  copy.push(null)
  return copy
}

/** Keeps an answer back that a server has made: `act` is called in place of its end, with what ends it. */
export function beforeEnd(response: ServerResponse, act: (end: () => void) => void): void {
  const { end } = response
  response.end = (...rest: unknown[]) => {
    act(() => Reflect.apply(end, response, rest))
    return response
  }
}

/** Calls `act` with the status when an answer's head is about to be written. */
export function beforeHead(response: ServerResponse, act: (status: number) => void): void {
  const { writeHead } = response
  response.writeHead = (status: number, ...rest: unknown[]) => {
    act(status)
    return Reflect.apply(writeHead, response, [status, ...rest])
  }
}
