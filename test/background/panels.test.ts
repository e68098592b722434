import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ask, refused, restartWorker, senders, startWorker } from '../fakes/worker'
import { world } from '../fakes/world'

const site = 'https://app.futuresimple.com'
const unknown = 'not-permitted: unknown-caller'

beforeEach(startWorker)

describe('issueTicket', () => {
  it('gives each panel a ticket of its own', async () => {
    const tickets = await Promise.all([1, 2, 3].map(() => ask(senders.site(), 'openPanel', {})))
    expect(new Set(tickets.map(({ ticket }) => ticket)).size).toBe(3)
  })

  it('makes the ticket void that a tab had before', async () => {
    const before = await ask(senders.site(), 'openPanel', {})
    const other = await ask(senders.site(site, 2), 'openPanel', {})
    const now = await ask(senders.site(), 'openPanel', {})
    expect(await refused(senders.panel('mine'), 'enter', before)).toBe(unknown)
    await ask(senders.panel('mine'), 'enter', now)
    await ask(senders.panel('others', 2), 'enter', other)
  })

  it.each([
    'https://elsewhere.example',
    'https://futuresimple.com',
    'https://app.futuresimple.com.evil.example',
    'https://app.futuresimple.com:8443',
  ])('gives none to a site that our loader does not run on: %s', async origin => {
    expect(await refused(senders.site(origin), 'openPanel', {})).toBe(unknown)
  })
})

describe('enter', () => {
  it('makes the panel stand for the site of its ticket, also in another life', async () => {
    const { ticket } = await ask(senders.site(site, 5), 'openPanel', {})
    expect(await ask(senders.panel('mine', 5), 'enter', { ticket })).toEqual({ site, page: 'document-of-5' })
    expect(await ask(senders.panel('mine', 5), 'connections', {})).toEqual([])
    await restartWorker()
    expect(await ask(senders.panel('mine', 5), 'connections', {})).toEqual([])
  })

  it('takes a ticket once', async () => {
    const { ticket } = await ask(senders.site(), 'openPanel', {})
    await ask(senders.panel('mine'), 'enter', { ticket })
    expect(await refused(senders.panel('other'), 'enter', { ticket })).toBe(unknown)
    expect(await refused(senders.panel('other'), 'connections', {})).toBe(unknown)
  })

  it('says the same to a panel that asks again, since the first answer may have been lost with a worker', async () => {
    const { ticket } = await ask(senders.site(), 'openPanel', {})
    const entered = await ask(senders.panel('mine'), 'enter', { ticket })
    await restartWorker()
    expect(await ask(senders.panel('mine'), 'enter', { ticket })).toEqual(entered)
    expect(await refused(senders.panel('other'), 'enter', { ticket })).toBe(unknown)
  })

  it('takes a ticket once when two come at once', async () => {
    const { ticket } = await ask(senders.site(), 'openPanel', {})
    const results = await Promise.allSettled([
      ask(senders.panel('mine'), 'enter', { ticket }),
      ask(senders.panel('other'), 'enter', { ticket }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('takes no ticket of another tab, and it is void then', async () => {
    const { ticket } = await ask(senders.site(site, 1), 'openPanel', {})
    expect(await refused(senders.panel('mine', 2), 'enter', { ticket })).toBe(unknown)
    expect(await refused(senders.panel('mine', 1), 'enter', { ticket })).toBe(unknown)
  })

  it('takes a ticket for ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const early = await ask(senders.site(), 'openPanel', {})
    const late = await ask(senders.site(site, 2), 'openPanel', {})
    vi.setSystemTime(Date.now() + 10_000)
    await ask(senders.panel('mine'), 'enter', early)
    vi.setSystemTime(Date.now() + 1)
    expect(await refused(senders.panel('other', 2), 'enter', late)).toBe(unknown)
  })

  it.each(['nobody', 'constructor', '__proto__'])('takes no ticket that is none: %s', async ticket => {
    expect(await refused(senders.panel(), 'enter', { ticket })).toBe(unknown)
    expect(await refused(senders.panel(), 'connections', {})).toBe(unknown)
  })

  it('takes no ticket from a panel at the top of a tab', async () => {
    const { ticket } = await ask(senders.site(), 'openPanel', {})
    expect(await refused({ ...senders.panel(), frameId: 0 }, 'enter', { ticket })).toBe(unknown)
    expect(await ask(senders.panel(), 'enter', { ticket })).toEqual({
      site,
      page: 'document-of-1',
    })
  })
})

describe('forgetPanels', () => {
  it('forgets the panels and tickets of a closed tab, and no others', async () => {
    const first = await ask(senders.site(site, 1), 'openPanel', {})
    await ask(senders.panel('first', 1), 'enter', first)
    const second = await ask(senders.site(site, 2), 'openPanel', {})
    await ask(senders.panel('second', 2), 'enter', second)
    const unspent = await ask(senders.site(site, 1), 'openPanel', {})
    world.closeTab(1)
    await vi.waitFor(async () =>
      expect(await refused(senders.panel('first', 1), 'connections', {})).toBe(unknown),
    )
    expect(await refused(senders.panel('third', 1), 'enter', unspent)).toBe(unknown)
    expect(await ask(senders.panel('second', 2), 'connections', {})).toEqual([])
  })
})
