import { describe, expect, it, vi } from 'vitest'
import type { RequestInput } from '../../src/shared/protocol'
import { type OpenDocument, openDocument } from '../fakes/documents'
import {
  allowOnSite,
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
  restartWorker,
  senders,
  settled,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { personalTokens, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()

const minute = 60_000
const consentWindows = () => [...world.windows.values()].filter(({ url }) => url.includes('/consent/'))
const questions = () => Object.values(Object(world.storage.session.get('tokens').tokens).questions)
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

/** A page of the site that somebody has just clicked on. */
const clickedPage = (tabId = 1, state: object = {}) =>
  openDocument(senders.site(site, tabId), { isActivated: true, ...state })

/** SalesOS is connected, and a page was clicked on. */
async function ready(): Promise<{ page: OpenDocument; salesos: string }> {
  await startWithSetup()
  const salesos = await connected('salesos')
  providers.sandbox.forget()
  return { page: clickedPage(), salesos }
}

/** Resolves when the question is there, in its window. */
async function asked(): Promise<{ consent: string; windowId: number }> {
  await until(() => Object(questions()[0]).windowId !== undefined)
  const [consent] = view().consents
  const [window] = consentWindows()
  if (!consent || !window) throw new Error('No question was opened')
  return { consent: consent.id, windowId: window.id }
}

type Answer = Partial<Omit<RequestInput<'decide'>, 'consent'>>
const yes = (connection: string, more: Answer = {}): Answer => ({
  allow: true,
  until: 'run',
  connections: [connection],
  ...more,
})
const no: Answer = { allow: false, until: 'once', connections: [] }

/** The user answers the question that stands. */
async function answer(given: Answer): Promise<void> {
  const { consent, windowId } = await asked()
  await ask(senders.consent(windowId, consent), 'decide', { consent, ...given } as RequestInput<'decide'>)
}

async function refusedAnswer(given: Answer): Promise<string> {
  const { consent, windowId } = await asked()
  return refused(senders.consent(windowId, consent), 'decide', {
    consent,
    ...given,
  } as RequestInput<'decide'>)
}

const leads = { provider: 'salesos', scopes: ['leads:read'] }

describe('a request without a permit', () => {
  it('asks for what it wants, and has it once the user allows', async () => {
    const { page, salesos } = await ready()
    const lease = page.ask('token', leads)
    await asked()
    expect(view().consents).toMatchObject([
      {
        site,
        page: 'document-of-1',
        asks: [{ provider: 'salesos', use: 'token', access: 'read', scopes: ['leads:read'] }],
        tokenLife: expect.any(Number),
      },
    ])
    expect(Object.keys(view().consents[0]?.asks[0] ?? {})).not.toContain('connection')
    await settled()
    expect(providers.sandbox.saw()).toEqual([])
    await answer(yes(salesos))
    expect(await lease).toMatchObject({ tokenType: 'Bearer', scopes: ['leads:read'] })
    expect(view()).toMatchObject({
      consents: [],
      denials: [],
      permits: [{ site, connection: salesos, use: 'token', access: 'read', scopes: ['leads:read'] }],
    })
    expect(consentWindows()).toEqual([])
  })

  it('asks for the scope that the call needs, by the provider’s word and not by the caller’s', async () => {
    await startWithSetup()
    const sell = await connected('sell')
    const page = clickedPage()
    const call = page.ask('fetch', { provider: 'sell', path: '/v2/leads', scopes: ['profile'] })
    await asked()
    expect(view().consents[0]?.asks).toEqual([
      { provider: 'sell', use: 'fetch', access: 'read', scopes: ['read'] },
    ])
    await answer(yes(sell))
    expect(await call).toMatchObject({ status: 200 })
  })

  it('goes on with the account that the user chose', async () => {
    const { page } = await ready()
    providers.person.user = providers.sandbox.users.colleague
    const other = await connected('salesos')
    const lease = page.ask('token', leads)
    await answer(yes(other))
    await lease
    expect(await page.ask('connections', {})).toMatchObject([{ connection: other }])
  })

  it('may name the connection, which is then no choice', async () => {
    const { page, salesos } = await ready()
    providers.person.user = providers.sandbox.users.colleague
    const other = await connected('salesos')
    const lease = page.ask('token', { ...leads, connection: other })
    await asked()
    expect(view().consents[0]?.asks).toMatchObject([{ connection: other }])
    expect(await refusedAnswer(yes(salesos))).toBe('bad-request')
    await answer(yes(other))
    await lease
  })

  it('asks for more where a permit gives too little', async () => {
    const { page, salesos } = await ready()
    await give([{ connection: salesos, use: 'fetch', access: 'read', scopes: ['leads:read'] }])
    const lease = page.ask('token', leads)
    await answer(yes(salesos, { until: 'always' }))
    await lease
    expect(view().permits).toMatchObject([{ use: 'token', until: 'always' }])
  })

  it('binds what was allowed once to the page that asked', async () => {
    const { page, salesos } = await ready()
    const lease = page.ask('token', leads)
    await answer(yes(salesos, { until: 'once' }))
    await lease
    expect(view().permits).toMatchObject([{ until: 'once', page: 'document-of-1' }])
    const other = clickedPage(2, { isActivated: false })
    expect(await other.refused('token', leads)).toBe('not-permitted: needs-gesture')
    expect(await other.ask('connections', {})).toEqual([])
  })

  it('asks though nothing is connected yet, and has it once there is', async () => {
    await startWithSetup()
    const page = clickedPage()
    const lease = page.ask('token', leads)
    await asked()
    expect(await refusedAnswer(yes('nobody'))).toBe('bad-request')
    expect(await refusedAnswer({ ...yes(''), connections: [] })).toBe('bad-request')
    const salesos = await connected('salesos')
    await answer(yes(salesos))
    expect(await lease).toMatchObject({ scopes: ['leads:read'] })
  })
})

describe('a no', () => {
  it('is told to the page, and remembered for ten minutes', async () => {
    const { page } = await ready()
    const lease = page.refused('token', leads)
    await answer(no)
    expect(await lease).toBe('not-permitted: no-permit')
    expect(view()).toMatchObject({ permits: [], consents: [], denials: [{ site, provider: 'salesos' }] })
    expect(await page.refused('token', leads)).toBe('not-permitted: denied-lately')
    later(10 * minute - 1_000)
    expect(await page.refused('token', leads)).toBe('not-permitted: denied-lately')
    expect(consentWindows()).toEqual([])
    later(1_000)
    void page.ask('token', leads).catch(() => undefined)
    await asked()
  })

  it('holds for every page of the site, in another life, too, and for no other provider', async () => {
    const { page } = await ready()
    const lease = page.refused('token', leads)
    await answer(no)
    await lease
    await restartWorker()
    const other = clickedPage(2)
    expect(await other.refused('token', leads)).toBe('not-permitted: denied-lately')
    await connected('sell')
    void other.ask('fetch', { provider: 'sell', path: '/v2/leads' }).catch(() => undefined)
    await asked()
    expect(view().consents[0]?.asks).toMatchObject([{ provider: 'sell' }])
  })

  it('holds for no other site', async () => {
    const { page } = await ready()
    const lease = page.refused('token', leads)
    await answer(no)
    await lease
    world.grant('https://crm.example/*')
    await ask(senders.popup(), 'useSite', { origin: 'https://crm.example' })
    const other = openDocument(senders.site('https://crm.example', 5), { isActivated: true })
    void other.ask('token', leads).catch(() => undefined)
    await asked()
    expect(view().consents[0]?.site).toBe('https://crm.example')
  })

  it('is forgotten when the user says so, of that site and provider', async () => {
    const { page, salesos } = await ready()
    const lease = page.refused('token', leads)
    await answer(no)
    await lease
    await ask(senders.options(), 'forgetDenial', { site, provider: 'sell' })
    await ask(senders.options(), 'forgetDenial', { site: 'https://crm.example', provider: 'salesos' })
    expect(await page.refused('token', leads)).toBe('not-permitted: denied-lately')
    await ask(senders.options(), 'forgetDenial', { site, provider: 'salesos' })
    expect(view().denials).toEqual([])
    const again = page.ask('token', leads)
    await answer(yes(salesos))
    await again
  })

  it('is the closing of the window', async () => {
    const { page } = await ready()
    const lease = page.refused('token', leads)
    const { windowId } = await asked()
    world.closeWindow(windowId)
    expect(await lease).toBe('not-permitted: no-permit')
    expect(await page.refused('token', leads)).toBe('not-permitted: denied-lately')
  })

  it('takes away nothing that is permitted', async () => {
    const { page, salesos } = await ready()
    await give([{ connection: salesos, use: 'token', access: 'read', scopes: ['leads:read'] }])
    const change = page.refused('fetch', { provider: 'salesos', path: '/v1/leads', method: 'POST' })
    await answer(no)
    await change
    expect(await page.ask('token', leads)).toMatchObject({ scopes: ['leads:read'] })
  })

  it('to our own panel is remembered by nobody, since it asks only when the user clicks in it', async () => {
    await startWithSetup()
    await connected('sell')
    await openPanel()
    await ask(senders.panel(), 'askConsent', {})
    await answer(no)
    expect(view().denials).toEqual([])
    await ask(senders.panel(), 'askConsent', {})
    const { windowId } = await asked()
    world.closeWindow(windowId)
    await untilView(({ consents }) => consents.length === 0)
    expect(view().denials).toEqual([])
  })
})

describe('nobody is asked', () => {
  it.each([
    ['without a click', { isActivated: false }],
    ['for a page that nobody looks at', { isVisible: false }],
  ])('%s', async (_, state) => {
    await startWithSetup()
    await connected('salesos')
    const page = clickedPage(1, state)
    expect(await page.refused('token', leads)).toBe('not-permitted: needs-gesture')
    expect(view()).toMatchObject({ consents: [], denials: [] })
    expect(consentWindows()).toEqual([])
  })

  it.each<[title: string, request: RequestInput<'fetch'>, words: string]>([
    ['a provider that nobody knows', { provider: 'nobody', path: '/' }, 'not-permitted: no-permit'],
    ['what every object has', { provider: 'constructor', path: '/' }, 'not-permitted: no-permit'],
    [
      'a call outside the API',
      { provider: 'salesos', path: 'https://evil.example/' },
      'not-permitted: no-permit',
    ],
    ['an OAuth endpoint', { provider: 'salesos', path: '/oauth/token' }, 'not-permitted: no-permit'],
    [
      'a method that is not brokered',
      { provider: 'salesos', path: '/v1/leads', method: 'TRACE' },
      'bad-request',
    ],
  ])('for %s', async (_, request, words) => {
    const { page } = await ready()
    expect(await page.refused('fetch', request)).toBe(words)
    await settled()
    expect(consentWindows()).toEqual([])
    expect(view().consents).toEqual([])
  })

  it('for a token of a provider that nobody knows', async () => {
    const { page } = await ready()
    expect(await page.refused('token', { provider: 'nobody' })).toBe('not-permitted: no-permit')
    expect(consentWindows()).toEqual([])
  })

  it('without a click, in the same words for a provider that there is as for none', async () => {
    await ready()
    const page = clickedPage(2, { isActivated: false })
    for (const provider of ['salesos', 'nobody'])
      expect(await page.refused('token', { provider })).toBe('not-permitted: needs-gesture')
  })

  it('while everything is stopped', async () => {
    const { page } = await ready()
    await ask(senders.popup(), 'stop', { on: true })
    expect(await page.refused('token', leads)).toBe('not-permitted: no-permit')
    expect(consentWindows()).toEqual([])
  })

  it('on behalf of a panel, which has a button for that', async () => {
    await startWithSetup()
    await connected('salesos')
    await openPanel()
    const panel = openDocument(senders.panel(), { isActivated: true })
    expect(await panel.refused('fetch', { provider: 'salesos', path: '/v1/leads' })).toBe(
      'not-permitted: no-permit',
    )
    expect(consentWindows()).toEqual([])
  })
})

describe('one question for a site at a time', () => {
  it('is put for two requests at once, and its answer is for both', async () => {
    const { page, salesos } = await ready()
    const both = Promise.all([page.ask('token', leads), page.ask('token', leads)])
    await asked()
    await settled()
    expect(view().consents).toHaveLength(1)
    expect(consentWindows()).toHaveLength(1)
    await answer(yes(salesos))
    const [one, other] = await both
    expect(one).toEqual(other)
  })

  it('lets another document wait for it, which gets no question of its own', async () => {
    const { page, salesos } = await ready()
    const other = clickedPage(2)
    const mine = page.ask('token', leads)
    await asked()
    const theirs = other.ask('token', leads)
    await settled()
    expect(view().consents).toHaveLength(1)
    await answer(yes(salesos))
    expect((await theirs).accessToken).toBe((await mine).accessToken)
  })

  it('lets wait what needs no click of its own then, and says no to what was not asked for', async () => {
    const { page, salesos } = await ready()
    const sell = await connected('sell')
    const other = clickedPage(2, { isActivated: false })
    const mine = page.ask('token', leads)
    await asked()
    const theirs = other.refused('fetch', { provider: 'sell', path: '/v2/leads' })
    await settled()
    expect(view().consents.map(({ asks }) => asks.map(({ provider }) => provider))).toEqual([['salesos']])
    await answer(yes(salesos))
    await mine
    expect(await theirs).toBe('not-permitted: no-permit')
    expect(view().permits.map(({ connection }) => connection)).not.toContain(sell)
  })

  it('waits for the one of our panel, too', async () => {
    await startWithSetup()
    const salesos = await connected('salesos')
    await openPanel()
    await ask(senders.panel(), 'askConsent', {})
    const page = clickedPage()
    const lease = page.ask('token', leads)
    await settled()
    expect(view().consents).toHaveLength(1)
    await answer(yes(salesos))
    await lease
  })

  it('keeps no other site waiting', async () => {
    const { page } = await ready()
    world.grant('https://crm.example/*')
    await ask(senders.popup(), 'useSite', { origin: 'https://crm.example' })
    const other = openDocument(senders.site('https://crm.example', 5), { isActivated: true })
    for (const asking of [page, other]) void asking.ask('token', leads).catch(() => undefined)
    await untilView(({ consents }) => consents.length === 2)
    await until(() => consentWindows().length === 2)
  })
})

describe('a question that nobody waits for any more', () => {
  it('goes, and its window with it, when the request is taken back', async () => {
    const { page } = await ready()
    const controller = new AbortController()
    const lease = page.refused('token', leads, { signal: controller.signal })
    await asked()
    controller.abort(new Error('enough'))
    expect(await lease).toBe('enough')
    await untilView(({ consents }) => consents.length === 0)
    await until(() => consentWindows().length === 0)
    expect(view().denials).toEqual([])
  })

  it('stays as long as one waits', async () => {
    const { page, salesos } = await ready()
    const controller = new AbortController()
    const gone = page.refused('token', leads, { signal: controller.signal })
    const stays = page.ask('token', leads)
    await asked()
    await settled()
    controller.abort(new Error('enough'))
    await gone
    await settled()
    expect(view().consents).toHaveLength(1)
    await answer(yes(salesos))
    await stays
  })

  /** The browser takes its time to open windows. */
  function slowWindows(): { reached: Promise<void>; open(): void } {
    const slow = { open: () => {}, reached: Promise.resolve() }
    slow.reached = new Promise<void>(arrive => {
      world.windowFault = () =>
        new Promise<never>(resolve => {
          slow.open = resolve as () => void
          arrive()
        })
    })
    return slow
  }

  it('goes when the request was taken back while its window was being opened', async () => {
    const { page } = await ready()
    const slow = slowWindows()
    const controller = new AbortController()
    const lease = page.refused('token', leads, { signal: controller.signal })
    await slow.reached
    controller.abort(new Error('enough'))
    await lease
    await settled()
    slow.open()
    await until(() => questions().length === 0)
    await until(() => consentWindows().length === 0)
    expect(view().consents).toEqual([])
  })

  it('goes with a document that left while its window was being opened, for all who wait', async () => {
    const { page } = await ready()
    const other = clickedPage(2)
    const slow = slowWindows()
    void page.ask('token', leads).catch(() => undefined)
    const theirs = other.refused('token', leads)
    await slow.reached
    await settled()
    page.leave()
    await untilView(({ consents }) => consents.length === 0)
    slow.open()
    // The window finds no question, says so and closes by itself.
    expect(await theirs).toBe('not-permitted: no-permit')
    expect(view()).toMatchObject({ consents: [], denials: [] })
  })

  it('stays for the one that put it, when another one goes while its window is being opened', async () => {
    const { page, salesos } = await ready()
    const slow = slowWindows()
    const lease = page.ask('token', leads)
    await slow.reached
    const controller = new AbortController()
    const other = page.refused('token', leads, { signal: controller.signal })
    await settled()
    controller.abort(new Error('enough'))
    await other
    await settled()
    world.windowFault = undefined
    slow.open()
    await answer(yes(salesos))
    expect(await lease).toMatchObject({ scopes: ['leads:read'] })
  })

  it('stays where it is our panel’s, for which a page only waited', async () => {
    await startWithSetup()
    await connected('salesos')
    await openPanel()
    await ask(senders.panel(), 'askConsent', {})
    const page = clickedPage()
    const controller = new AbortController()
    const lease = page.refused('token', leads, { signal: controller.signal })
    await asked()
    await settled()
    controller.abort(new Error('enough'))
    await lease
    await settled()
    expect(view().consents).toHaveLength(1)
    expect(consentWindows()).toHaveLength(1)
  })

  it('goes with the document that asked', async () => {
    const { page } = await ready()
    void page.ask('token', leads).catch(() => undefined)
    await asked()
    page.leave()
    await untilView(({ consents }) => consents.length === 0)
    await until(() => consentWindows().length === 0)
    expect(view().denials).toEqual([])
  })

  it('has used up the click, or a page could open and close windows as fast as it likes', async () => {
    const { page } = await ready()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const controller = new AbortController()
    const lease = page.refused('token', leads, { signal: controller.signal })
    await asked()
    controller.abort(new Error('enough'))
    await lease
    await until(() => consentWindows().length === 0)
    // The browser counts a click for five seconds.
    expect(await page.refused('token', leads)).toBe('not-permitted: needs-gesture')
    expect(await clickedPage(2).refused('token', leads)).toBe('not-permitted: needs-gesture')
    vi.setSystemTime(Date.now() + 5_000)
    void page.ask('token', leads).catch(() => undefined)
    await asked()
  })

  it('has used up nothing where it was our panel’s', async () => {
    await startWithSetup()
    await connected('salesos')
    await openPanel()
    const panel = openDocument(senders.panel())
    await panel.ask('askConsent', {})
    await asked()
    panel.leave()
    await until(() => consentWindows().length === 0)
    void clickedPage()
      .ask('token', leads)
      .catch(() => undefined)
    await asked()
  })

  it('goes with its tab', async () => {
    const { page } = await ready()
    void page.ask('token', leads).catch(() => undefined)
    await asked()
    world.closeTab(1)
    await untilView(({ consents }) => consents.length === 0)
    await until(() => consentWindows().length === 0)
    page.leave()
  })
})

describe('a question and the death of the worker', () => {
  it('keeps it alive as long as somebody waits', async () => {
    const { page, salesos } = await ready()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const lease = page.ask('token', leads)
    await asked()
    await settled()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.platformInfos).toBe(3)
    await answer(yes(salesos))
    await lease
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.platformInfos).toBe(3)
  })

  it('is joined by the request, which is asked again', async () => {
    const { page, salesos } = await ready()
    const lease = page.ask('token', leads)
    const { consent } = await asked()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await restartWorker()
    await settled()
    expect(view().consents.map(({ id }) => id)).toEqual([consent])
    expect(consentWindows()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.platformInfos).toBe(3)
    await answer(yes(salesos))
    expect(await lease).toMatchObject({ scopes: ['leads:read'] })
  })

  it('can be answered before the page has found the new worker', async () => {
    const { page, salesos } = await ready()
    void page.ask('token', leads).catch(() => undefined)
    const { consent } = await asked()
    page.port().disconnect()
    // The document is there, and has no port.
    await restartWorker()
    await ask(senders.consent(consentWindows()[0]?.id ?? 0, consent), 'decide', {
      consent,
      ...yes(salesos),
    } as RequestInput<'decide'>)
    expect(view().permits).toHaveLength(1)
  })

  it('gives nothing where the page has gone meanwhile', async () => {
    const { page, salesos } = await ready()
    void page.ask('token', leads).catch(() => undefined)
    await asked()
    page.port().disconnect()
    world.endLife()
    page.leave()
    await restartWorker()
    expect(await refusedAnswer(yes(salesos))).toBe('not-permitted')
    expect(view()).toMatchObject({ permits: [], consents: [] })
    expect((await onDisk()).permits).toEqual([])
  })
})

describe('an answer that was not offered', () => {
  it.each<[string, () => Promise<string>]>([
    ['another provider’s connection', () => connected('sell')],
    [
      'a connection that is being ended',
      async () => {
        const [{ id = '' } = {}] = view().connections
        await ask(senders.popup(), 'disconnect', { connection: id })
        return id
      },
    ],
    ['a connection that is none', async () => 'nobody'],
    ['a connection by the name of what every object has', async () => 'constructor'],
  ])('is refused, and the question stands: %s', async (_, choose) => {
    const { page } = await ready()
    void page.ask('token', leads).catch(() => undefined)
    await asked()
    const chosen = await choose()
    expect(await refusedAnswer(yes(chosen))).toBe('bad-request')
    expect(view().consents).toHaveLength(1)
    expect(consentWindows()).toHaveLength(1)
    expect((await onDisk()).permits).toEqual([])
  })

  it('is refused where the login lacks a scope that is asked for', async () => {
    const { page, salesos } = await ready()
    void page.ask('token', { provider: 'salesos', scopes: ['leads:write'] }).catch(() => undefined)
    expect(await refusedAnswer(yes(salesos))).toBe('bad-request')
    expect(view().consents).toHaveLength(1)
  })

  it('is refused where the login gives no tokens away', async () => {
    await startWithSetup(sandboxSetup({ all: true }))
    const { token } = personalTokens.rep
    const key = await connected('sell', { entry: { flow: 'personal_token', label: 'Mine', token } })
    const page = clickedPage()
    void page.ask('token', { provider: 'sell', scopes: ['read'] }).catch(() => undefined)
    expect(await refusedAnswer(yes(key))).toBe('bad-request')
    expect(view().consents).toHaveLength(1)
  })

  it('is refused where the rules do not let permits hold so long', async () => {
    await startWithSetup({ ...sandboxSetup(), rules: { longestPermit: 'run' } })
    const salesos = await connected('salesos')
    const page = clickedPage()
    const lease = page.ask('token', leads)
    for (const duration of ['hours', 'always'] as const)
      expect(await refusedAnswer(yes(salesos, { until: duration }))).toBe('bad-request')
    expect(view().consents).toHaveLength(1)
    await answer(yes(salesos, { until: 'run' }))
    await lease
  })

  it('is a no all the same, whatever stands beside it', async () => {
    const { page } = await ready()
    const lease = page.refused('token', leads)
    await answer({ allow: false, until: 'always', connections: ['nobody'] })
    expect(await lease).toBe('not-permitted: no-permit')
  })
})

describe('what was allowed by the panel', () => {
  it('is for the page’s own scripts, too', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const page = openDocument()
    expect(await page.ask('token', leads)).toMatchObject({ scopes: ['leads:read'] })
  })
})
