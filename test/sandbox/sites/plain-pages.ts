import { type Context, Hono } from 'hono'
import { escapeHtml } from '../page'

// The empty icon keeps browsers from asking for one, which a test that counts requests would see.
const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}</head>
<body>${body}</body>
</html>
`

// Asked for anew each time, yet not `no-store`, which keeps a page out of some browsers' back/forward cache.
const html = (context: Context, text: string, cacheControl = 'no-cache') =>
  context.body(text, 200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': cacheControl })

const speculationRules = JSON.stringify({
  prerender: [{ source: 'list', urls: ['/blank'], eagerness: 'immediate' }],
})

/**
 * Makes the pages that every site has, without a policy and without scripts of their own:
 * - `/blank`, for code that a test evaluates, and `/child`, the same to be put into frames;
 * - `/embed?src=URL&sandbox=TOKENS`, one frame of that address, with the attribute `sandbox` only where it is given;
 * - `/cached`, which browsers keep, also for going back to it;
 * - `/prerender`, which has the browser prerender `/blank`.
 */
export function createPlainPages(): Hono {
  const app = new Hono()
  app.get('/blank', context => html(context, page('Blank', '', '')))
  app.get('/child', context => html(context, page('Child', '', '')))
  app.get('/cached', context => html(context, page('Cached', '', ''), 'max-age=60'))
  app.get('/embed', context => {
    const { src = '/child', sandbox } = context.req.query()
    const tokens = sandbox === undefined ? '' : ` sandbox="${escapeHtml(sandbox)}"`
    return html(context, page('Embed', '', `<iframe src="${escapeHtml(src)}"${tokens}></iframe>`))
  })
  app.get('/prerender', context =>
    html(context, page('Prerender', `<script type="speculationrules">${speculationRules}</script>\n`, '')),
  )
  app.get('/favicon.ico', context => context.body(null, 204))
  return app
}
