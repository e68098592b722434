import { type Context, Hono } from 'hono'
import type { Clock } from '../clock'
import { answerWith, type CommonSwitches, createSwitches, type SandboxServer } from '../exchange'
import type { LoopbackOrigins } from '../loopback'
import { createDesk } from './desk'
import { siteHosts } from './hosts'
import { createPlainPages } from './plain-pages'

/** What of the sites can be switched. */
export type SitesSwitches = CommonSwitches & {
  /**
   * Scripts that every site serves: path to JavaScript. The CRM's pages load `/dealpass.js` and `/widget.js`, where
   * they are here, as classic scripts.
   */
  files: Record<string, string>
}

const sitesSwitches: SitesSwitches = { fault: null, dead: false, files: {} }

/** The host of an API that the CRM's own scripts may call. */
const API_HOST = 'api.play2sell.com'

/**
 * Makes the third-party sites, which are INVENTED as a whole: an honest CRM and a partner whose scripts want to use
 * Dealpass, a hostile site, and some that look like the CRM. All have the plain pages; the CRM has its own besides.
 */
export function createSites(
  clock: Clock,
  loopback: LoopbackOrigins,
  options: { switches?: Partial<SitesSwitches> },
): SandboxServer<SitesSwitches> {
  const switches = createSwitches({ ...sitesSwitches, ...options.switches })
  const api = (origin: string) =>
    (origin === loopback[siteHosts.crm] && loopback[API_HOST]) || `https://${API_HOST}`

  const script = (context: Context) => {
    const text = switches.now.files[context.req.path]
    const headers = { 'cache-control': 'no-store' }
    return text === undefined
      ? context.text('There is nothing at this path\n', 404, headers)
      : context.body(text, 200, { ...headers, 'content-type': 'text/javascript; charset=utf-8' })
  }
  const plainPages = createPlainPages()
  const others = new Hono().route('/', plainPages).notFound(script)
  const crm = new Hono()
    .route('/', plainPages)
    .route(
      '/',
      createDesk(() => switches.now.files, api),
    )
    .notFound(script)

  return {
    name: 'sites',
    hosts: Object.values(siteHosts),
    clock,
    switches,
    isApi: () => true,
    answer: (inbound, response) => {
      const site = inbound.url.hostname === siteHosts.crm ? crm : others
      return answerWith(site.fetch, inbound, response)
    },
    signOut: () => {},
    withdraw: () => {},
    reset: () => {},
  }
}
