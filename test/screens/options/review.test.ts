import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { Review } from '../../../src/screens/options/review'
import type { SetupReview } from '../../../src/shared/setup-review'
import { exampleProvider, one } from '../example'
import { draw } from '../ui/drawn'

type Reviewed = SetupReview['providers'][number]
const { id, name, logo, scopes } = exampleProvider()

const example: Reviewed = {
  id,
  name,
  logo,
  scopes,
  flow: 'implicit',
  asks: ['read'],
  keys: [],
  hasSecret: false,
  allowImplicitRefresh: false,
  hosts: [{ host: 'api.sell.example', receives: ['sign-ins', 'tokens', 'secrets', 'data'] }],
  replacesHosts: [],
  changes: 0,
}

function reviewed(changes: Partial<Reviewed> = {}, rest: Partial<SetupReview> = {}) {
  const provider: Reviewed = { ...example, ...changes }
  const review: SetupReview = {
    organisation: {},
    providers: [provider],
    removes: [],
    forgets: [],
    newSecrets: [],
    sites: [],
    rules: {},
    ...rest,
  }
  return draw(createElement(Review, { review, onUse: () => {}, onCancel: () => {} }))
}

describe('Review', () => {
  it('says of each host what it receives, secrets included', () => {
    const drawn = reviewed()
    expect(drawn.all('strong').map(({ text }) => text)).toEqual(['api.sell.example'])
    expect(drawn.text).toContain('receives your sign-ins, tokens, client secrets and requests for your data')
    expect(drawn.text).toContain('Sign-in in the browser (implicit)')
    expect(drawn.text).toContain(scopes.read)
    expect(drawn.buttons).toEqual(['Use this setup', 'Cancel'])
  })

  it.each<[string, Partial<Reviewed>]>([
    ['practice', { isPractice: true }],
    ['id.acme.example', { host: 'id.acme.example' }],
    ['Client id dealpass', { clientId: 'dealpass' }],
    ['Replaces client id old', { replaces: 'old' }],
    ['No longer uses old.example.', { replacesHosts: ['old.example'] }],
    ['One connection will need attention, since its addresses change.', { changes: 1 }],
    ['3 connections will need attention, since their addresses change.', { changes: 3 }],
    ['Their secrets will be kept in the vault and never shown or exported.', { keys: ['North', 'South'] }],
    ['NorthSouth', { keys: ['North', 'South'] }],
    ['A client secret will be kept in the vault and never shown or exported.', { hasSecret: true }],
    ['It keeps the refresh token', { allowImplicitRefresh: true }],
    ['Its tokens are made forhttps://api.example', { audience: 'https://api.example' }],
    ['Your company’s relay is shown its ID tokens', { idToken: true as const }],
  ])('says “%s” only where that is so', (sentence, changes) => {
    expect(reviewed().text).not.toContain(sentence)
    expect(reviewed(changes).text).toContain(sentence)
  })

  it('warns of a relay once, at the first provider behind it', () => {
    const relays = ['a.example', 'b.example', 'a.example']
    const providers = relays.map((relay, index) => ({ ...example, id: String(index), relay }))
    const drawn = reviewed({}, { providers: [...providers, { ...example, id: 'direct' }] })
    const isWarned = drawn.all('section').map(({ text }) => text.includes('A server of your company'))
    expect(isWarned).toEqual([true, true, false, false])
  })

  it('says what goes', () => {
    const drawn = reviewed(
      {},
      {
        removes: ['Acme CRM'],
        forgets: [{ provider: 'sellytics', label: 'North' }],
        newSecrets: [{ provider: 'sellytics', label: 'South' }],
      },
    )
    expect(drawn.text).toContain('No longer configured: Acme CRM.')
    expect(drawn.text).toContain(
      'No longer in the setup: North of sellytics. A key is forgotten once no connection uses it',
    )
  })

  it('shows sites as proposals, and rules in words', () => {
    const site = { origin: 'https://crm.example', provider: one, scopes: ['read'] } as const
    const drawn = reviewed(
      {},
      {
        sites: [{ ...site, scopes: ['read'], use: 'token', access: 'read', name, words: ['See all data'] }],
        rules: { keepReceiptsDays: 7 },
      },
    )
    expect(drawn.text).toContain('Proposals: none of them may use anything before you allow it.')
    expect(drawn.text).toContain('https://crm.exampleSell: May read · See all data')
    expect(drawn.text).toContain('The activity log goes back 7 days.')
  })
})
