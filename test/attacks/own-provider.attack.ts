import { authWindow, consent, signIn } from '../e2e/harness/auth-window'
import { sandboxSetup } from '../sandbox/sandbox'
import { clients } from '../sandbox/setup'
import { attack, expect } from './arena'
import { fetching } from './brokered'

/** A provider of the setup's own, whose tokens nobody can narrow, and which does not tell what a call needs. */
const acme = {
  id: 'acme',
  name: 'Acme CRM',
  clientId: clients.acme.id,
  scopes: ['profile', 'things.read'],
  endpoints: {
    authorization: 'https://id.acme.example/authorize',
    token: 'https://id.acme.example/token',
    userinfo: 'https://id.acme.example/userinfo',
  },
  api: ['https://api.acme.example/v1/'],
}

attack('permit', 'asks for little where a login’s every call can do all, and then does all', async arena => {
  const { dealpass, sandbox } = arena
  const setup = sandboxSetup({ all: true })
  sandbox.set('acme', { refreshToken: false })
  for (const host of ['https://id.acme.example', 'https://api.acme.example']) await arena.letSiteIn(host)
  await arena.asScreen('useSetup', {
    text: JSON.stringify({ ...setup, providers: [...setup.providers, acme] }),
  })
  const window = await authWindow(dealpass, () => arena.asScreen('connect', { provider: 'acme' }))
  await signIn(window, sandbox.users.rep)
  await consent(window, 'Allow')
  const login = async () => (await arena.view()).connections.find(({ provider }) => provider === 'acme')
  await expect.poll(login, { intervals: [20] }).toBeDefined()
  try {
    const page = await arena.open('https://crm.acme.example/blank')
    const { question, outcome } = await arena.ask(page, fetching('acme', '/v1/me', { scopes: ['profile'] }))
    // The question says what the answer comes to.
    await expect(question.getByText('things.read')).toBeVisible()
    await question.getByRole('button', { name: 'Deny' }).click()
    expect(await outcome).toMatchObject({ code: 'not-permitted' })
    for (const path of ['/v1/me', '/v1/things'])
      expect(await arena.call(page, fetching('acme', path, { scopes: ['profile'] }))).not.toHaveProperty(
        'value',
      )
    expect(sandbox.saw({ host: 'api.acme.example' })).toEqual([])
  } finally {
    await arena.asScreen('disconnect', { connection: (await login())?.id ?? '', leave: true })
    await arena.asScreen('useSetup', { text: JSON.stringify(setup) })
    for (const origin of ['https://id.acme.example', 'https://api.acme.example'])
      await arena.asScreen('leaveSite', { origin })
  }
})
