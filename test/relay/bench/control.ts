import { serve } from '@hono/node-server'
import { Hono } from 'hono'

// The control: what Hono needs to pass a request on with a token and the answer back, and nothing else.

const [upstream = '', token = ''] = process.argv.slice(2)
const app = new Hono()
app.all('/api/sellytics/*', context => {
  const { pathname, search } = new URL(context.req.url)
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  return fetch(`${upstream}${pathname.slice('/api/sellytics'.length)}${search}`, { headers })
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(port))
