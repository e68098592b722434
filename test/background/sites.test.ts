import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openDocument } from '../fakes/documents'
import { connected, give, startWithSetup, withProviders } from '../fakes/providers'
import {
  ask,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  untilView,
  updateExtension,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { sandboxSetup } from '../sandbox/setup'

withProviders()

const crm = 'https://crm.example'
const minute = 60_000
const useSite = (origin = crm) => ask(senders.popup(), 'useSite', { origin })
const leaveSite = (origin = crm) => ask(senders.options(), 'leaveSite', { origin })
const sites = () => view().sites.map(({ origin }) => origin)
const registered = () => [...world.scripting.registered.keys()]
const connections = (origin = crm) => ask(senders.site(origin, 5), 'connections', {})
const refusedConnections = (origin = crm) => refused(senders.site(origin, 5), 'connections', {})
const stranger = 'not-permitted: unknown-caller'

/** The user clicks on *Use Dealpass on …*, and answers the browser with yes. */
async function letIn(origin = crm): Promise<void> {
  await useSite(origin)
  const { protocol, hostname } = new URL(origin)
  world.grant(`${protocol}//${hostname}/*`)
  await untilView(({ sites: all }) => all.some(site => site.origin === origin))
  await vi.waitFor(() => expect(registered()).toContain(`${protocol}//${hostname}/*`))
}

beforeEach(() => startWithSetup())

describe('useSite', () => {
  it('waits for the browser’s permission, and makes a site of it then', async () => {
    await useSite()
    expect(sites()).toEqual([])
    expect(await refusedConnections()).toBe(stranger)
    world.grant(`${crm}/*`)
    await untilView(() => sites().length > 0)
    expect(view().sites).toEqual([{ origin: crm, addedAt: expect.any(Number) }])
    expect((await onDisk()).sites).toEqual(view().sites)
    expect(await connections()).toEqual([])
  })

  it('makes a site of it at once where there is the permission', async () => {
    world.grant(`${crm}/*`)
    await settled()
    await useSite()
    expect(sites()).toEqual([crm])
  })

  it('waits in another life of the worker, too, for which the popup need not be there', async () => {
    await useSite()
    await restartWorker()
    world.grant(`${crm}/*`)
    await untilView(() => sites().length > 0)
    expect(sites()).toEqual([crm])
  })

  it('finds the permission that came while no worker was there', async () => {
    await useSite()
    world.endLife()
    world.grant(`${crm}/*`)
    await restartWorker()
    await untilView(() => sites().length > 0)
  })

  it('admits none for a permission that comes later than two minutes after the click', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    await useSite()
    vi.setSystemTime(Date.now() + 2 * minute)
    world.grant(`${crm}/*`)
    await settled()
    expect(sites()).toEqual([])
    await restartWorker()
    await settled()
    expect(sites()).toEqual([])
    expect(registered()).toEqual([])
  })

  it('admits one for a permission that comes just before', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    await useSite()
    vi.setSystemTime(Date.now() + 2 * minute - 1)
    world.grant(`${crm}/*`)
    await untilView(() => sites().length > 0)
  })

  it('admits none for the permission of another host', async () => {
    await useSite()
    world.grant('https://other.example/*')
    await settled()
    expect(sites()).toEqual([])
  })

  it('admits nobody without the user’s click', async () => {
    world.grant(`${crm}/*`)
    await settled()
    expect(sites()).toEqual([])
    expect(await refusedConnections()).toBe(stranger)
  })

  it.each([
    'https://crm.example/',
    'https://crm.example/page',
    'https://crm.example:443',
    'HTTPS://crm.example',
    'https://CRM.example',
    'https://user@crm.example',
    'https://crm.example?x',
    ' https://crm.example',
    'http://crm.example',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
    'file:///home/me/page.html',
    'file://',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'data:text/html,hello',
    'blob:https://crm.example/1',
    'javascript:alert(1)',
    'about:blank',
    'null',
    'crm.example',
    '*',
    'https://*',
    'https://*.example',
    '<all_urls>',
  ])('takes no %j', async origin => {
    expect(await refused(senders.popup(), 'useSite', { origin })).toBe('bad-request')
    expect(Object(world.storage.session.get('tokens').tokens).wantedSites).toEqual({})
  })

  it.each(['http://127.0.0.1:4105', 'http://localhost:3000', 'https://crm.example:8443'])(
    'takes %j',
    async origin => {
      await letIn(origin)
      expect(sites()).toEqual([origin])
      expect(await connections(origin)).toEqual([])
    },
  )

  it('lets in that port and no other', async () => {
    await letIn('https://crm.example:8443')
    expect(await refusedConnections('https://crm.example')).toBe(stranger)
    expect(await refusedConnections('https://crm.example:8444')).toBe(stranger)
  })

  it('keeps since when a site is one', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    await letIn()
    vi.setSystemTime(Date.now() + minute)
    await useSite()
    expect(view().sites).toEqual([{ origin: crm, addedAt: 1_800_000_000_000 }])
  })

  it('registers one script for a host, however many ports of it are sites', async () => {
    await letIn('https://crm.example')
    await useSite('https://crm.example:8443')
    expect(sites().sort()).toEqual(['https://crm.example', 'https://crm.example:8443'])
    expect([...world.scripting.registered.values()]).toEqual([
      {
        id: 'https://crm.example/*',
        matches: ['https://crm.example/*'],
        js: ['src/content/bridge.js'],
        allFrames: true,
        runAt: 'document_start',
        persistAcrossSessions: true,
      },
    ])
  })

  it('starts the script in the pages that are open already, and in no others', async () => {
    world.tabs.set(5, 'https://crm.example/deals/1')
    world.tabs.set(6, 'https://crm.example:8443/')
    world.tabs.set(7, 'https://other.example/')
    world.tabs.set(8, 'https://crm.example.evil.example/')
    await letIn()
    await vi.waitFor(() =>
      expect(world.scripting.started).toEqual([
        { tabId: 5, file: 'src/content/bridge.js' },
        { tabId: 6, file: 'src/content/bridge.js' },
      ]),
    )
  })

  it('is for screens alone', async () => {
    for (const sender of [senders.site(), senders.panel()])
      expect(await refused(sender, 'useSite', { origin: crm })).toBe(stranger)
  })
})

describe('useSite, where the rules keep sites to those of the setup', () => {
  const proposed = {
    origin: 'https://proposed.example',
    provider: 'salesos',
    scopes: ['leads:read'],
    use: 'fetch',
    access: 'read',
  }
  const setup = { ...sandboxSetup(), sites: [proposed], rules: { userSites: false } }

  it('takes those, and no other', async () => {
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(setup) })
    expect(await refused(senders.popup(), 'useSite', { origin: crm })).toBe('blocked-by-policy')
    await letIn(proposed.origin)
    expect(sites()).toEqual([proposed.origin])
    world.grant(`${crm}/*`)
    await settled()
    expect(sites()).toEqual([proposed.origin])
  })

  it('takes any where they say that users may', async () => {
    await ask(senders.options(), 'useSetup', {
      text: JSON.stringify({ ...setup, rules: { userSites: true } }),
    })
    await letIn()
  })
})

describe('leaveSite', () => {
  it('ends what was permitted there, and gives the browser’s permission back', async () => {
    const salesos = await connected('salesos')
    await letIn()
    const there = { site: crm, page: 'document-of-5' }
    await give(
      [{ connection: salesos, use: 'fetch', access: 'read', scopes: ['leads:read'] }],
      'always',
      there,
    )
    await give([{ connection: salesos, use: 'fetch', access: 'read', scopes: ['leads:read'] }])
    const page = openDocument(senders.site(crm, 5))
    expect(await page.ask('connections', {})).toHaveLength(1)
    await leaveSite()
    expect(sites()).toEqual([])
    expect((await onDisk()).sites).toEqual([])
    expect(view().permits.map(({ site }) => site)).toEqual(['https://app.futuresimple.com'])
    expect(registered()).toEqual([])
    expect(world.granted.has(`${crm}/*`)).toBe(false)
    expect(page.heard).toEqual([{ news: 'ended' }])
    // Its port is still open.
    expect(page.port().isOpen).toBe(true)
    expect(await page.refused('connections', {})).toBe(stranger)
  })

  it('takes the open question of its site along, and no other', async () => {
    await letIn()
    for (const page of [
      openDocument(senders.site(crm, 5), { isActivated: true }),
      openDocument(senders.site(), { isActivated: true }),
    ])
      void page.ask('token', { provider: 'salesos' }).catch(() => undefined)
    await untilView(({ consents }) => consents.length === 2)
    await leaveSite()
    expect(view().consents.map(({ site }) => site)).toEqual(['https://app.futuresimple.com'])
  })

  it('keeps permission and script for another port of the host', async () => {
    await letIn('https://crm.example')
    await useSite('https://crm.example:8443')
    await leaveSite('https://crm.example')
    expect(sites()).toEqual(['https://crm.example:8443'])
    expect(registered()).toEqual(['https://crm.example/*'])
    expect(world.granted.has('https://crm.example/*')).toBe(true)
    await leaveSite('https://crm.example:8443')
    expect(registered()).toEqual([])
    expect(world.granted.has('https://crm.example/*')).toBe(false)
  })

  it('keeps the permission that a provider needs, and the hosts of the manifest', async () => {
    const acme = {
      id: 'acme',
      name: 'Acme CRM',
      clientId: 'x',
      scopes: ['profile'],
      endpoints: { authorization: 'https://id.acme.example/a', token: 'https://id.acme.example/t' },
      api: ['https://api.acme.example/v1/'],
    }
    const { providers, ...setup } = sandboxSetup()
    await ask(senders.options(), 'useSetup', {
      text: JSON.stringify({ ...setup, providers: [acme, ...providers] }),
    })
    for (const pattern of [
      'https://api.acme.example/*',
      'https://api.play2sell.com/*',
      'https://app.futuresimple.com/*',
    ]) {
      const origin = new URL(pattern).origin
      await letIn(origin)
      await leaveSite(origin)
      expect(world.granted.has(pattern), pattern).toBe(true)
    }
    expect(sites()).toEqual([])
  })

  it('leaves a site of the catalogue one: our own loader runs there', async () => {
    await letIn('https://app.futuresimple.com')
    await leaveSite('https://app.futuresimple.com')
    expect(await ask(senders.site(), 'connections', {})).toEqual([])
  })

  it('minds no site that is none', async () => {
    await letIn()
    await leaveSite('https://other.example')
    expect(sites()).toEqual([crm])
  })

  it.each(['nonsense', 'https://', 'null'])('takes no %j', async origin => {
    await letIn()
    expect(await refused(senders.options(), 'leaveSite', { origin })).toBe('bad-request')
    expect(sites()).toEqual([crm])
  })
})

describe('settleSites', () => {
  it('takes a site away whose permission the user has taken back in the browser', async () => {
    const salesos = await connected('salesos')
    await letIn()
    await letIn('https://other.example')
    const there = { site: crm, page: 'document-of-5' }
    await give(
      [{ connection: salesos, use: 'fetch', access: 'read', scopes: ['leads:read'] }],
      'always',
      there,
    )
    world.revoke(`${crm}/*`)
    await untilView(({ permits }) => permits.length === 0)
    await untilView(() => sites().length === 1)
    expect(sites()).toEqual(['https://other.example'])
    await vi.waitFor(() => expect(registered()).toEqual(['https://other.example/*']))
    expect(await refusedConnections()).toBe(stranger)
  })

  it('does so at the start, too, for what was taken back while no worker was there', async () => {
    await letIn()
    world.endLife()
    world.revoke(`${crm}/*`)
    await restartWorker()
    await untilView(() => sites().length === 0)
    await vi.waitFor(() => expect(registered()).toEqual([]))
  })

  it('leaves what is there as it is when the worker or the browser starts again', async () => {
    await letIn()
    const before = [...world.scripting.registered.values()]
    await restartWorker()
    await settled()
    expect([...world.scripting.registered.values()]).toEqual(before)
    await restartBrowser()
    await settled()
    expect([...world.scripting.registered.values()]).toEqual(before)
    expect(sites()).toEqual([crm])
    expect(await connections()).toEqual([])
  })

  it('registers the scripts again that an update has made the browser forget, and starts them in open pages', async () => {
    await letIn()
    const before = [...world.scripting.registered.values()]
    world.tabs.set(5, 'https://crm.example/deals/1')
    await updateExtension()
    await vi.waitFor(() => expect([...world.scripting.registered.values()]).toEqual(before))
    await vi.waitFor(() =>
      expect(world.scripting.started).toContainEqual({ tabId: 5, file: 'src/content/bridge.js' }),
    )
    expect(world.scripting.started.filter(({ tabId }) => tabId === 5)).toHaveLength(1)
  })
})
