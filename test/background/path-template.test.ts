import { describe, expect, it } from 'vitest'
import { pathTemplate } from '../../src/background/path-template'

const of = (path: string) => pathTemplate(new URL(`https://api.example${path}`))

describe('pathTemplate', () => {
  it.each([
    ['/', '/'],
    ['/v2/leads', '/v2/leads'],
    ['/v2/leads/', '/v2/leads'],
    ['//v2//leads', '/v2/leads'],
    ['/v2/users/self', '/v2/users/self'],
    ['/v99/call_outcomes', '/v99/call_outcomes'],
    ['/data/v1/Leads/sales-reps', '/data/v1/Leads/sales-reps'],
    ['/CRM/v3/opportunities', '/CRM/v3/opportunities'],
    ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/g/h'],
    ['/a/b/c/d/e/f/g/h/i/j', '/a/b/c/d/e/f/g/h/…'],
    ['/v2/leads/../users', '/v2/users'],
  ])('keeps what API designers write: %s', (path, template) => {
    expect(of(path)).toBe(template)
  })

  it.each([
    ['a number', '4711'],
    ['a UUID', '0f8fad5b-d9cd-469f-a165-70867728950e'],
    ['hex', 'deadbeef00c0ffee'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['base64url', 'dGhpcyBpcyBhIHNlY3JldA'],
    ['base64url of letters alone', 'AbCdEfGhIjKlMnOp'],
    ['a short code of mixed case', 'aBcDe'],
    ['a code in capitals', 'QWERTZ'],
    ['a code of letters alone', 'kxqzvbnmwrt'],
    ['many letters', 'abababababababababababababa'],
    ['many words', 'sales-pipeline-of-the-north'],
    ['one long part', 'abababababababababa'],
    ['an e-mail', 'ada@acme.example'],
    ['an encoded e-mail', 'ada%40acme.example'],
    ['encoded letters', '%61da'],
    ['a space', 'Ada Lovelace'],
    ['another alphabet', 'Wörter'],
    ['a code as of SellSN', 'f3Kq_-29dLmZ0aBcDeFgHiJkLmNoPqRs'],
    ['a date', '2026-10-05'],
    ['a file', 'leads.json'],
    ['a version beyond all', 'v100'],
    ['no version', 'v0'],
    ['a matrix parameter', 'leads;token=abc'],
    ['a colon', 'users:search'],
    ['separators alone', '__'],
    ['a word with a number', 'lead7'],
  ])('keeps none of %s', (_, segment) => {
    expect(of(`/v2/leads/${segment}`)).toBe('/v2/leads/:id')
    expect(of(`/v2/${segment}/leads`)).toBe('/v2/:id/leads')
  })

  it('has nothing of host, query and fragment', () => {
    expect(of('/v2/leads?token=secret&q=ada#fragment')).toBe('/v2/leads')
    expect(pathTemplate(new URL('https://user:pass@host.example/leads'))).toBe('/leads')
  })

  it('lets through no random text that is as long as a secret', () => {
    const alphabets = {
      hex: '0123456789abcdef',
      base64url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
      letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
    }
    const random = seeded(7)
    const through = Object.values(alphabets).flatMap(alphabet =>
      Array.from({ length: 2_000 }, () => {
        const length = 16 + Math.floor(random() * 40)
        return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
      }).filter(secret => of(`/v2/${secret}`) !== '/v2/:id'),
    )
    expect(through).toEqual([])
  })

  it('is made of words, versions, :id and … for whatever path', () => {
    const random = seeded(11)
    const made = Array.from({ length: 2_000 }, () => {
      const length = Math.floor(random() * 60)
      const path = Array.from({ length }, () => String.fromCodePoint(33 + Math.floor(random() * 400))).join(
        '',
      )
      return of(`/${encodeURI(path)}`)
    })
    const isTemplate = /^\/$|^(?:\/(?:[A-Za-z]+(?:[-_][a-z]+)*|v\d{1,2}|:id)){1,8}(?:\/…)?$/
    expect(made.filter(template => !isTemplate.test(template))).toEqual([])
  })
})

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
