import { describe, expect, it } from 'vitest'
import { ruleSentences } from '../../../src/screens/options/rules'

describe('ruleSentences', () => {
  it('says nothing where nothing is ruled', () => {
    expect(ruleSentences({})).toEqual([])
    expect(ruleSentences({ privateAddresses: [] })).toEqual([])
  })

  it('says every rule in a sentence of its own', () => {
    expect(
      ruleSentences({
        flows: ['implicit', 'personal_token'],
        maxLeaseMinutes: 30,
        lockAfterMinutes: 60,
        userProviders: false,
        userSites: true,
        privateAddresses: ['http://127.0.0.1:4105'],
        keepReceiptsDays: 7,
      }),
    ).toEqual([
      'Only these ways to connect: a sign-in in the browser and a personal token.',
      'A token that is handed to a page ends within 30 minutes.',
      'Dealpass is to lock itself after 60 minutes without use; this version does not lock yet.',
      'You may not add providers of your own, once a version can do that.',
      'You may allow any site that asks you, once a version can do that.',
      'Calls may go to these private addresses: http://127.0.0.1:4105.',
      'An activity log is to be kept for 7 days; this version has none yet.',
    ])
  })

  it('says it where no flow is left', () => {
    expect(ruleSentences({ flows: [] })).toEqual(['Nothing can be connected.'])
  })
})
