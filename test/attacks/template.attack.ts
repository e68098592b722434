import { createHash } from 'node:crypto'
import { attack, expect } from './arena'
import { fetching, reader } from './brokered'

attack(
  'template',
  'has secrets and names of people written into the activity log, by the paths of its calls',
  async arena => {
    const page = await reader(arena)
    const written = [
      createHash('sha256').update('key').digest('hex'),
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
      'mia.lindqvist@acme.example',
      'Passw0rd!',
      '6210431',
      'c4ca4238-a0b9-4238-a0b9-c4ca4238a0b9',
      'ghp_abcdefGHIJKLmnop',
    ]
    for (const secret of written) {
      await arena.call(page, fetching('sell', `/v2/leads/${encodeURIComponent(secret)}`))
      await arena.call(page, fetching('sell', `/v2/leads?key=${encodeURIComponent(secret)}#${secret}`))
      // A provider or a connection that is a secret is none that anybody knows.
      await arena.call(page, `return pass.token(${JSON.stringify(secret)})`)
      await arena.call(page, `return pass.token('sell', { connection: ${JSON.stringify(secret)} })`)
    }
    expect(arena.apiCalls().length).toBeGreaterThan(written.length)
    const receipts = JSON.stringify(await arena.asScreen('receipts', {}))
    expect(receipts).toContain('/v2/leads/:id')
    const view = JSON.stringify(await arena.view())
    for (const secret of written) {
      expect(receipts).not.toContain(secret)
      expect(view.replaceAll(/"account":\{[^}]*\}/g, '')).not.toContain(secret)
    }
    await arena.expectNoSecret(receipts, view)
  },
)
