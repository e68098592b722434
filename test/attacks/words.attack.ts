import { sandboxSetup } from '../sandbox/sandbox'
import { type Arena, attack, expect } from './arena'
import { askRaw, openWire } from './raw-wire'

const secret = 'words-of-the-provider-8f3a'

/** A page that may have SalesOS' tokens; its next renewal meets what the provider answers now. */
async function renewing(arena: Arena, ...scopes: string[]) {
  const clicked = await arena.open('https://crm.acme.example/blank')
  await arena.permit(clicked, { provider: 'salesos', use: 'token' })
  const page = await arena.open('https://crm.acme.example/blank')
  await clicked.close()
  arena.sandbox.forget()
  await openWire(page)
  return () => askRaw(page, 'token', `{ provider: 'salesos', scopes: ${JSON.stringify(scopes)} }`)
}

attack('words', 'learns from a refusal what is wrong with the company’s setup', async arena => {
  const ask = await renewing(arena, 'profile')
  const body = { error: 'invalid_client', error_description: secret, client_secret: secret }
  arena.sandbox.set('salesos', { fault: { path: '/oauth/token', status: 401, body } })
  try {
    const outcome = await ask()
    expect(arena.sandbox.saw({ path: '/oauth/token' })).toMatchObject([{ status: 401 }])
    const error = { code: 'reconnect-required', reason: 'see-dealpass', message: expect.any(String) }
    expect(outcome).toEqual({ ok: false, error })
    expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`${secret}|client|setup`, 'i'))
    expect(JSON.stringify(await arena.view())).not.toContain(secret)
    expect(JSON.stringify(await arena.asScreen('receipts', {}))).not.toContain(secret)
  } finally {
    // It was noted that the provider refuses the setup; a setup that is used anew forgets that.
    await arena.asScreen('useSetup', { text: JSON.stringify(sandboxSetup({ all: true })) })
  }
})

attack('words', 'has a provider put a secret into the words of its errors', async arena => {
  const ask = await renewing(arena, 'email')
  for (const fault of [
    { status: 400, body: { error: secret, error_description: secret } },
    { status: 400, body: secret },
    { status: 500, body: secret },
    { status: 200, body: `<html>${secret}</html>`, contentType: 'text/html' },
    { status: 200, body: { access_token: secret, token_type: secret } },
    { status: 200, body: {}, headers: { 'www-authenticate': `Bearer error="${secret}"` } },
  ]) {
    arena.sandbox.set('salesos', { fault: { path: '/oauth/token', ...fault } })
    const outcome = await ask()
    expect(outcome.error?.code).toMatch(/^(?:provider-|unexpected|reconnect-)/)
    for (const key of Object.keys(outcome.error ?? {})) expect(['code', 'reason', 'message']).toContain(key)
    expect(JSON.stringify(outcome)).not.toContain(secret)
    await arena.expectNoSecret(outcome)
  }
  expect(JSON.stringify([await arena.view(), await arena.asScreen('receipts', {})])).not.toContain(secret)
  expect((await arena.dealpass.errors()).join()).not.toContain(secret)
})
