import { describe, expect, it } from 'vitest'
import { siteFault } from '../../src/background/site-fault'
import { type ErrorCode, errorCodes, type Fault, reasons } from '../../src/shared/errors'
import { siteSentenceOf } from '../../src/shared/texts/page-errors'

/** The codes that widget authors are promised, and no others (design section 2.4). */
const promised = (
  'not-installed not-connected not-permitted reconnect-required scope-missing locked stopped wrong-user ' +
  'rate-limited bad-request provider-unreachable provider-rejected unexpected'
).split(' ')

/** Reasons that say something of the user's setup, keys or tokens: no business of a site's. */
const inner = ['client-refused', 'token-refused', 'password-refused', 'key-ended', 'weak-flow', 'no-way']

describe('siteFault', () => {
  it.each(errorCodes)('says %s in a word that sites are promised', code => {
    expect(promised).toContain(siteFault({ code }).code)
    for (const reason of reasons) {
      const told = siteFault({ code, reason })
      expect(promised).toContain(told.code)
      expect(inner).not.toContain(told.reason)
      expect(siteSentenceOf(told, 'SalesOS')).toMatch(/^\p{Lu}[^{}]{10,}\.$/u)
    }
  })

  it.each(promised)('leaves %s as it is', code => {
    expect(siteFault({ code: code as ErrorCode })).toEqual({ code })
  })

  it.each<[Fault, Fault]>([
    [{ code: 'address-changed' }, { code: 'reconnect-required', reason: 'see-dealpass' }],
    [
      { code: 'setup-wrong', reason: 'client-refused' },
      { code: 'reconnect-required', reason: 'see-dealpass' },
    ],
    [{ code: 'permission-missing' }, { code: 'reconnect-required', reason: 'see-dealpass' }],
    [{ code: 'timed-out' }, { code: 'provider-unreachable', reason: 'see-dealpass' }],
    [{ code: 'reconnect-required', reason: 'key-ended' }, { code: 'reconnect-required' }],
    [{ code: 'provider-rejected', reason: 'void-token' }, { code: 'provider-rejected' }],
    [
      { code: 'not-permitted', reason: 'brokered-only' },
      { code: 'not-permitted', reason: 'brokered-only' },
    ],
  ])('makes %j to %j', (fault, told) => {
    expect(siteFault(fault)).toEqual(told)
  })
})
