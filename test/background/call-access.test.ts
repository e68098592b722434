import { describe, expect, it } from 'vitest'
import { accessOf, brokeredMethod } from '../../src/background/call-access'
import { thrownWords as words } from '../fakes/words'

describe('accessOf', () => {
  it.each([
    [undefined, 'read'],
    ['GET', 'read'],
    ['get', 'read'],
    ['HEAD', 'read'],
    ['POST', 'change'],
    ['put', 'change'],
    ['PATCH', 'change'],
    ['DELETE', 'change'],
    ['OPTIONS', 'bad-request'],
    ['TRACE', 'bad-request'],
    ['CONNECT', 'bad-request'],
    ['', 'bad-request'],
    ['GET ', 'bad-request'],
    ['constructor', 'bad-request'],
    ['CONSTRUCTOR', 'bad-request'],
  ])('says of %j: %s', (method, access) => {
    expect(words(() => accessOf(method))).toBe(access)
  })
})

describe('brokeredMethod', () => {
  it.each([
    [undefined, 'GET'],
    ['get', 'GET'],
    ['Patch', 'PATCH'],
    ['TRACE', 'bad-request'],
    ['', 'bad-request'],
    ['toString', 'bad-request'],
  ])('says of %j: %s', (method, name) => {
    expect(words(() => brokeredMethod(method))).toBe(name)
  })
})
