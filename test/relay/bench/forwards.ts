import { Hono } from 'hono'

/**
 * What the relay is measured against: `/bare/…` passes a request on with a token and the answer back, and does nothing
 * else; `/duties/…` does besides, in the fewest words, what a relay may not leave out: it ends after 15 s, follows no redirect, reads the
 * whole answer and looks for the token in it, and writes a line.
 */
export function forwards(upstream: string, token: string): Hono {
  const app = new Hono()
  const addressed = (url: string, before: string) => {
    const { pathname, search } = new URL(url)
    return `${upstream}${pathname.slice(before.length)}${search}`
  }
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  app.all('/bare/api/sellytics/*', ({ req }) => fetch(addressed(req.url, '/bare/api/sellytics'), { headers }))
  app.all('/duties/api/sellytics/*', async ({ req }) => {
    const url = addressed(req.url, '/duties/api/sellytics')
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(15_000) })
    const body = await answer.arrayBuffer()
    if (new TextDecoder('latin1').decode(body).includes(token)) return new Response(null, { status: 502 })
    console.log(JSON.stringify({ time: new Date().toISOString(), request: crypto.randomUUID(), url }))
    const type = answer.headers.get('content-type') ?? ''
    return new Response(body, { status: answer.status, headers: { 'content-type': type } })
  })
  return app
}
