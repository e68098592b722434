import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createNeedles } from './needles'

const token = randomBytes(32).toString('hex')
const canary = { kind: 'refresh token', owner: 'sell', value: token }
const around = (bytes: Uint8Array) => Buffer.concat([randomBytes(1000), bytes, randomBytes(1000)])

describe('the search for secrets', () => {
  it.each([
    ['as it is', 'UTF-8', Buffer.from(token)],
    ['a piece of it', 'UTF-8', Buffer.from(token.slice(20, 32))],
    ['in UTF-16', 'UTF-16', Buffer.from(token, 'utf16le')],
    ['in hexadecimal', 'hexadecimal', Buffer.from(Buffer.from(token).toString('hex'))],
    ['in large hexadecimal', 'hexadecimal', Buffer.from(Buffer.from(token).toString('hex').toUpperCase())],
    ['in base64', 'base64', Buffer.from(btoa(token))],
    ['in base64 after one byte', 'base64', Buffer.from(btoa(`:${token}:`))],
    ['in base64 after two bytes', 'base64', Buffer.from(btoa(`id${token}`))],
    ['in a form', 'UTF-8', Buffer.from(`refresh_token=${encodeURIComponent(token)}&x=1`)],
  ])('finds one %s', (_how, written, bytes) => {
    const hits = createNeedles([canary]).in(around(bytes))
    expect(hits).toMatchObject([{ canary, written }])
    expect(hits[0]?.at).toBeGreaterThanOrEqual(1000)
  })

  it('finds it at the first and the last byte of what is searched, and in a view of something larger', () => {
    const needles = createNeedles([canary])
    expect(needles.in(Buffer.from(token))).toHaveLength(1)
    expect(needles.in(Buffer.from(`xx${token.slice(0, 12)}`))).toHaveLength(1)
    const large = new Uint8Array(Buffer.from(`${'x'.repeat(50)}${token}`))
    expect(needles.in(large.subarray(50))).toHaveLength(1)
    expect(needles.in(large.subarray(0, 50))).toEqual([])
  })

  it('finds no shorter piece, nothing in noise, and nothing that is packed tightly', () => {
    const needles = createNeedles([canary])
    expect(needles.in(around(Buffer.from(token.slice(0, 11))))).toEqual([])
    expect(needles.in(randomBytes(4_000_000))).toEqual([])
    expect(needles.in(new Uint8Array())).toEqual([])
    // Which is why packed files are unpacked before they are searched.
    expect(needles.in(deflateRawSync(token))).toEqual([])
  })

  it('names each secret once, of many', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      kind: 'access token',
      owner: String(index),
      value: randomBytes(24).toString('base64url'),
    }))
    const needles = createNeedles([...many, ...many])
    expect(needles.count).toBe(200)
    const text = [many[7], many[150], many[7]].map(one => one?.value).join(' ')
    expect(needles.in(Buffer.from(text)).map(({ canary: { owner } }) => owner)).toEqual(['7', '150'])
  })

  it('looks for the signature of a JWT alone, and for the bytes of a key', () => {
    const signature = randomBytes(32).toString('base64url')
    const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIiwiYSI6MX0.${signature}`
    const needles = createNeedles([{ ...canary, value: jwt }])
    expect(needles.in(Buffer.from(jwt.slice(0, -signature.length)))).toEqual([])
    expect(needles.in(Buffer.from(signature))).toHaveLength(1)
    const key = randomBytes(32)
    const ofKey = createNeedles([{ ...canary, value: key.toString('base64') }])
    expect(ofKey.in(around(key))).toMatchObject([{ written: 'bytes' }])
  })

  it('refuses a secret that could be found by chance', () => {
    expect(() => createNeedles([{ ...canary, value: 'short' }])).toThrow(
      'A refresh token of sell is too short to be searched for.',
    )
  })
})
