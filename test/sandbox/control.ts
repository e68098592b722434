import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { SeenFilter } from './record'
import type { Sandbox, ServerName } from './sandbox'

export type Control = { address: string; stop(): Promise<void> }

function filterOf({ server, host, method, path, pattern }: Record<string, string>): SeenFilter {
  return { server, host, method, path: pattern === undefined ? path : new RegExp(pattern) }
}

/**
 * Starts the control address: the sandbox's own functions over plain HTTP and JSON on 127.0.0.1, for a separate
 * program or a person with curl. `GET /setup` takes `all=true` for all four providers. `GET /saw` and `GET /wait-for` filter by `server`, `host`, `method`, `path` or
 * `pattern` (a regular expression); `/wait-for` takes `timeout` in ms. `POST /advance` takes `{ server, ms }`,
 * `POST /set` takes `{ server, patch }`, `POST /hold`, `POST /sign-out` and `POST /withdraw` `{ server }`, `POST /release`, `POST /reset` and `POST /forget` nothing. A wrong request answers 400.
 */
export async function startControl(
  sandbox: Omit<Sandbox, 'control' | 'stop'>,
  setup: (isWhole: boolean) => object,
): Promise<Control> {
  const app = new Hono()
  const done = { ok: true }

  const bodyOf = async (request: Request): Promise<Record<string, unknown>> => {
    const body: unknown = await request.json().catch(() => undefined)
    if (!body || typeof body !== 'object')
      throw new HTTPException(400, { message: 'The body must be a JSON object' })
    return { ...body }
  }
  const serverOf = (name: unknown): ServerName => {
    const found = sandbox.servers.find(server => server === name)
    if (!found) throw new HTTPException(400, { message: `No such server: ${name}` })
    return found
  }

  app.get('/', context => {
    const { port, httpPort, spki, hosts, loopback, users } = sandbox
    return context.json({ port, httpPort, spki, hosts, loopback, users })
  })
  app.get('/setup', context => context.json(setup(context.req.query('all') === 'true')))
  app.get('/saw', context => context.json(sandbox.saw(filterOf(context.req.query()))))
  app.get('/violations', context => context.json(sandbox.violations()))
  app.get('/wait-for', async context => {
    const { timeout, ...query } = context.req.query()
    const seen = sandbox.waitFor(filterOf(query), { timeout: timeout ? Number(timeout) : undefined })
    return context.json(
      await seen.catch((error: Error) => {
        throw new HTTPException(408, { message: error.message })
      }),
    )
  })
  app.post('/advance', async context => {
    const { server, ms } = await bodyOf(context.req.raw)
    if (typeof ms !== 'number') throw new HTTPException(400, { message: 'ms must be a number' })
    sandbox.advance(serverOf(server), ms)
    return context.json(done)
  })
  app.post('/hold', async context => {
    sandbox.hold(serverOf((await bodyOf(context.req.raw)).server))
    return context.json(done)
  })
  app.post('/set', async context => {
    const { server, patch } = await bodyOf(context.req.raw)
    if (!patch || typeof patch !== 'object')
      throw new HTTPException(400, { message: 'patch must be an object' })
    sandbox.set(serverOf(server), patch)
    return context.json(done)
  })
  app.post('/sign-out', async context => {
    sandbox.signOut(serverOf((await bodyOf(context.req.raw)).server))
    return context.json(done)
  })
  app.post('/withdraw', async context => {
    sandbox.withdraw(serverOf((await bodyOf(context.req.raw)).server))
    return context.json(done)
  })
  app.post('/release', context => {
    sandbox.release()
    return context.json(done)
  })
  app.post('/reset', context => {
    sandbox.reset()
    return context.json(done)
  })
  app.post('/forget', context => {
    sandbox.forget()
    return context.json(done)
  })
  app.onError((error, context) => {
    const status = error instanceof HTTPException ? error.status : error instanceof TypeError ? 400 : 500
    return context.json({ error: error.message }, status)
  })

  const http = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(0, '127.0.0.1', resolve)
  })
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    stop: () =>
      new Promise(resolve => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}
