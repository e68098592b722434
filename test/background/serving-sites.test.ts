import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Given } from '../../src/background/session'
import { type OpenDocument, openDocument } from '../fakes/documents'
import { holdBack } from '../fakes/network'
import {
  chosen,
  connected,
  give,
  site,
  startWithSetup,
  tokenRequests,
  withProviders,
} from '../fakes/providers'
import { ask, senders, settled, until, view } from '../fakes/worker'
import { world } from '../fakes/world'

const providers = withProviders()

const minute = 60_000
const given = (): Given[] => Object(world.storage.session.get('tokens').tokens).given
const uses = async () => (await ask(senders.options(), 'receipts', {})).filter(({ kind }) => kind === 'used')
const clocks = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })

const leads = { provider: 'salesos', path: '/v1/leads' }

let id: string
let page: OpenDocument

/** SalesOS is connected, and the site may have tokens of it; none so narrow was had so far. */
beforeEach(async () => {
  await startWithSetup()
  id = await connected('salesos')
  await give([{ connection: id, use: 'token', access: 'read', scopes: ['leads:read'] }])
  page = openDocument()
  providers.sandbox.forget()
})

/** Something holds the connection's queue for ever. */
async function blockQueue(): Promise<void> {
  const { inOrder } = await import('../../src/background/queue')
  void inOrder(id, () => new Promise(() => undefined))
}

/** The words of a rejection so far; '' while there is none. */
function said(promise: Promise<string>): () => string {
  let words = ''
  void promise.then(value => {
    words = value
  })
  return () => words
}

describe('tokenFor', () => {
  it('notes what the site was handed, so that it can be taken back', async () => {
    const lease = await page.ask('token', { provider: 'salesos' })
    expect(given()).toEqual([{ site, connection: id, value: lease.accessToken, expiresAt: lease.expiresAt }])
    await page.ask('token', { provider: 'salesos' })
    expect(given()).toHaveLength(1)
    expect(await uses()).toMatchObject([
      { site, provider: 'salesos', connection: id, use: 'token', count: 2 },
    ])
  })

  it('gives up after 30 s, which do not count while the user is asked', async () => {
    await ask(senders.options(), 'endPermits', {})
    clocks()
    const asking = openDocument(senders.site(site, 2), { isActivated: true })
    const waiting = said(asking.refused('token', { provider: 'salesos', scopes: ['leads:read'] }))
    await until(() => view().consents.length === 1)
    await vi.advanceTimersByTimeAsync(11 * minute)
    expect(waiting()).toBe('')
    await blockQueue()
    const [consent] = view().consents
    const window = [...world.windows.values()].find(({ url }) => url.includes('/consent/'))
    await ask(senders.consent(window?.id ?? 0), 'decide', {
      consent: consent?.id ?? '',
      allow: true,
      until: 'run',
      connections: chosen(consent?.asks ?? []),
    })
    await settled()
    await vi.advanceTimersByTimeAsync(29_999)
    expect(waiting()).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await until(() => waiting() !== '')
    expect(waiting()).toBe('provider-unreachable')
    expect(given()).toEqual([])
    expect(view().connections[0]).toMatchObject({ status: 'connected' })
  })

  it('hands nothing out when its permit was ended while the token was being had', async () => {
    const held = holdBack(/\/oauth\/token$/)
    const words = page.refused('token', { provider: 'salesos' })
    await held.reached
    await ask(senders.options(), 'endPermits', { site })
    held.release()
    expect(await words).toBe('not-permitted: no-permit')
    expect(given()).toEqual([])
    expect(await uses()).toEqual([])
  })

  it('hands nothing to a page that has gone while the token was being had', async () => {
    const held = holdBack(/\/oauth\/token$/)
    void page.ask('token', { provider: 'salesos' }).catch(() => undefined)
    await held.reached
    page.leave()
    await settled()
    held.release()
    await until(() => Object.keys(Object(world.storage.session.get('tokens').tokens).held).length > 1)
    await settled()
    expect(given()).toEqual([])
    expect(await uses()).toEqual([])
  })

  it('takes back no renewal that others wait for', async () => {
    const held = holdBack(/\/oauth\/token$/)
    const controller = new AbortController()
    const gone = page.refused('token', { provider: 'salesos' }, { signal: controller.signal })
    const stays = page.ask('token', { provider: 'salesos' })
    await held.reached
    controller.abort(new Error('enough'))
    expect(await gone).toBe('enough')
    await settled()
    expect(held.aborted()).toBe(0)
    held.release()
    expect(await stays).toMatchObject({ scopes: ['leads:read'] })
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })
})

describe('fetchFor', () => {
  it('gives a site no token by it', async () => {
    await page.ask('fetch', leads)
    expect(given()).toEqual([])
  })

  it('notes the use: what was called, and how it went', async () => {
    await page.ask('fetch', { ...leads, path: '/v1/leads/4711?email=ada@example.com' })
    await page.ask('fetch', leads)
    await page.refused('fetch', { ...leads, path: 'https://evil.example/ada@example.com' })
    const lines = await uses()
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ use: 'fetch', method: 'GET', path: '/v1/leads/:id', count: 1 }),
        expect.objectContaining({ use: 'fetch', method: 'GET', path: '/v1/leads', count: 1 }),
        expect.objectContaining({ fault: { code: 'bad-request', reason: 'outside-api' } }),
      ]),
    )
    expect(JSON.stringify(lines)).not.toMatch(/4711|ada|evil/)
  })

  it('ends the call with the request that is taken back, which says nothing of the provider', async () => {
    const held = holdBack(/\/v1\/leads$/)
    const controller = new AbortController()
    const words = page.refused('fetch', leads, { signal: controller.signal })
    await held.reached
    controller.abort(new Error('enough'))
    expect(await words).toBe('enough')
    await until(() => held.aborted() === 1)
    await settled()
    expect(view().connections[0]?.notAnswering).toBeUndefined()
    expect(await uses()).toEqual([])
  })

  it('makes no call for a request that was taken back while the token was being had', async () => {
    const held = holdBack(/\/oauth\/token$/)
    const controller = new AbortController()
    const words = page.refused('fetch', leads, { signal: controller.signal })
    await held.reached
    controller.abort(new Error('enough'))
    await words
    held.release()
    await until(() => tokenRequests(providers.sandbox).length === 1)
    await settled()
    expect(providers.sandbox.saw({ path: '/v1/leads' })).toEqual([])
  })

  it('gives up after 30 s, renewal and second try included', async () => {
    clocks()
    // The first token comes late, the API refuses it late, and the next one does not come at all.
    const renewal = holdBack(/\/oauth\/token$/)
    const waiting = said(page.refused('fetch', leads))
    await renewal.reached
    await vi.advanceTimersByTimeAsync(14_000)
    const api = holdBack(/\/v1\/leads$/)
    providers.sandbox.set('salesos', { fault: { path: '/v1/leads', status: 401, body: '' } })
    renewal.release()
    await api.reached
    await vi.advanceTimersByTimeAsync(14_000)
    const second = holdBack(/\/oauth\/token$/)
    api.release()
    await second.reached
    await vi.advanceTimersByTimeAsync(1_999)
    expect(waiting()).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await until(() => waiting() !== '')
    expect(waiting()).toBe('provider-unreachable')
    // Others may be waiting for it.
    expect(second.aborted()).toBe(0)
    second.release()
    await settled()
    expect(await uses()).toMatchObject([{ fault: { code: 'provider-unreachable' } }])
  })

  it('ends a call that is under way after 30 s', async () => {
    clocks()
    const renewal = holdBack(/\/oauth\/token$/)
    const waiting = said(page.refused('fetch', leads))
    await renewal.reached
    await vi.advanceTimersByTimeAsync(14_900)
    const api = holdBack(/\/v1\/leads$/)
    renewal.release()
    await api.reached
    // The API has 15 s of its own, which end first.
    await vi.advanceTimersByTimeAsync(15_000)
    await until(() => waiting() !== '')
    expect(waiting()).toBe('provider-unreachable')
    expect(api.aborted()).toBe(1)
    expect(view().connections[0]).toMatchObject({ notAnswering: true })
  })

  it('lets a panel do what its page may', async () => {
    const { ticket } = await page.ask('openPanel', {})
    const panel = openDocument(senders.panel())
    await panel.ask('enter', { ticket })
    expect(await panel.ask('fetch', leads)).toMatchObject({ status: 200 })
    expect(await uses()).toMatchObject([{ site, use: 'fetch' }])
  })
})
