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
        longestPermit: 'hours',
      }),
    ).toEqual([
      'Only these ways to connect: a sign-in in the browser and a personal token.',
      'A token that is handed to a page ends within 30 minutes.',
      'Where a passphrase is set, Dealpass locks itself after 60 minutes without use.',
      'You may not add providers of your own, once a version can do that.',
      'You may use Dealpass on any site.',
      'Calls may go to these private addresses: http://127.0.0.1:4105.',
      'The activity log goes back 7 days.',
      'What you allow a site holds for 8 hours at most.',
    ])
  })

  it('says it where no flow is left', () => {
    expect(ruleSentences({ flows: [] })).toEqual(['Nothing can be connected.'])
  })

  it('says it where sites are closed and where nothing is logged', () => {
    expect(ruleSentences({ userSites: false, keepReceiptsDays: 0 })).toEqual([
      'Dealpass may be used only on sites that the setup proposes.',
      'No activity log is kept.',
    ])
  })

  it.each([
    ['once', 'What you allow a site holds for the page that is open, and no longer.'],
    ['run', 'What you allow a site holds until the browser closes at most.'],
    ['always', 'What you allow a site may hold until you end it.'],
  ] as const)('says that %s is the longest', (longestPermit, sentence) => {
    expect(ruleSentences({ longestPermit })).toEqual([sentence])
  })
})
