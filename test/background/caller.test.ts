import { describe, expect, it, vi } from 'vitest'
import { callerOf, isDormant, type Known, type Sender } from '../../src/background/caller'
import { senders } from '../fakes/worker'
import { extensionId, extensionOrigin, world } from '../fakes/world'

const site = 'https://app.futuresimple.com'
const sites = [site, 'https://widget.example', 'https://crm.example:8443', 'http://127.0.0.1:4105']
const known: Known = {
  panels: { known: { site, tabId: 1, page: 'page-of-1' } },
  isSite: origin => sites.includes(origin),
}
const without = (sender: Sender, ...fields: (keyof Sender)[]): Sender =>
  Object.fromEntries(Object.entries(sender).filter(([name]) => !fields.includes(name as keyof Sender)))
const screenAt = (path: string) => `${extensionOrigin}${path}`

describe('callerOf', () => {
  it.each<[title: string, sender: Sender, caller: object]>([
    ['the popup', senders.popup(), { kind: 'screen', screen: 'popup' }],
    ['the options', senders.options(), { kind: 'screen', screen: 'options', tabId: 11, windowId: 1 }],
    [
      'the consent screen',
      senders.consent(7, 'id'),
      { kind: 'screen', screen: 'consent', tabId: 12, windowId: 7 },
    ],
    [
      'the popup’s page in a tab',
      { ...senders.options(), url: screenAt('/src/screens/popup/index.html') },
      { kind: 'screen', screen: 'popup', tabId: 11, windowId: 1 },
    ],
    [
      'a panel that spent its ticket',
      senders.panel('known'),
      { kind: 'panel', tabId: 1, documentId: 'known', site, page: 'page-of-1' },
    ],
    ['a panel that did not', senders.panel('stranger'), { kind: 'panel', tabId: 1, documentId: 'stranger' }],
    [
      'a panel whose document was known in another tab',
      senders.panel('known', 2),
      { kind: 'panel', tabId: 2, documentId: 'known' },
    ],
    [
      'a panel with the name of something every object has',
      senders.panel('constructor'),
      { kind: 'panel', tabId: 1, documentId: 'constructor' },
    ],
    [
      'a site',
      senders.site(),
      { kind: 'site', site, tabId: 1, documentId: 'document-of-1', page: 'document-of-1' },
    ],
    [
      'a frame of another site on a page',
      { ...senders.site('https://widget.example'), frameId: 3 },
      {
        kind: 'site',
        site: 'https://widget.example',
        tabId: 1,
        documentId: 'document-of-1',
        page: 'document-of-1',
      },
    ],
    [
      'a site with a port of its own',
      senders.site('https://crm.example:8443'),
      {
        kind: 'site',
        site: 'https://crm.example:8443',
        tabId: 1,
        documentId: 'document-of-1',
        page: 'document-of-1',
      },
    ],
    [
      'a site on loopback, which needs no https',
      senders.site('http://127.0.0.1:4105'),
      {
        kind: 'site',
        site: 'http://127.0.0.1:4105',
        tabId: 1,
        documentId: 'document-of-1',
        page: 'document-of-1',
      },
    ],
  ])('knows %s', (_, sender, caller) => {
    expect(callerOf(sender, known)).toEqual(caller)
  })

  it.each<[title: string, sender: Sender]>([
    [
      'whose address is no text and cannot be made one',
      { ...senders.popup(), url: { toString: 0 } as unknown as string },
    ],
    ['another extension', { ...senders.popup(), id: 'ponmlkjihgfedcbaponmlkjihgfedcba' }],
    ['nobody by name', without(senders.popup(), 'id')],
    ['a sender without an address', without(senders.popup(), 'url')],
    ['a sender whose address is none', { ...senders.popup(), url: 'popup' }],
    ['a screen in a frame', { ...senders.options(), frameId: 2 }],
    ['a screen in a tab without a frame', without(senders.options(), 'frameId')],
    [
      'the popup in a frame of a page',
      { ...senders.panel('known'), url: screenAt('/src/screens/popup/index.html') },
    ],
    ['a panel at the top of a tab', { ...senders.panel('known'), frameId: 0 }],
    ['a panel without a frame', without(senders.panel('known'), 'frameId')],
    ['a panel without a tab', without(senders.panel('known'), 'tab')],
    ['a panel without a document', without(senders.panel('known'), 'documentId')],
    ['another page of ours', { ...senders.options(), url: screenAt('/src/screens/other/index.html') }],
    [
      'a page of ours with a longer path',
      { ...senders.options(), url: screenAt('/x/src/screens/popup/index.html') },
    ],
    [
      'a page of ours with a longer ending',
      { ...senders.options(), url: screenAt('/src/screens/popup/index.html/x') },
    ],
    [
      'our background',
      { ...without(senders.popup(), 'documentId'), url: screenAt('/service-worker-loader.js') },
    ],
    ['an origin that is no site', senders.site('https://other.example')],
    ['another port of a site’s host', senders.site('https://crm.example:8444')],
    ['a site on loopback at another port', senders.site('http://127.0.0.1:4106')],
    ['a site without https', senders.site('http://app.futuresimple.com')],
    ['a page without a lifecycle, where the browser tells it', without(senders.site(), 'documentLifecycle')],
    ['a screen in a tab without one', without(senders.options(), 'documentLifecycle')],
    ['a page that is about to go', { ...senders.site(), documentLifecycle: 'pending_deletion' }],
    ['a file', { ...senders.site(), origin: 'file://', url: 'file:///home/me/page.html' }],
    ['a sandboxed frame', { ...senders.site(), origin: 'null' }],
    ['a data: address', { ...senders.site(), origin: 'null', url: 'data:text/html,hello' }],
    ['about:blank', { ...senders.site(), url: 'about:blank' }],
    ['a blob of a site', { ...senders.site(), url: `blob:${site}/0b6f`, origin: 'null' }],
    ['a site without an origin', without(senders.site(), 'origin')],
    ['a site whose origin is not its address’', { ...senders.site(), origin: 'https://other.example' }],
    ['a site that claims our address', { ...senders.site(), url: screenAt('/src/screens/popup/index.html') }],
    ['a site without a tab', without(senders.site(), 'tab')],
    ['a site without a document', without(senders.site(), 'documentId')],
    ['a page that is prerendered', { ...senders.site(), documentLifecycle: 'prerender' }],
    ['a page in the back-forward cache', { ...senders.site(), documentLifecycle: 'cached' }],
    [
      'a panel of a page in the back-forward cache',
      { ...senders.panel('known'), documentLifecycle: 'cached' },
    ],
    ['our origin at another’s address', { ...senders.popup(), url: `${site}/src/screens/popup/index.html` }],
    [
      'our origin at another extension’s address',
      {
        ...senders.popup(),
        url: 'chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba/src/screens/popup/index.html',
      },
    ],
    ['a screen without an origin', without(senders.popup(), 'origin')],
  ])('refuses %s', (_, sender) => {
    expect(callerOf(sender, known)).toBeUndefined()
  })

  it('is not told by the id alone', () => {
    expect(callerOf({ id: extensionId } as Sender, known)).toBeUndefined()
  })

  it('is told nothing by the lifecycle in Firefox, which has none', async () => {
    world.isFirefox = true
    vi.resetModules()
    const firefox = await import('../../src/background/caller')
    const sender = without(senders.site(), 'documentLifecycle')
    expect(firefox.callerOf(sender, known)).toMatchObject({ kind: 'site', site })
    expect(firefox.isDormant(sender)).toBe(false)
    expect(isDormant(sender)).toBe(true)
  })

  it('asks of http origins only those of this computer, whatever is said to be a site', () => {
    const all: Known = { ...known, isSite: () => true }
    for (const origin of ['http://crm.example', 'http://10.0.0.1', 'http://127.0.0.1.example'])
      expect(callerOf(senders.site(origin), all), origin).toBeUndefined()
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'https://crm.example'])
      expect(callerOf(senders.site(origin), all), origin).toMatchObject({ kind: 'site', site: origin })
  })
})
