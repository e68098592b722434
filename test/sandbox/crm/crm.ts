import { readdirSync, readFileSync } from 'node:fs'
import { Hono } from 'hono'
import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import type { LoopbackOrigins } from '../loopback'
import { escapeHtml } from '../page'
import { createModel } from './model'

const crmSwitches: CommonSwitches = { fault: null, dead: false }

// Frames are not restricted, not by a `default-src` either: an extension puts its own in. Connections are, to what
// scripts on the page may reach.
const policy = (salesos: string) =>
  [
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "object-src 'none'",
    `connect-src 'self' ${salesos}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** The host of an API that the CRM's own scripts may call. */
const API_HOST = 'api.play2sell.com'

const folder = new URL('./page/', import.meta.url)
const file = (name: string) => readFileSync(new URL(name, folder), 'utf8')

// Read as one, so that a page needs no more requests than it has to; what comes later wins where it must.
const names = readdirSync(folder).toSorted()
const scripts = names.filter(name => name.endsWith('.js'))
const style = names
  .filter(name => name.endsWith('.css'))
  .map(file)
  .join('\n')

/** Makes the demo CRM at `app.futuresimple.com`: a single-page app with the paths of Sell's web app. */
export function createCrm(
  clock: Clock,
  loopback: LoopbackOrigins,
  options: { switches?: Partial<CommonSwitches> },
): SandboxServer {
  const switches = createSwitches({ ...crmSwitches, ...options.switches })
  const startedAt = clock.now()
  const app = new Hono()

  const model = escapeHtml(JSON.stringify(createModel(startedAt)))
  // In an attribute, since the policy allows no inline script, not even one that only holds JSON for sure.
  const page = file('app.html').replace('MODEL', () => model)

  const asset = (type: string, text: string) => () =>
    new Response(text, { headers: { 'content-type': type, 'cache-control': 'no-store' } })

  app.get('/', context => context.redirect('/leads'))
  app.get('/assets/app.css', asset('text/css; charset=utf-8', style))
  for (const name of scripts) app.get(`/assets/${name}`, asset('text/javascript; charset=utf-8', file(name)))
  app.get('/favicon.ico', context => context.body(null, 204))
  for (const path of ['/leads', '/leads/*', '/crm/*', '/sales', '/sales/*', '/dashboards/*', '/settings/*']) {
    app.get(path, context => {
      const isLoopback = context.req.url.startsWith('http:')
      return context.body(page, 200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': policy((isLoopback && loopback[API_HOST]) || `https://${API_HOST}`),
      })
    })
  }

  return {
    name: 'crm',
    hosts: ['app.futuresimple.com'],
    clock,
    switches,
    isApi: () => true,
    answer: (inbound, response) => answerWith(app.fetch, inbound, response),
    signOut: () => {},
    withdraw: () => {},
    reset: () => {},
  }
}
