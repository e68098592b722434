import { Hono } from 'hono'
import type { Metrics } from '../metrics'

/**
 * Makes what is asked by who runs a relay, on a port of its own: `/healthz` (the process answers), `/readyz` (503 once it
 * has begun to stop) and `/metrics`.
 */
export function operationsApp(metrics: Metrics, isReady: () => boolean): Hono {
  const app = new Hono()
  app.get('/healthz', context => context.text('ok\n'))
  app.get('/readyz', context => (isReady() ? context.text('ready\n') : context.text('stopping\n', 503)))
  app.get('/metrics', context =>
    context.text(metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  return app
}
