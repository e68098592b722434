import { describe, expect, it } from 'vitest'
import { accountLabel } from '../../src/shared/view'

describe('accountLabel', () => {
  it.each([
    [{ id: '7', name: 'Mia', email: 'mia@acme.example' }, 'mia@acme.example'],
    [{ id: '7', name: 'Mia' }, 'Mia'],
    [{ id: '7', name: undefined, email: undefined }, '7'],
    [{ id: '7' }, '7'],
    [null, null],
  ])('reads %j as %j', (account, label) => {
    expect(accountLabel({ account })).toBe(label)
  })

  it('adds the name of the connection’s own, by which several of one account are told apart', () => {
    const account = { id: '7', email: 'mia@acme.example' }
    expect(accountLabel({ account, label: 'Nightly sync' })).toBe('mia@acme.example · Nightly sync')
    expect(accountLabel({ account: null, label: 'Nightly sync' })).toBe('Nightly sync')
    expect(accountLabel({ account, label: '' })).toBe('mia@acme.example')
  })
})
