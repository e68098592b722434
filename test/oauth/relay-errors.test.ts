import { describe, expect, it } from 'vitest'
import { retryAfterOf } from '../../src/oauth/errors'
import { refusalOf, relayError } from '../../src/oauth/relay-errors'
import { errorAnswer, type RelayCode, RelayError, relayStatuses } from '../../src/relay/errors'
import { AppError } from '../../src/shared/errors'
import { reasonTexts } from '../../src/shared/texts/errors'

const codes = Object.keys(relayStatuses) as RelayCode[]
const answerOf = (code: RelayCode, retryAfter?: number) =>
  errorAnswer(new RelayError(code, { retryAfter }), 'an id')

describe('relayError', () => {
  it.each(codes)('makes of %s something that has a sentence and ends no login', code => {
    const { code: name, reason } = relayError(code, answerOf(code))
    expect(name).not.toBe('reconnect-required')
    expect(name).not.toBe('unexpected')
    if (reason?.startsWith('relay-')) expect(Object(reasonTexts)[reason]).toContain('relay')
  })

  it('knows by its status what a later version may say', () => {
    const later = (status: number) => relayError('from-a-later-version', new Response(null, { status })).code
    expect([500, 503, 429, 400, 403].map(later)).toEqual([
      'provider-unreachable',
      'provider-unreachable',
      'provider-unreachable',
      'setup-wrong',
      'setup-wrong',
    ])
    expect(relayError('constructor', new Response(null, { status: 400 })).reason).toBe('relay-setup')
  })

  it('tells a relay that is down from one that has a provider that is', () => {
    const reasons = Object.fromEntries(codes.map(code => [code, relayError(code, answerOf(code))]))
    const down = codes.filter(code => reasons[code]?.reason === 'relay-unreachable')
    expect(down).toEqual(['rate-limited', 'identity-unreachable', 'keys-unreadable', 'unexpected'])
    expect(down.map(code => reasons[code]?.code)).toEqual(down.map(() => 'provider-unreachable'))
    expect(reasons['upstream-unreachable']).toMatchObject({ code: 'provider-unreachable', reason: undefined })
  })

  it('keeps when to ask again', () => {
    expect(retryAfterOf(relayError('rate-limited', answerOf('rate-limited', 7)))).toBe(7_000)
  })
})

describe('refusalOf', () => {
  it('tells a relay that is there from one that is not', () => {
    expect(refusalOf(relayError('not-found', answerOf('not-found')))).toBe('not-found')
    expect(refusalOf(new AppError('provider-unreachable'))).toBe(null)
    const gateway = new Response(null, { status: 502 })
    expect(refusalOf(new AppError('provider-unreachable', undefined, { cause: gateway }))).toBe(null)
  })
})
