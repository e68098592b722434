import { attack, expect } from './arena'

attack('given', 'keeps a token and uses it after its permit has ended', async arena => {
  arena.sandbox.set('sell', { revokeNeedsBasic: false })
  const page = await arena.open('https://crm.acme.example/blank')
  await arena.permit(page, { provider: 'sell', use: 'token' })
  const { value } = await arena.call(page, "return (await pass.token('sell')).accessToken")
  expect(value).toMatch(/^[0-9a-f]{64}$/)
  // From wherever the attacker has taken it to.
  const use = () =>
    arena.dealpass.inWorker(
      async token =>
        (await fetch('https://api.getbase.com/v2/leads', { headers: { authorization: `Bearer ${token}` } }))
          .status,
      String(value),
    )
  expect(await use()).toBe(200)
  await arena.asScreen('endPermits', { site: 'https://crm.acme.example' })
  expect(await use()).toBe(401)
  expect(arena.sandbox.saw({ path: '/oauth2/revoke' })).toMatchObject([{ status: 200 }])
  // The page is not given another one either, nor the same again.
  const fresh = await arena.open('https://crm.acme.example/blank')
  expect(await arena.call(fresh, "return pass.token('sell')")).toMatchObject({ code: 'not-permitted' })
})
