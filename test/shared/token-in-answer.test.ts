import { describe, expect, it } from 'vitest'
import { hasToken } from '../../src/shared/token-in-answer'

const token = 'a7f3c9e1-4b2d~8e6f.0a1b_2c3d'
/** Its base64 has characters of both alphabets that differ. */
const odd = '~~~???>>>~~~???>>>'
const bytes = (text: string) => new TextEncoder().encode(text).buffer
const nothing = bytes('{"data":[]}')
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')
const base64url = (text: string) => Buffer.from(text, 'latin1').toString('base64url')

describe('hasToken', () => {
  it('finds none in an answer that has none', () => {
    expect(hasToken(token, ['OK', 'application/json'], nothing)).toBe(false)
    expect(hasToken(token, [], new ArrayBuffer(0))).toBe(false)
    expect(hasToken(token, [], bytes(`{"token":"${token.slice(0, -1)}"}`))).toBe(false)
  })

  it('finds it as it is, anywhere in the body', () => {
    for (const body of [
      token,
      `{"authorization":"Bearer ${token}"}`,
      `é${token}`,
      `${'x'.repeat(100_000)}${token}`,
    ])
      expect(hasToken(token, [], bytes(body)), body.slice(0, 40)).toBe(true)
  })

  it('finds it in a body that is no text', () => {
    const body = Uint8Array.from([0xff, 0xfe, 0x00, ...new TextEncoder().encode(token), 0x80])
    expect(hasToken(token, [], body.buffer)).toBe(true)
  })

  it('finds it in a header, and in the words of the status', () => {
    expect(hasToken(token, ['OK', `<https://api.example/?token=${token}>`], nothing)).toBe(true)
    expect(hasToken(token, [token], nothing)).toBe(true)
    expect(hasToken(token, ['OK', base64(`Bearer ${token}`)], nothing)).toBe(true)
  })

  it.each([token, odd, 'abcdefgh', 'abcdefghi', 'abcdefghij'])(
    'finds it in base64 of both alphabets, wherever it begins and whatever follows: %s',
    value => {
      for (const before of ['', 'x', 'xy', 'Bearer ', 'Bearer: ', 'Authorization: Bearer '])
        for (const after of ['', '"', '"}', '"}}', '\r\nhost: api.example'])
          for (const encode of [base64, base64url]) {
            const body = `{"echo":"${encode(before + value + after)}"}`
            expect(hasToken(value, [], bytes(body)), `${before}…${after}`).toBe(true)
          }
    },
  )

  it('has a value whose two alphabets differ', () => {
    expect(base64(odd)).not.toBe(base64url(odd))
  })

  it.each(['', 'a', '1234567'])('takes no text for a token that is too short to be one: %j', short => {
    expect(hasToken(short, [short], bytes(`{"id":"${short}"}`))).toBe(false)
  })

  it('minds no other token', () => {
    expect(hasToken(token, [], bytes(base64(`Bearer ${token.toUpperCase()}`)))).toBe(false)
  })
})
