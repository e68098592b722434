import { describe, expect, it, vi } from 'vitest'
import type { RequestInput } from '../../src/shared/protocol'
import { openDocument } from '../fakes/documents'
import {
  allowOnSite,
  connected,
  give,
  openPanel,
  site,
  startWithSetup,
  withProviders,
} from '../fakes/providers'
import { ask, restartWorker, senders, settled, untilView, view } from '../fakes/worker'
import { world } from '../fakes/world'
import {
  answer,
  asked,
  clickedPage,
  consentWindows,
  leads,
  no,
  ready,
  refusedAnswer,
  yes,
} from './consenting'

const providers = withProviders()

const minute = 60_000
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

describe('a request without a permit', () => {
  it('asks for what it wants, and has it once the user allows', async () => {
    const { page, salesos } = await ready()
    providers.sandbox.forget()
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

describe('what was allowed by the panel', () => {
  it('is for the page’s own scripts, too', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const page = openDocument()
    expect(await page.ask('token', leads)).toMatchObject({ scopes: ['leads:read'] })
  })
})
