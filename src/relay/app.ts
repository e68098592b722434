import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { limits } from '../shared/limits'
import { apiCall, keysFor } from './api-route'
import { bearerCheck } from './bearer'
import { bodyOf } from './body'
import type { RelayConfig, RelayProvider } from './config'
import { type DataFetch, webDataFetch } from './data-fetch'
import { errorAnswer, RelayError } from './errors'
import { relayLimits } from './limits'
import { type Log, placeOf } from './log'
import { createMachineTokens } from './machine-tokens'
import type { Metrics } from './metrics'
import { proofCheck } from './proof'
import { createRate } from './rate'
import { createSealing } from './sealing'
import { exchange, revocation, tokenRequest } from './token-routes'
import type { User } from './users'

/** What the app is told by where it runs. */
export type Surroundings = {
  log: Log
  /** Whether a key may use the relay, by its thumbprint. */
  isAdmitted(thumbprint: string): Promise<boolean>
  metrics?: Metrics
  /** How data is fetched; by `fetch`, when left out. */
  fetchData?: DataFetch
}

type Noted = {
  route: string
  provider?: string
  code?: string
  reason?: string
  upstream?: string
  user?: string
  key?: string
  path?: string
}
type Env = {
  Variables: { id: string; noted: Noted; body: ArrayBuffer; user: User; relayed: RelayProvider }
}

/**
 * Makes the relay: token requests with the company's client secrets, and data of providers with client credentials. On
 * web standards alone. It holds no state but what it may lose at any moment: tokens of its own keys, proofs it has seen,
 * counts.
 */
export function relayApp(
  config: RelayConfig,
  { log, isAdmitted, metrics, fetchData = webDataFetch }: Surroundings,
): Hono<Env> {
  const sealing = createSealing(config.sealing)
  const tokens = createMachineTokens()
  const checkBearer = config.users.issuer ? bearerCheck(config.users.issuer) : undefined
  const checkProof = proofCheck(config.origin, isAdmitted)
  const countToken = createRate(config.perMinute.tokens)
  const countCall = createRate(config.perMinute.calls)
  const app = new Hono<Env>()

  app.use(async (context, next) => {
    const start = performance.now()
    const noted: Noted = { route: 'none' }
    context.set('id', crypto.randomUUID())
    context.set('noted', noted)
    metrics?.begin()
    await next()
    const milliseconds = performance.now() - start
    const { status } = context.res
    metrics?.end(noted, status, milliseconds / 1000)
    const { method } = context.req
    log({
      level: status >= 500 || isOwnFault(noted) ? 'error' : 'info',
      // Somebody had data fetched, or tried to.
      event: noted.route === 'api' ? 'audit' : 'request',
      request: context.get('id'),
      method,
      status,
      milliseconds: Math.round(milliseconds),
      ...noted,
    })
  })

  app.onError((error, context) => {
    const known = error instanceof RelayError ? error : new RelayError('unexpected', { cause: error })
    const noted = context.get('noted')
    noted.code = known.code
    if (known.reason) noted.reason = known.reason
    if (known.code === 'unexpected')
      log({ level: 'error', event: 'fault', request: context.get('id'), place: placeOf(error) })
    return errorAnswer(known, context.get('id'))
  })

  app.notFound(() => {
    throw new RelayError('not-found')
  })

  // RFC 9728: how to ask for access. It names what anybody may know.
  app.get('/.well-known/oauth-protected-resource', context => {
    context.get('noted').route = 'metadata'
    const { issuer } = config.users
    return context.json(
      {
        resource: config.origin,
        ...(issuer ? { authorization_servers: [issuer.issuer], bearer_methods_supported: ['header'] } : {}),
        ...(config.users.keys || config.users.keysFile
          ? { dpop_signing_alg_values_supported: ['ES256'] }
          : {}),
      },
      200,
      { 'x-request-id': context.get('id') },
    )
  })

  // No page can send this header without asking first, and whoever asks is told nothing (Fetch, CORS protocol). Firefox
  // names no origin where its extension sends a GET.
  app.use(async ({ req }, next) => {
    const origin = req.header('origin')
    if (origin !== undefined && !isExtension(origin, config.extensions))
      throw new RelayError('origin-refused')
    if (req.header('dealpass-relay') !== '1') throw new RelayError('header-missing')
    await next()
  })

  /**
   * Lets nobody through who may not use the relay, or has used it too often. Nobody's body is read before, and of none
   * more than `most`; `count` counts requests.
   */
  const identified = (route: string, most: number, count: (user: string) => void): MiddlewareHandler<Env> => {
    return async (context, next) => {
      const { req } = context
      let read: Promise<ArrayBuffer> | undefined
      const body = () => {
        read ??= bodyOf(req.raw, most)
        return read
      }
      const authorization = req.header('authorization')
      const proof = req.header('dpop')
      if (authorization !== undefined && proof !== undefined) throw new RelayError('bad-request')
      const claim = (user: User) => {
        context.get('noted').user = user.id
      }
      const accept = (user: User) => {
        claim(user)
        context.set('user', user)
        context.set('relayed', known(context, route))
        count(user.id)
      }
      if (proof !== undefined) {
        if (!config.users.keys && !config.users.keysFile) throw new RelayError('no-credentials')
        const target = targetOf(req.url)
        await checkProof(proof, { method: req.method, target, body, claim, accept })
      } else {
        const [, token] = /^bearer ([\w.~+/=-]{1,16384})$/i.exec(authorization ?? '') ?? []
        if (!token || !checkBearer) throw new RelayError('no-credentials')
        accept(await checkBearer(token))
      }
      context.set('body', await body())
      await next()
    }
  }

  const known = (context: Context<Env>, route: string): RelayProvider => {
    const noted = context.get('noted')
    noted.route = route
    const id = context.req.param('provider') ?? ''
    const relayed = config.providers.get(id)
    if (!relayed) throw new RelayError('not-found')
    noted.provider = id
    return relayed
  }

  const jobs = { token: tokenRequest, revoke: revocation, exchange }
  for (const [route, job] of Object.entries(jobs))
    app.post(`/oauth/:provider/${route}`, identified(route, relayLimits.tokenBody, countToken), context => {
      return job({
        id: context.get('id'),
        relayed: context.get('relayed'),
        user: context.get('user'),
        sealing,
        note: upstream => {
          context.get('noted').upstream = upstream
        },
        form: formOf(context.req.header('content-type'), context.get('body')),
      })
    })

  app.get('/oauth/:provider/keys', identified('keys', 0, countToken), context => {
    return context.json({ keys: keysFor(context.get('relayed'), context.get('user')) }, 200, {
      'cache-control': 'no-store',
      'x-request-id': context.get('id'),
    })
  })

  app.all('/api/:provider/*', identified('api', limits.body, countCall), async context => {
    const relayed = context.get('relayed')
    const target = targetOf(context.req.url)
    const before = `/api/${relayed.provider.id}`
    // The router decodes, so an address may stand otherwise than it was matched.
    if (!target.startsWith(`${before}/`)) throw new RelayError('not-found')
    const path = target.slice(before.length)
    context.get('noted').path = path.split('?', 1)[0] ?? ''
    return await apiCall({
      id: context.get('id'),
      relayed,
      user: context.get('user'),
      tokens,
      fetchData,
      request: context.req.raw,
      path,
      body: context.get('body'),
      onKey: ({ label }) => {
        context.get('noted').key = label
      },
    })
  })

  return app
}

// What the administrator has to mend, though the status that goes on is the provider's.
const isOwnFault = ({ upstream }: Noted) =>
  upstream === 'invalid_client' || upstream === 'unauthorized_client'

/** Path and query. What stands before them in a request's address, the runtime has made and parsed. */
const targetOf = (url: string) => url.slice(url.indexOf('/', url.indexOf('//') + 2))

function isExtension(origin: string, extensions: readonly string[] | undefined): boolean {
  // Firefox gives each profile an id of its own for the extension.
  if (/^moz-extension:\/\/[0-9a-f-]{36}$/.test(origin)) return true
  const [, id] = /^chrome-extension:\/\/([a-p]{32})$/.exec(origin) ?? []
  return id !== undefined && (extensions === undefined || extensions.includes(id))
}

/** A form, of which no parameter is there twice (RFC 6749 section 3.2). */
function formOf(type: string | undefined, body: ArrayBuffer): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type ?? '')) throw new RelayError('bad-request')
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const names = [...form.keys()]
  if (new Set(names).size !== names.length) throw new RelayError('bad-request')
  return form
}
