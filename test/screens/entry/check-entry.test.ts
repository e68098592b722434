import { describe, expect, it } from 'vitest'
import { checkEntry, type EntryFlow, isEntryFlow } from '../../../src/screens/entry/check-entry'

function check(flow: EntryFlow, typed: Record<string, string>) {
  return checkEntry(flow, name => typed[name] ?? '')
}

describe('isEntryFlow', () => {
  it('knows the flows with something to enter', () => {
    expect(isEntryFlow('password')).toBe(true)
    expect(isEntryFlow('implicit')).toBe(false)
    expect(isEntryFlow('toString' as never)).toBe(false)
    expect(isEntryFlow(null)).toBe(false)
  })
})

describe('checkEntry', () => {
  it('takes white space away that stands around', () => {
    expect(check('personal_token', { label: ' Nightly sync ', token: ' \tabc123\r\n' })).toEqual({
      entry: { flow: 'personal_token', label: 'Nightly sync', token: 'abc123' },
    })
    expect(check('client_credentials', { label: 'North', clientId: ' id ', clientSecret: ' s ' })).toEqual({
      entry: { flow: 'client_credentials', label: 'North', clientId: 'id', clientSecret: 's' },
    })
  })

  it('leaves a password as it is', () => {
    expect(check('password', { username: ' ada ', password: ' a b\u0007 ' })).toEqual({
      entry: { flow: 'password', username: 'ada', password: ' a b\u0007 ' },
    })
  })

  it('refuses white space and what cannot be seen inside a code', () => {
    expect(check('client_credentials', { label: 'North', clientId: 'a b', clientSecret: 'a\nb' })).toEqual({
      faults: { clientId: 'whiteSpace', clientSecret: 'whiteSpace' },
    })
    for (const unseen of ['a\u0007b', 'a\u200bb', 'a\u202eb'])
      expect(check('personal_token', { label: 'x', token: unseen })).toEqual({ faults: { token: 'unseen' } })
  })

  it('lets names have spaces, and refuses what cannot be seen there too', () => {
    expect(check('personal_token', { label: 'a\u202eb', token: 'x' })).toEqual({
      faults: { label: 'unseen' },
    })
    expect(check('password', { username: 'Ada Byron', password: 'x' })).toHaveProperty('entry')
  })

  it('names every field that is missing', () => {
    expect(check('client_credentials', { label: ' ' })).toEqual({
      faults: { label: 'missing', clientId: 'missing', clientSecret: 'missing' },
    })
    expect(check('password', {})).toEqual({ faults: { username: 'missing', password: 'missing' } })
  })
})
