import { describe, expect, it, vi } from 'vitest'
import { openDocument } from '../fakes/documents'
import {
  allowOnSite,
  chosen,
  connected,
  give,
  openPanel,
  site,
  startWithSetup,
  withProviders,
} from '../fakes/providers'
import {
  ask,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'

const providers = withProviders()

const consentWindows = () => [...world.windows.values()].filter(({ url }) => url.includes('/consent/'))
const minute = 60_000

/** Both providers connected, and a panel open on the site. */
async function readyToAsk(): Promise<{ sell: string; salesos: string }> {
  await startWithSetup()
  const sell = await connected('sell')
  const salesos = await connected('salesos')
  await openPanel()
  return { sell, salesos }
}

/** Asks, and resolves with the open question and its window. */
async function asked(): Promise<{ consent: string; windowId: number }> {
  await ask(senders.panel(), 'askConsent', {})
  const [consent] = view().consents
  const [window] = consentWindows()
  if (!consent || !window) throw new Error('No question was opened')
  return { consent: consent.id, windowId: window.id }
}

const answer = (allow: boolean, consent: string) => {
  const asks = view().consents.find(({ id }) => id === consent)?.asks ?? []
  return { consent, allow, until: 'run', connections: chosen(asks) } as const
}

describe('askConsent', () => {
  it('opens one window of ours that asks for all that the panel lacks', async () => {
    const { sell, salesos } = await readyToAsk()
    const { consent, windowId } = await asked()
    expect(world.windows.get(windowId)).toMatchObject({
      type: 'popup',
      url: expect.stringMatching(
        new RegExp(`^chrome-extension://[a-p]{32}/src/screens/consent/index.html\\?consent=${consent}$`),
      ),
    })
    expect(view().consents).toEqual([
      {
        id: consent,
        site,
        page: 'document-of-1',
        asks: [
          { provider: 'sell', connection: sell, use: 'fetch', access: 'read', scopes: ['read'] },
          {
            provider: 'salesos',
            connection: salesos,
            use: 'token',
            access: 'read',
            scopes: ['leads:read'],
          },
        ],
        tokenLife: expect.any(Number),
      },
    ])
    const life = view().consents[0]?.tokenLife ?? 0
    expect(life).toBeGreaterThan(9 * minute)
    expect(life).toBeLessThanOrEqual(60 * minute)
    expect(view().permits).toEqual([])
  })

  it('asks only for what is lacking', async () => {
    await startWithSetup()
    await connected('sell')
    await allowOnSite()
    const salesos = await connected('salesos')
    await asked()
    expect(view().consents[0]?.asks.map(({ connection }) => connection)).toEqual([salesos])
  })

  it('brings the open window to the front when asked again', async () => {
    await readyToAsk()
    const { windowId } = await asked()
    await openPanel('another-document', 2)
    await ask(senders.panel('another-document', 2), 'askConsent', {})
    expect(world.focused).toBe(windowId)
    expect(consentWindows()).toHaveLength(1)
    expect(view().consents).toHaveLength(1)
  })

  it('opens one window for two clicks at once', async () => {
    await readyToAsk()
    await Promise.all([ask(senders.panel(), 'askConsent', {}), ask(senders.panel(), 'askConsent', {})])
    expect(consentWindows()).toHaveLength(1)
    expect(view().consents).toHaveLength(1)
  })

  it('asks nothing while there is nothing to ask for, or everything is stopped', async () => {
    await startWithSetup()
    await openPanel()
    expect(await refused(senders.panel(), 'askConsent', {})).toBe('not-connected')
    await connected('sell')
    await ask(senders.popup(), 'stop', { on: true })
    expect(await refused(senders.panel(), 'askConsent', {})).toBe('stopped')
    expect(consentWindows()).toEqual([])
    expect(view().consents).toEqual([])
  })

  it('forgets the question when the browser would not open a window', async () => {
    await readyToAsk()
    world.windowFault = () => Promise.reject(new Error('No room'))
    expect(await refused(senders.panel(), 'askConsent', {})).toBe('unexpected')
    expect(world.takeReports()).toHaveLength(1)
    expect(view().consents).toEqual([])
    world.windowFault = undefined
    await asked()
  })

  it.each<[title: string, arrange: () => Promise<void>]>([
    [
      'before its window was opened',
      () =>
        new Promise<void>(reached => {
          world.windowFault = () => {
            reached()
            return new Promise(() => undefined)
          }
          void ask(senders.panel(), 'askConsent', {})
        }),
    ],
    [
      'before its window was written down',
      () =>
        new Promise<void>(reached => {
          const die = () => {
            world.onWindowCreated.listeners.delete(die)
            world.endLife()
            reached()
          }
          world.onWindowCreated.listeners.set(die, { isOver: false })
          void ask(senders.panel(), 'askConsent', {})
        }),
    ],
  ])('asks anew after the worker died %s', async (_, arrange) => {
    await readyToAsk()
    await arrange()
    await restartWorker()
    expect(view().consents).toEqual([])
    world.windowFault = undefined
    for (const { id } of consentWindows()) world.closeWindow(id)
    await ask(senders.panel(), 'askConsent', {})
    expect(consentWindows()).toHaveLength(1)
    const [window] = consentWindows()
    const open = view().consents.find(({ id }) => window?.url.endsWith(id))
    expect(open).toBeDefined()
    await ask(senders.consent(window?.id ?? 0), 'decide', answer(true, open?.id ?? ''))
    expect(view().permits).toHaveLength(2)
  })
})

describe('decide', () => {
  it('writes the permits, closes the window and tells the site', async () => {
    const { sell, salesos } = await readyToAsk()
    const page = openDocument()
    const { consent, windowId } = await asked()
    await ask(senders.consent(windowId, consent), 'decide', answer(true, consent))
    const { run } = view()
    expect(view().permits).toEqual(
      expect.arrayContaining([
        {
          id: expect.any(String),
          site,
          connection: sell,
          use: 'fetch',
          access: 'read',
          scopes: ['read'],
          until: 'run',
          run,
          grantedAt: expect.any(Number),
        },
        expect.objectContaining({ connection: salesos, use: 'token', scopes: ['leads:read'] }),
      ]),
    )
    expect(view().permits).toHaveLength(2)
    expect((await onDisk()).permits).toHaveLength(2)
    expect(view().consents).toEqual([])
    expect(consentWindows()).toEqual([])
    expect(page.heard).toEqual([{ news: 'connected' }])
  })

  it('writes nothing for a no', async () => {
    await readyToAsk()
    const page = openDocument()
    const { consent, windowId } = await asked()
    await ask(senders.consent(windowId, consent), 'decide', answer(false, consent))
    expect(view()).toMatchObject({ permits: [], consents: [] })
    expect(consentWindows()).toEqual([])
    expect(page.heard).toEqual([])
  })

  it('works in another life of the worker', async () => {
    await readyToAsk()
    const { consent, windowId } = await asked()
    await restartWorker()
    await ask(senders.consent(windowId, consent), 'decide', answer(true, consent))
    expect(view().permits).toHaveLength(2)
  })

  it('is refused from anywhere but the consent screen in the question’s own window', async () => {
    await readyToAsk()
    const { consent, windowId } = await asked()
    const elsewhere = [
      senders.consent(windowId + 1, consent),
      senders.popup(),
      senders.options(),
      { ...senders.options(), tab: senders.consent(windowId).tab },
    ]
    for (const sender of elsewhere)
      expect(await refused(sender, 'decide', answer(true, consent))).toBe('not-permitted')
    expect(await refused(senders.panel(), 'decide', answer(true, consent))).toBe(
      'not-permitted: unknown-caller',
    )
    expect(view().permits).toEqual([])
    expect(view().consents).toHaveLength(1)
    expect(consentWindows()).toHaveLength(1)
  })

  it('is refused for a question that is none', async () => {
    await readyToAsk()
    const { consent, windowId } = await asked()
    for (const id of ['nobody', 'constructor', '__proto__'])
      expect(await refused(senders.consent(windowId, consent), 'decide', answer(true, id))).toBe(
        'not-permitted',
      )
    expect(view().permits).toEqual([])
  })

  it('is refused the second time', async () => {
    await readyToAsk()
    const { consent, windowId } = await asked()
    await ask(senders.consent(windowId, consent), 'decide', answer(false, consent))
    expect(await refused(senders.consent(windowId, consent), 'decide', answer(true, consent))).toBe(
      'not-permitted',
    )
    expect(view().permits).toEqual([])
  })

  it('gives nothing when the document that asked is gone', async () => {
    await readyToAsk()
    const { consent, windowId } = await asked()
    world.documents.delete('panel-document')
    expect(await refused(senders.consent(windowId, consent), 'decide', answer(true, consent))).toBe(
      'not-permitted',
    )
    expect(view()).toMatchObject({ permits: [], consents: [] })
    expect(consentWindows()).toEqual([])
  })

  it('trusts the panel’s own word in Firefox, which cannot tell what documents there are', async () => {
    world.isFirefox = true
    await readyToAsk()
    world.documents.clear()
    const { consent, windowId } = await asked()
    await ask(senders.consent(windowId, consent), 'decide', answer(true, consent))
    expect(view().permits).toHaveLength(2)
  })

  it('gives no permit for a connection that was ended meanwhile', async () => {
    await readyToAsk()
    const { consent, windowId } = await asked()
    const given = answer(true, consent)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    const { salesos } = Object.fromEntries(view().connections.map(({ provider, id }) => [provider, id]))
    await ask(senders.popup(), 'disconnect', { connection: salesos ?? '' })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 1)
    expect(await refused(senders.consent(windowId, consent), 'decide', given)).toBe('bad-request')
    expect(view().permits).toEqual([])
    expect(view().consents).toHaveLength(1)
  })

  it('puts a wider permit in the place of a narrower one', async () => {
    await readyToAsk()
    const sell = view().connections[0]?.id ?? ''
    const narrow = { connection: sell, use: 'fetch' as const, access: 'read' as const, scopes: ['read'] }
    await give([narrow])
    await give([{ ...narrow, scopes: ['read', 'profile'] }])
    await give([narrow], 'run', { site: 'https://other.example', page: 'another' })
    expect(view().permits.map(one => [one.site, one.scopes])).toEqual(
      expect.arrayContaining([
        [site, ['read', 'profile']],
        ['https://other.example', ['read']],
      ]),
    )
    expect(view().permits).toHaveLength(2)
  })
})

describe('the question', () => {
  it('goes with the window that the user closes, which is a no', async () => {
    await readyToAsk()
    const { windowId } = await asked()
    world.closeWindow(windowId)
    await untilView(({ consents }) => consents.length === 0)
    expect(view().permits).toEqual([])
    await asked()
  })

  it('goes with the tab of the page, and its window with it', async () => {
    await readyToAsk()
    await asked()
    world.closeTab(99)
    await settled()
    expect(view().consents).toHaveLength(1)
    world.closeTab(1)
    await untilView(({ consents }) => consents.length === 0)
    await vi.waitFor(() => expect(consentWindows()).toEqual([]))
  })

  it('goes when the port of the document that asked ends, and its window with it', async () => {
    await readyToAsk()
    await asked()
    await openPanel('another-document', 2)
    const mine = world.connect(senders.panel())
    const others = world.connect(senders.panel('another-document', 2))
    others.disconnect()
    await settled()
    expect(view().consents).toHaveLength(1)
    mine.disconnect()
    await untilView(({ consents }) => consents.length === 0)
    await until(() => consentWindows().length === 0)
  })

  it('stays when the worker dies, which ends its port, too', async () => {
    await readyToAsk()
    await asked()
    const port = world.connect(senders.panel())
    await restartWorker()
    expect(port.isOpen).toBe(false)
    await settled()
    expect(view().consents).toHaveLength(1)
    expect(consentWindows()).toHaveLength(1)
  })

  it('is gone when the browser is started again', async () => {
    await readyToAsk()
    await asked()
    await restartBrowser()
    expect(view().consents).toEqual([])
    expect(providers.sandbox.violations()).toEqual([])
  })
})
