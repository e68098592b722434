import { describe, expect, it } from 'vitest'
import { AppError, errorCodes, faultOf, reasons } from '../../src/shared/errors'

describe('faultOf', () => {
  it('keeps the closed words of an AppError, and nothing else of it', () => {
    const error = new AppError('provider-rejected', 'too-large', {
      cause: { access_token: 'x' },
      message: 'words',
    })
    expect(faultOf(error)).toEqual({ code: 'provider-rejected', reason: 'too-large' })
    expect(faultOf(new AppError('denied'))).toEqual({ code: 'denied' })
    expect(Object.keys(faultOf(new AppError('denied')))).toEqual(['code'])
  })

  it.each([
    [new Error('no')],
    [new TypeError('Failed to fetch')],
    [new DOMException('aborted', 'AbortError')],
    [{ code: 'denied', reason: 'too-large' }],
    ['denied'],
    [null],
    [undefined],
  ])('says unexpected of anything else: %s', thrown => {
    expect(faultOf(thrown)).toEqual({ code: 'unexpected' })
  })
})

describe('AppError', () => {
  it('has its words as its message, unless it is given a sentence', () => {
    expect(new AppError('denied').message).toBe('denied')
    expect(new AppError('setup-wrong', 'setup-missing').message).toBe('setup-wrong: setup-missing')
    expect(new AppError('denied', undefined, { message: 'You said no.' }).message).toBe('You said no.')
  })

  it('is an Error by its own name', () => {
    expect(new AppError('denied')).toBeInstanceOf(Error)
    expect(new AppError('denied').name).toBe('AppError')
  })
})

describe('the lists of codes and reasons', () => {
  it('name each once', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length)
    expect(new Set(reasons).size).toBe(reasons.length)
  })

  it('have the codes that sites and Connect are promised', () => {
    const promised =
      'not-installed not-connected not-permitted reconnect-required scope-missing locked stopped wrong-user ' +
      'rate-limited bad-request provider-unreachable provider-rejected unexpected cancelled denied bad-state ' +
      'wrong-redirect wrong-issuer foreign-token wrong-account address-changed permission-missing setup-wrong ' +
      'blocked-by-policy timed-out interrupted'
    expect([...errorCodes].sort()).toEqual(promised.split(' ').sort())
  })
})
