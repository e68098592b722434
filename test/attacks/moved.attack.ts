import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { grantHost } from '../e2e/harness/worker'
import { sandboxSetup } from '../sandbox/sandbox'
import { attack, expect } from './arena'
import { fetching } from './brokered'

declare const chrome: { permissions: { remove(wanted: object): Promise<boolean> } }

/** A server of the attacker's on this machine, which a setup file may move a provider to; it keeps all that it is sent. */
async function startThief(): Promise<{ origin: string; taken: string[]; server: Server }> {
  const taken: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    taken.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''} ${body}`)
    response.setHeader('content-type', 'application/json')
    response.end('{"access_token":"of-the-thief","token_type":"Bearer","expires_in":600}')
  })
  await new Promise<void>(open => server.listen(0, '127.0.0.1', open))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken, server }
}

attack('addresses', 'imports a setup that moves a connected provider to another server', async arena => {
  const page = await arena.open('https://crm.acme.example/blank')
  await arena.permit(page, { provider: 'salesos', use: 'token' })
  const { origin, taken, server } = await startThief()
  const setup = sandboxSetup({ all: true })
  const moved = {
    issuer: `${origin}/`,
    endpoints: {
      authorization: `${origin}/authorize`,
      token: `${origin}/oauth/token`,
      revocation: `${origin}/oauth/revoke`,
      userinfo: `${origin}/userinfo`,
    },
    api: [`${origin}/v1/`],
  }
  const text = JSON.stringify({
    ...setup,
    providers: setup.providers.map(entry => (entry.id === 'salesos' ? { ...entry, ...moved } : entry)),
    rules: { privateAddresses: [origin] },
  })
  // Whatever the browser lets us reach: it is our own word that the login goes nowhere else.
  await grantHost(arena.dealpass, 'http://127.0.0.1/*')
  try {
    const review = await arena.asScreen('reviewSetup', { text })
    await arena.asScreen('useSetup', { text })
    arena.sandbox.forget()
    // A renewal, with the refresh token; a call, with the token that is held; and Disconnect's way, with both.
    const refused = { code: 'reconnect-required', reason: 'see-dealpass' }
    const outcomes = []
    for (const source of [
      "return pass.token('salesos', { scopes: ['profile', 'leads:read'] })",
      fetching('salesos', '/v1/leads'),
      fetching('salesos', `${origin}/v1/leads`),
    ])
      outcomes.push(await arena.call(page, source))
    await arena.asScreen('endPermits', {})
    expect(taken).toEqual([])
    expect(arena.sandbox.saw()).toEqual([])
    for (const outcome of outcomes) expect(outcome).toMatchObject(refused)
    expect((await arena.view()).connections.find(({ provider }) => provider === 'salesos')).toMatchObject({
      status: 'needs-attention',
      fault: { code: 'address-changed' },
    })
    // It was said before.
    expect(review).toMatchObject({ moves: { salesos: 1 } })
  } finally {
    server.close()
    await arena.dealpass.inWorker(() => chrome.permissions.remove({ origins: ['http://127.0.0.1/*'] }))
    await arena.asScreen('useSetup', { text: JSON.stringify(setup) })
  }
  expect((await arena.view()).connections.map(({ status }) => status)).toEqual(['connected', 'connected'])
})
