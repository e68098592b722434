import { Hono } from 'hono'

// The control on workerd: what Hono needs to pass a request on with a token and the answer back, and nothing else.

const app = new Hono<{ Bindings: { UPSTREAM: string; TOKEN: string } }>()
app.all('/api/sellytics/*', context => {
  const { pathname, search } = new URL(context.req.url)
  const headers = { authorization: `Bearer ${context.env.TOKEN}`, accept: 'application/json' }
  return fetch(`${context.env.UPSTREAM}${pathname.slice('/api/sellytics'.length)}${search}`, { headers })
})
export default app
