import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { attack, expect } from './arena'
import { fetching, reader } from './brokered'

const statuses = [301, 302, 303, 307, 308]

attack('redirects', 'is led by the API to another resource of the same API', async arena => {
  const page = await reader(arena)
  for (const status of statuses) {
    const headers = { location: '/v2/users/self' }
    arena.sandbox.set('sell', { fault: { path: '/v2/leads', status, body: 'secret of a redirect', headers } })
    const outcome = await arena.call(page, fetching('sell', '/v2/leads'))
    expect(outcome, String(status)).toMatchObject({ code: 'provider-rejected', reason: 'redirected' })
    expect(outcome).not.toHaveProperty('value')
    await arena.expectNoSecret(outcome)
  }
  expect(arena.sandbox.saw({ path: '/v2/leads' })).toHaveLength(statuses.length)
  expect(arena.sandbox.saw({ path: '/v2/users/self' })).toEqual([])
})

attack('redirects', 'has the API send the call on to another host, and the token with it', async arena => {
  const page = await reader(arena)
  const targets = ['https://evil.example/steal', '//evil.example/steal', 'https://api.play2sell.com/v1/leads']
  for (const status of statuses)
    for (const location of targets) {
      arena.sandbox.set('sell', { fault: { path: '/v2/leads', status, body: '', headers: { location } } })
      expect(await arena.call(page, fetching('sell', '/v2/leads')), `${status} ${location}`).toMatchObject({
        code: 'provider-rejected',
        reason: 'redirected',
      })
    }
  expect(arena.sandbox.saw().filter(({ host }) => host !== 'api.getbase.com')).toEqual([])
})

attack('redirects', 'has the API send the call on to this machine', async arena => {
  const page = await reader(arena)
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'authorization')
    response.end('{"inside":"the machine"}')
  })
  await new Promise<void>(open => server.listen(0, '127.0.0.1', open))
  try {
    const { port } = server.address() as AddressInfo
    for (const status of statuses)
      for (const host of ['127.0.0.1', 'localhost', '2130706433']) {
        const headers = { location: `http://${host}:${port}/steal` }
        arena.sandbox.set('sell', { fault: { path: '/v2/leads', status, body: '', headers } })
        expect(await arena.call(page, fetching('sell', '/v2/leads'))).toMatchObject({
          code: 'provider-rejected',
          reason: 'redirected',
        })
      }
    expect(seen).toEqual([])
  } finally {
    server.close()
  }
})

attack('redirects', 'gets the address of a redirect, where a secret may stand', async arena => {
  const page = await reader(arena)
  const signed = 'https://files.example/x?signature=secret-of-the-redirect'
  for (const status of [300, 302, 305, 306, 399]) {
    const fault = {
      path: '/v2/leads',
      status,
      body: 'moved: secret-of-the-redirect',
      headers: { location: signed },
    }
    arena.sandbox.set('sell', { fault })
    const outcome = await arena.call(page, fetching('sell', '/v2/leads'))
    expect(outcome, String(status)).toMatchObject({ code: 'provider-rejected', reason: 'redirected' })
    expect(JSON.stringify(outcome)).not.toContain('secret-of-the-redirect')
  }
})
