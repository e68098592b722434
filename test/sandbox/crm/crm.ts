import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import { leads } from '../leads'
import { escapeHtml } from '../page'
import { userById, users } from '../people'

const crmSwitches: CommonSwitches = { fault: null, dead: false }

// Frames are not restricted, not by a `default-src` either: an extension puts its own in. Connections are, to what
// scripts on the page may reach.
const POLICY = [
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "object-src 'none'",
  "connect-src 'self' https://api.play2sell.com",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const file = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

/** Makes the demo CRM at `app.futuresimple.com`: a single-page app with the paths of Sell's web app. */
export function createCrm(clock: Clock, options: { switches?: Partial<CommonSwitches> }): SandboxServer {
  const switches = createSwitches({ ...crmSwitches, ...options.switches })
  const startedAt = clock.now()
  const app = new Hono()

  const model = JSON.stringify({
    user: { name: users.rep.name, email: users.rep.email },
    leads: leads.map(({ lastTouchAgoMs, nextStepInMs, createdAgoMs, ownerId, ...lead }) => ({
      ...lead,
      owner: userById(ownerId)?.name,
      lastTouchAt: startedAt - lastTouchAgoMs,
      nextStepAt: startedAt + nextStepInMs,
      createdAt: startedAt - createdAgoMs,
    })),
  })
  // In an attribute, since the policy allows no inline script, not even one that only holds JSON for sure.
  const page = file('./app.html').replace('MODEL', () => escapeHtml(model))

  const asset = (type: string, text: string) => () =>
    new Response(text, { headers: { 'content-type': type, 'cache-control': 'no-store' } })

  app.get('/', context => context.redirect('/leads'))
  app.get('/assets/app.css', asset('text/css; charset=utf-8', file('./app.css')))
  app.get('/assets/app.js', asset('text/javascript; charset=utf-8', file('./app.js')))
  app.get('/favicon.ico', context => context.body(null, 204))
  for (const path of ['/leads', '/leads/*', '/crm/*', '/sales', '/sales/*', '/dashboards/*', '/settings/*']) {
    app.get(path, context =>
      context.body(page, 200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': POLICY,
      }),
    )
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
