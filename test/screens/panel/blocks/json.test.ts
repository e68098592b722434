import { describe, expect, it } from 'vitest'
import { dictionary, listOf } from '../../../../src/screens/panel/blocks/json'

describe('dictionary', () => {
  it('is the object', () => {
    expect(dictionary({ a: 1 })).toEqual({ a: 1 })
  })

  it.each([null, undefined, 'text', 1])('throws a TypeError for %s', value => {
    expect(() => dictionary(value)).toThrow(TypeError)
  })
})

describe('listOf', () => {
  it('keeps the objects of a list', () => {
    expect(listOf([{ a: 1 }, null, 'text', { b: 2 }])).toEqual([{ a: 1 }, { b: 2 }])
  })

  it('throws a TypeError for something else', () => {
    expect(() => listOf({ length: 0 })).toThrow(TypeError)
  })
})
