import { calculateJwkThumbprint, exportJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { newProofKey, proofOf, thumbprintOf } from '../../src/oauth/proof'
import { proofCheck } from '../../src/relay/proof'

const origin = 'https://relay.example'
const address = `${origin}/oauth/acme/token?x=1`
const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer

/** Checks a proof as the relay does, and gives whose it is or the relay's word for what is wrong. */
async function checked(
  proof: string,
  asked: { method?: string; target?: string; body?: string },
  at = Date.now(),
) {
  const { method = 'POST', target = '/oauth/acme/token?x=1', body = 'a=b' } = asked
  const check = proofCheck(
    origin,
    async () => true,
    () => at,
  )
  let user = ''
  const accept = ({ id }: { id: string }) => {
    user = id
  }
  return check(proof, { method, target, body: async () => bytes(body), claim: () => {}, accept }).then(
    () => user,
    ({ code }) => code,
  )
}

describe('proofOf', () => {
  it.each<[string, string | ArrayBuffer]>([
    ['a text', 'a=b'],
    ['bytes', bytes('a=b')],
  ])('is taken by the relay for the very request, with a body of %s', async (_, body) => {
    const pair = await newProofKey()
    const proof = await proofOf(pair, { method: 'POST', address, body }, Date.now())
    expect(await checked(proof, {})).toBe(`key:${await thumbprintOf(pair)}`)
  })

  it.each([
    ['method', { method: 'GET' }],
    ['path', { target: '/oauth/acme/revoke?x=1' }],
    ['query', { target: '/oauth/acme/token?x=2' }],
    ['body', { body: 'a=c' }],
  ])('is of no use for another %s', async (_, change) => {
    const pair = await newProofKey()
    const proof = await proofOf(pair, { method: 'POST', address, body: 'a=b' }, Date.now())
    expect(await checked(proof, change)).toBe('bad-credentials')
  })

  it('is of its time, and each its own', async () => {
    const pair = await newProofKey()
    const asked = { method: 'POST', address, body: 'a=b' }
    const now = Date.now()
    expect(await checked(await proofOf(pair, asked, now - 3_600_000), {}, now)).toBe('stale-proof')
    expect(await proofOf(pair, asked, now)).not.toBe(await proofOf(pair, asked, now))
  })

  it('is by a key whose private part nobody can read', async () => {
    const { privateKey } = await newProofKey()
    expect(privateKey.extractable).toBe(false)
  })
})

describe('thumbprintOf', () => {
  it('is RFC 7638’s', async () => {
    const pair = await newProofKey()
    expect(await thumbprintOf(pair)).toBe(await calculateJwkThumbprint(await exportJWK(pair.publicKey)))
  })
})
