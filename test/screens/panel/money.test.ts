import { describe, expect, it } from 'vitest'
import { money } from '../../../src/screens/panel/money'

/** The same without what separates and marks, which is the locale's. */
const digits = (text: string | undefined) => text?.replace(/[^\d-]/g, '')

describe('money', () => {
  it('is the amount in its currency', () => {
    expect(money('48000', 'EUR')).toContain('€')
    expect(digits(money('48000', 'EUR'))).toBe('48000')
    expect(digits(money('-12.5', 'EUR'))).toBe('-1250')
  })

  it('loses no cent of a large amount, as a float would', () => {
    expect(Number('90071992547409.93').toFixed(2)).toBe('90071992547409.94')
    expect(digits(money('90071992547409.93', 'EUR'))).toBe('9007199254740993')
  })

  it('has cents only where there are some', () => {
    expect(digits(money('48000.00', 'EUR'))).toBe('48000')
    expect(digits(money('48000.10', 'EUR'))).toBe('4800010')
    expect(digits(money('48000', 'JPY'))).toBe('48000')
  })

  it('is short where that is wanted', () => {
    expect(digits(money('203700', 'EUR', 'compact'))).toBe('204')
  })

  it('is a plain number where the currency is none', () => {
    expect(digits(money('48000', undefined))).toBe('48000')
    expect(digits(money('48000', 'euros'))).toBe('48000')
  })

  it.each([undefined, '', 'much', '12,50', 'Infinity', '0x10'])('is nothing for %s', amount => {
    expect(money(amount, 'EUR')).toBeUndefined()
  })
})
