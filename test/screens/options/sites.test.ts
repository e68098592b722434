import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { receipts } from '../../../src/screens/options/receipts'
import { siteName, sitesOf } from '../../../src/screens/options/site-list'
import { Sites } from '../../../src/screens/options/sites'
import type { Receipt } from '../../../src/shared/receipt'
import type { ProposedSite, View } from '../../../src/shared/view'
import {
  exampleConnection as connection,
  exampleProvider,
  exampleSetup,
  exampleView,
  one,
  other,
  examplePermit as permit,
} from '../example'
import { browserAsked, draw, sent } from '../ui/drawn'

const crm = 'https://crm.example'
const desk = 'https://desk.acme.example'
const minute = 60_000
const ada = connection()

function sites(changes: Partial<View> = {}) {
  return draw(createElement(Sites, { view: exampleView({ connections: [ada], ...changes }) }))
}

describe('sitesOf', () => {
  const view = (changes: Partial<View>) => exampleView({ connections: [ada], ...changes })

  it('are those that the user let ask, those with a permit and those that were denied, each once', () => {
    const listed = sitesOf(
      view({
        sites: [{ origin: desk, addedAt: 5 }],
        permits: [permit(), permit({ id: 'second', site: desk })],
        denials: [{ site: crm, provider: one, until: 100 }],
      }),
      50,
    )
    expect(listed.map(({ origin, since }) => [origin, since])).toEqual([
      [desk, 5],
      [crm, undefined],
    ])
    expect(listed.map(({ permits, denials }) => [permits.length, denials.length])).toEqual([
      [1, 0],
      [1, 1],
    ])
  })

  it('has nothing that is over', () => {
    const over = view({
      permits: [permit({ until: 'hours', endsAt: 50 }), permit({ run: 'before' })],
      denials: [{ site: crm, provider: one, until: 50 }],
    })
    expect(sitesOf(over, 50)).toEqual([])
    expect(sitesOf(over, 49)).toHaveLength(1)
  })
})

describe('siteName', () => {
  it('leaves out the scheme only where it is https', () => {
    expect(siteName('https://crm.example:8443')).toBe('crm.example:8443')
    expect(siteName('http://127.0.0.1:4110')).toBe('http://127.0.0.1:4110')
  })
})

describe('Sites', () => {
  it('says how a site comes to be one where there is none', () => {
    const drawn = sites()
    expect(drawn.text).toContain('No site may use your logins.')
    expect(drawn.buttons).toEqual([])
  })

  it('says since when Dealpass runs, and ends it', () => {
    const drawn = sites({ sites: [{ origin: desk, addedAt: Date.UTC(2026, 7, 12, 12) }] })
    expect(drawn.text).toMatch(/Dealpass runs on this site since 12 August 2026, .*It has no permit\./)
    drawn.click('Stop using Dealpass on desk.acme.example')
    expect(sent).toEqual([{ name: 'leaveSite', input: { origin: desk } }])
  })

  it('ends permits one by one, those of a site, and all', () => {
    const all = [permit(), permit({ id: 'second', until: 'always' }), permit({ id: 'third', site: desk })]
    const drawn = sites({ permits: all })
    const end = (site: string) => `End permit of ${site} for Sell – ada@acme.example`
    expect(drawn.buttons).toEqual([
      end(crm),
      end(crm),
      `End all permits of ${crm}`,
      end(desk),
      'End all permits',
    ])
    drawn.click(end(desk))
    drawn.click(`End all permits of ${crm}`)
    drawn.click('End all permits')
    expect(sent).toEqual([
      { name: 'endPermit', input: { permit: 'third' } },
      { name: 'endPermits', input: { site: crm } },
      { name: 'endPermits', input: {} },
    ])
    expect(sites({ permits: [permit()] }).buttons).toEqual([end(crm)])
    const used = sites({ permits: [permit()], sites: [{ origin: crm, addedAt: 1 }] })
    expect(used.buttons).toEqual([end(crm), 'Stop using Dealpass on crm.example'])
  })

  it.each([
    ['once, for the page that is open', { until: 'once', page: 'page' }],
    ['until the browser closes', {}],
    [/until \d{1,2}:\d\d/, { until: 'hours', endsAt: Date.now() + minute }],
    ['always, until you end it', { until: 'always' }],
    ['May create, change and delete: ', { access: 'change' }],
    ['holds a short-lived token of its own', { use: 'token' }],
  ] as const)('says “%s” of a permit', (words, changes) => {
    expect(sites({ permits: [permit(changes)] }).text).toMatch(words)
  })

  it('says when a permit was used last, as far as the log goes back', () => {
    const text = (changes: Parameters<typeof permit>[0] = {}, view: Partial<View> = {}) =>
      sites({ permits: [permit({ grantedAt: Date.now(), ...changes })], ...view }).text
    const used: Receipt = { id: 1, kind: 'used', at: 0, since: 0, count: 1, site: crm, connection: 'ada' }
    expect(text()).not.toMatch(/used/)
    receipts.value = []
    expect(text()).toContain('until the browser closes · not used yet')
    expect(text({ grantedAt: 1 })).toContain('not used in the last 30 days')
    expect(text({}, { setup: exampleSetup({ rules: { keepReceiptsDays: 0 } }) })).not.toContain('used')
    receipts.value = [{ ...used, at: Date.now() - 3.5 * minute }]
    expect(text()).toContain('last used 3 minutes ago')
    receipts.value = [{ ...used, at: Date.now() }]
    expect(text()).toContain('last used just now')
    receipts.value = undefined
  })

  it('says what was denied until when, and lets it be asked again', () => {
    const drawn = sites({ denials: [{ site: crm, provider: one, until: Date.now() + minute }] })
    expect(drawn.text).toMatch(/You said no to Sell\. It cannot ask for it again until \d{1,2}:\d\d/)
    drawn.click(`Let it ask again: ${crm} for Sell`)
    expect(sent).toEqual([{ name: 'forgetDenial', input: { site: crm, provider: one } }])
  })

  it('names providers that are no more by their id', () => {
    const denials = [{ site: crm, provider: 'acme', until: Date.now() + minute }]
    expect(sites({ denials }).text).toContain('You said no to acme.')
  })

  describe('that the setup proposes', () => {
    const proposed = (changes: Partial<ProposedSite> = {}): ProposedSite => ({
      origin: desk,
      provider: one,
      scopes: ['read'],
      use: 'fetch',
      access: 'change',
      ...changes,
    })
    const proposals = (all: ProposedSite[], changes: Partial<View> = {}) =>
      sites({ setup: exampleSetup({ sites: all }), ...changes })

    it('wait visibly for the browser’s permission', () => {
      const drawn = proposals([proposed()])
      expect(drawn.text).toContain('what your company’s setup proposes, you have still to allow.')
      expect(drawn.text).toContain(
        `${desk}Sell: May create, change and delete · ${exampleProvider().scopes.read}`,
      )
      expect(drawn.text).toContain('would ask to get data through Dealpass')
      expect(drawn.text).toContain('Waiting for your permission')
      drawn.click('Use Dealpass on desk.acme.example')
      expect(sent).toEqual([{ name: 'useSite', input: { origin: desk } }])
      expect(browserAsked.origins).toEqual([[`${desk}/*`]])
    })

    it('offer one button for a site, however much is proposed for it', () => {
      const drawn = proposals([
        proposed(),
        proposed({ provider: other }),
        proposed({ origin: `${desk}:8443` }),
      ])
      expect(drawn.buttons).toEqual([
        'Use Dealpass on desk.acme.example',
        'Use Dealpass on desk.acme.example:8443',
      ])
    })

    it('wait no more where Dealpass runs, be it by the manifest', () => {
      const used = proposals([proposed()], { sites: [{ origin: desk, addedAt: 1 }] })
      expect(used.buttons).toEqual(['Stop using Dealpass on desk.acme.example'])
      expect(used.text).toContain('Dealpass runs there')
      expect(proposals([proposed({ origin: crm })]).buttons).toEqual([])
    })
  })
})
