import { describe, expect, it, vi } from 'vitest'
import type { RequestInput } from '../../src/shared/protocol'
import { openDocument } from '../fakes/documents'
import { connected, openPanel, startWithSetup, withProviders } from '../fakes/providers'
import { ask, onDisk, restartWorker, senders, settled, until, untilView, view } from '../fakes/worker'
import { world } from '../fakes/world'
import { personalTokens, sandboxSetup } from '../sandbox/setup'
import {
  answer,
  asked,
  clickedPage,
  consentWindows,
  leads,
  questions,
  ready,
  refusedAnswer,
  yes,
} from './consenting'

withProviders()

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
