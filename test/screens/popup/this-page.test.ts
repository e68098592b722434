import { createElement } from 'preact'
import { describe, expect, it } from 'vitest'
import { PageItem } from '../../../src/screens/popup/page-item'
import { pageAt } from '../../../src/screens/popup/this-page'
import type { ProposedSite, View } from '../../../src/shared/view'
import { exampleSetup, exampleView, one, examplePermit as permit } from '../example'
import { browserAsked, draw, sent, until } from '../ui/drawn'

const origin = 'https://crm.acme.example'
const proposed: ProposedSite = { origin, provider: one, scopes: ['read'], use: 'fetch', access: 'read' }
const closed = { userSites: false }

describe('pageAt', () => {
  it.each([
    ['https://crm.acme.example/deals?id=1#top', origin, 'crm.acme.example'],
    ['https://crm.acme.example:8443/', `${origin}:8443`, 'crm.acme.example:8443'],
    ['https://b\u00fccher.example/', 'https://xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['http://localhost:3000/', 'http://localhost:3000', 'localhost:3000'],
    ['http://127.0.0.1/', 'http://127.0.0.1', '127.0.0.1'],
  ])('offers %s', (address, at, host) => {
    expect(pageAt(address, exampleView())).toEqual({
      origin: at,
      host,
      isUsed: false,
      isProposed: false,
      permits: 0,
    })
  })

  it.each([
    undefined,
    '',
    'http://crm.acme.example/',
    'http://localhost.acme.example/',
    'http://127.0.0.1.acme.example/',
    'http://127.0.0.2/',
    'chrome-extension://abc/src/screens/popup/index.html',
    'chrome://extensions/',
    'about:blank',
    'file:///etc/hosts',
    'data:text/html,https://crm.acme.example',
    'https://crm.example/leads/1',
    'https://crm.example:8443/',
  ])('offers nothing at %s', address => {
    expect(pageAt(address, exampleView())).toBeUndefined()
  })

  it('says what runs and what the setup proposes, and of that origin alone', () => {
    const sites = [{ origin, addedAt: 1 }]
    const view = exampleView({ sites, setup: exampleSetup({ sites: [proposed] }) })
    expect(pageAt(origin, view)).toMatchObject({ isUsed: true, isProposed: true })
    expect(pageAt(`${origin}:8443`, view)).toMatchObject({ isUsed: false, isProposed: false })
  })

  it('counts the permits that hold', () => {
    const permits = [
      permit({ site: origin }),
      permit({ site: origin, run: 'before' }),
      permit({ site: origin, until: 'hours', endsAt: 1 }),
      permit({ site: origin, until: 'always', run: 'before' }),
      permit(),
    ]
    expect(pageAt(origin, exampleView({ permits }))?.permits).toBe(2)
  })

  it('offers only what the setup proposes where its rules leave no other', () => {
    const offered = (changes: Partial<View>) => pageAt(origin, exampleView(changes)) !== undefined
    expect(offered({ setup: exampleSetup({ rules: closed }) })).toBe(false)
    expect(offered({ setup: exampleSetup({ rules: closed, sites: [proposed] }) })).toBe(true)
    expect(offered({ setup: exampleSetup({ rules: closed }), sites: [{ origin, addedAt: 1 }] })).toBe(true)
    expect(offered({ setup: null })).toBe(true)
  })
})

describe('PageItem', () => {
  const item = async (changes: Partial<View> = {}) => {
    browserAsked.address = `${origin}/deals`
    const drawn = draw(createElement(PageItem, { view: exampleView(changes) }))
    await until(() => drawn.buttons.length > 0)
    return drawn
  }

  it('offers an unknown page, and tells the background before it asks for the host', async () => {
    const drawn = await item()
    expect(drawn.text).toContain('Its scripts may then ask you for permission. Nothing is allowed yet.')
    expect(drawn.text).not.toContain('Your company')
    expect(drawn.buttons).toEqual(['Use Dealpass on crm.acme.example'])
    drawn.click('Use Dealpass on crm.acme.example')
    expect(sent).toEqual([{ name: 'useSite', input: { origin } }])
    expect(browserAsked.origins).toEqual([['https://crm.acme.example/*']])
  })

  it('says that the company proposes it', async () => {
    const drawn = await item({ setup: exampleSetup({ sites: [proposed] }) })
    expect(drawn.text).toContain('Your company proposes this.')
  })

  it('says that it runs and what the page may do, and ends it', async () => {
    const drawn = await item({ sites: [{ origin, addedAt: 1 }], permits: [permit({ site: origin })] })
    expect(drawn.text).toContain('Dealpass runs on this page. Permits: 1.')
    drawn.click('Stop using Dealpass on crm.acme.example')
    expect(sent).toEqual([{ name: 'leaveSite', input: { origin } }])
    expect(browserAsked.origins).toEqual([])
  })
})
