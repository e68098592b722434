import { describe, expect, it, vi } from 'vitest'
import { connectionsOfSite, missingAsks } from '../../src/background/permits'
import { type PermitDuration, permitDurations } from '../../src/shared/view'
import { openDocument } from '../fakes/documents'
import { allowOnSite, connected, give, site, startWithSetup, withProviders } from '../fakes/providers'
import {
  ask,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { sandboxSetup } from '../sandbox/setup'
import { connection, holder, permit, view as viewOf } from '../shared/permit-fixtures'

const providers = withProviders()

const hour = 60 * 60_000
const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
const receipts = async (kind: string) =>
  (await ask(senders.options(), 'receipts', {})).filter(receipt => receipt.kind === kind)
const permitsOf = (of: string) => view().permits.filter(permit => permit.site === of)
const endAll = (of = site) => ask(senders.options(), 'endPermits', { site: of })

/** SalesOS is connected, and nothing is permitted. */
async function salesos(): Promise<string> {
  await startWithSetup()
  return connected('salesos')
}

/** What a site may do with a connection. */
const reading = (connection: string, scopes = ['leads:read']) => ({
  connection,
  use: 'fetch' as const,
  access: 'read' as const,
  scopes,
})
const token = (connection: string, scopes = ['leads:read']) => ({
  ...reading(connection, scopes),
  use: 'token' as const,
})

/** Another site that the user has let in. */
async function letIn(origin = 'https://crm.example'): Promise<{ site: string; page: string }> {
  world.grant(`${origin}/*`)
  await ask(senders.popup(), 'useSite', { origin })
  return { site: origin, page: 'document-of-9' }
}

describe('connectionsOfSite', () => {
  it('tells what the site has a permit for, and no more', () => {
    const connections = [
      connection('s', 'sell'),
      connection('t', 'salesos'),
      connection('u', 'salesos', { account: null }),
    ]
    const permits = [permit('s'), permit('u', { use: 'token', scopes: ['leads:read'] })]
    expect(connectionsOfSite(viewOf(connections, permits), holder)).toEqual([
      {
        connection: 's',
        provider: 'sell',
        account: 'mia@acme.example',
        status: 'connected',
        scopes: ['read'],
        use: 'fetch',
        access: 'read',
      },
      {
        connection: 'u',
        provider: 'salesos',
        account: null,
        status: 'connected',
        scopes: ['leads:read'],
        use: 'token',
        access: 'read',
      },
    ])
  })

  it('leaves out what was allowed for another page alone', () => {
    const once = (page: string) => permit('s', { until: 'once', page })
    const connections = [connection('s', 'sell')]
    expect(connectionsOfSite(viewOf(connections, [once('another')]), holder)).toEqual([])
    expect(connectionsOfSite(viewOf(connections, [once(holder.page)]), holder)).toHaveLength(1)
  })

  it('leaves out what is being disconnected', () => {
    const state = viewOf([connection('s', 'sell', { status: 'disconnecting' })], [permit('s')])
    expect(connectionsOfSite(state, holder)).toEqual([])
  })
})

describe('missingAsks', () => {
  it('asks for each connection what our widgets want of its provider', () => {
    const state = viewOf([connection('s', 'sell'), connection('t', 'salesos')], [])
    expect(missingAsks(state, holder)).toEqual([
      { provider: 'sell', connection: 's', use: 'fetch', access: 'read', scopes: ['read'] },
      { provider: 'salesos', connection: 't', use: 'token', access: 'read', scopes: ['leads:read'] },
    ])
  })

  it('asks for nothing that is there, is ending, or has no entry in the catalogue', () => {
    const state = viewOf(
      [
        connection('s', 'sell'),
        connection('t', 'salesos', { status: 'disconnecting' }),
        connection('u', 'gone'),
      ],
      [permit('s')],
    )
    expect(missingAsks(state, holder)).toEqual([])
  })
})

describe('grant', () => {
  it('writes down how long the permit holds, and tells the site', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const id = await salesos()
    const page = openDocument()
    for (const until of permitDurations) {
      await give([reading(id, [until])], until)
      expect(view().permits.find(({ scopes: [scope] }) => scope === until)).toEqual({
        id: expect.any(String),
        site,
        connection: id,
        use: 'fetch',
        access: 'read',
        scopes: [until],
        until,
        run: view().run,
        grantedAt: Date.now(),
        ...(until === 'hours' ? { endsAt: Date.now() + 8 * hour } : {}),
        ...(until === 'once' ? { page: 'document-of-1', tabId: 1 } : {}),
      })
    }
    expect(page.heard).toEqual(Array(4).fill({ news: 'connected' }))
    expect((await receipts('allowed')).map(({ until }) => until).sort()).toEqual([...permitDurations].sort())
    expect((await onDisk()).permits).toHaveLength(4)
  })

  const table = permitDurations.flatMap((before, had) =>
    permitDurations.map((now, has) => [before, now, has >= had] as const),
  )
  it.each(table)('of the same, first for %s and then for %s: the first one goes: %s', async (...row) => {
    const [before, now, isReplaced] = row
    const id = await salesos()
    await give([reading(id)], before)
    await give([reading(id)], now)
    expect(
      view()
        .permits.map(({ until }) => until)
        .sort(),
    ).toEqual((isReplaced ? [now] : [before, now]).sort())
  })

  it.each<[string, PermitDuration, Parameters<typeof give>[0][number], string[][]]>([
    [
      'with more scopes in the place of one with fewer',
      'run',
      reading('id', ['leads:read', 'x']),
      [['leads:read', 'x']],
    ],
    ['with other scopes beside it', 'run', reading('id', ['x']), [['leads:read'], ['x']]],
    ['for tokens in the place of one for calls', 'run', token('id'), [['leads:read']]],
    [
      'to change in the place of one to read',
      'run',
      { ...reading('id'), access: 'change' },
      [['leads:read']],
    ],
    [
      'for more and a shorter time beside it',
      'once',
      reading('id', ['leads:read', 'x']),
      [['leads:read'], ['leads:read', 'x']],
    ],
  ])('puts one %s', async (_, until, wanted, scopes) => {
    const id = await salesos()
    await give([reading(id)])
    await give([{ ...wanted, connection: id }], until)
    expect(
      view()
        .permits.map(permit => permit.scopes)
        .sort(),
    ).toEqual(scopes.sort())
  })

  it('touches no permit of another page, site or connection', async () => {
    const id = await salesos()
    providers.person.user = providers.sandbox.users.colleague
    const other = await connected('salesos')
    await give([reading(id)], 'once', { site, page: 'another page' })
    await give([reading(id)], 'run', await letIn())
    await give([reading(other)])
    const before = view().permits
    await give([reading(id)], 'once')
    expect(view().permits).toEqual(expect.arrayContaining(before))
    expect(view().permits).toHaveLength(4)
  })

  it('makes none for a connection that has gone meanwhile, and logs none', async () => {
    const id = await salesos()
    providers.person.user = providers.sandbox.users.colleague
    const other = await connected('salesos')
    const { grant } = await import('../../src/background/permits')
    const grants = view().connections.map(connection => ({
      ask: { provider: 'salesos', ...reading(connection.id) },
      connection,
    }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
    await ask(senders.popup(), 'disconnect', { connection: id })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 1)
    await grant({ site, page: 'page', tabId: 1 }, grants, 'run')
    expect(view().permits.map(({ connection }) => connection)).toEqual([other])
    expect((await receipts('allowed')).map(({ connection }) => connection)).toEqual([other])
  })
})

describe('a permit', () => {
  it('ends with the page, the browser, after eight hours, or never', async () => {
    const id = await salesos()
    for (const until of permitDurations) await give([reading(id, [until])], until)
    const left = () => view().permits.map(({ until }) => until)
    const page = openDocument()
    await page.ask('connections', {})
    page.leave()
    await untilView(({ permits }) => permits.length === 3)
    expect(left()).not.toContain('once')
    await restartBrowser()
    expect(left().sort()).toEqual(['always', 'hours'])
    later(8 * hour)
    world.ring('permits')
    await untilView(({ permits }) => permits.length === 1)
    expect(left()).toEqual(['always'])
    later(10_000 * hour)
    await restartBrowser()
    expect(left()).toEqual(['always'])
    expect((await onDisk()).permits).toHaveLength(1)
  })

  it('for one page is gone after a restart of the browser, too', async () => {
    const id = await salesos()
    await give([reading(id)], 'once')
    await restartBrowser()
    expect((await onDisk()).permits).toEqual([])
  })

  it('lives on in another life of the worker', async () => {
    const id = await salesos()
    openDocument()
    for (const until of permitDurations) await give([reading(id, [until])], until)
    await restartWorker()
    await settled()
    expect(view().permits).toHaveLength(4)
  })

  it('for one page ends with its tab, though the page has no port', async () => {
    const id = await salesos()
    await give([reading(id)], 'once')
    await give([reading(id, ['x'])], 'run')
    world.closeTab(2)
    await settled()
    expect(view().permits).toHaveLength(2)
    world.closeTab(1)
    await untilView(({ permits }) => permits.length === 1)
    expect(view().permits).toMatchObject([{ until: 'run' }])
  })

  it('for one page that went while no worker was there goes with the next start', async () => {
    const id = await salesos()
    const [here, gone] = [openDocument(), openDocument(senders.site(site, 2))]
    await give([reading(id)], 'once', { site, page: here.id, tabId: 1 })
    await give([reading(id)], 'once', { site, page: gone.id, tabId: 2 })
    world.endLife()
    gone.leave()
    await restartWorker()
    await untilView(({ permits }) => permits.length === 1)
    expect(view().permits).toMatchObject([{ page: here.id }])
  })

  it('for eight hours is told by the alarm that it is over, no sooner, and the next one after it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const start = Date.now()
    const id = await salesos()
    const page = openDocument()
    await give([reading(id, ['one'])], 'hours')
    expect(world.alarms.get('permits')).toBe(start + 8 * hour)
    vi.setSystemTime(start + hour)
    await give([reading(id, ['two'])], 'hours')
    expect(world.alarms.get('permits')).toBe(start + 8 * hour)
    vi.setSystemTime(start + 8 * hour - 1)
    world.ring('permits')
    await settled()
    expect(view().permits).toHaveLength(2)
    // No alarm can come sooner than in half a minute.
    expect(world.alarms.get('permits')).toBe(Date.now() + 30_000)
    page.heard.length = 0
    vi.setSystemTime(start + 8 * hour)
    world.ring('permits')
    await untilView(({ permits }) => permits.length === 1)
    await vi.waitFor(() => expect(page.heard).toEqual([{ news: 'ended' }]))
    expect(view().permits[0]?.scopes).toEqual(['two'])
    expect(world.alarms.get('permits')).toBe(start + 9 * hour)
  })

  it('for eight hours gives nothing afterwards, though no alarm rang', async () => {
    const id = await salesos()
    await give([reading(id)], 'hours')
    later(8 * hour)
    expect(await refused(senders.site(), 'fetch', { provider: 'salesos', path: '/v1/leads' })).toBe(
      'not-permitted: needs-gesture',
    )
    expect(await ask(senders.site(), 'connections', {})).toEqual([])
  })

  it('whose time was over while the browser was closed goes with the next start', async () => {
    const id = await salesos()
    await give([reading(id)], 'hours')
    later(9 * hour)
    await restartBrowser()
    await untilView(({ permits }) => permits.length === 0)
    expect((await receipts('ended')).length).toBe(1)
  })

  it('has its alarm again after a restart of the browser, which forgets alarms', async () => {
    const id = await salesos()
    await give([reading(id)], 'hours')
    const when = world.alarms.get('permits')
    await restartBrowser()
    await vi.waitFor(() => expect(world.alarms.get('permits')).toBe(when))
  })

  it('that the rules of a new setup do not let hold so long ends with it', async () => {
    const id = await salesos()
    await give([reading(id)], 'always')
    await give([reading(id, ['x'])], 'hours')
    const page = openDocument()
    await ask(senders.options(), 'useSetup', {
      text: JSON.stringify({ ...sandboxSetup(), rules: { longestPermit: 'hours' } }),
    })
    expect(view().permits).toMatchObject([{ until: 'hours' }])
    expect(page.heard).toContainEqual({ news: 'ended' })
    expect(await receipts('ended')).toHaveLength(1)
    expect(await refused(senders.site(), 'fetch', { provider: 'salesos', path: '/v1/leads' })).toMatch(
      /^(?:scope-missing|not-permitted: needs-gesture)$/,
    )
  })
})

describe('endPermit and endPermits', () => {
  it('end it at once, tell the site, and leave the connection', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const page = openDocument()
    const [given] = view().permits
    await ask(senders.options(), 'endPermit', { permit: given?.id ?? '' })
    expect(view()).toMatchObject({ permits: [], connections: [{ status: 'connected' }] })
    expect((await onDisk()).permits).toEqual([])
    expect(page.heard).toEqual([{ news: 'ended' }])
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe(
      'not-permitted: needs-gesture',
    )
    expect(await ask(senders.site(), 'connections', {})).toEqual([])
    expect(await receipts('ended')).toMatchObject([{ site, connection: given?.connection, use: 'token' }])
  })

  it('do nothing to a permit or site that is none', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const before = view()
    await ask(senders.options(), 'endPermit', { permit: 'nobody' })
    await endAll('https://other.example')
    expect(view()).toEqual(before)
  })

  it('end all of one site, and no others', async () => {
    const id = await salesos()
    const other = await letIn()
    await give([reading(id)])
    await give([token(id)], 'always')
    await give([reading(id)], 'run', other)
    const page = openDocument()
    await endAll()
    expect(permitsOf(site)).toEqual([])
    expect(permitsOf(other.site)).toHaveLength(1)
    expect(page.heard).toEqual([{ news: 'ended' }])
  })

  it('end all of all sites', async () => {
    const id = await salesos()
    const other = await letIn()
    await give([reading(id)], 'always')
    await give([reading(id)], 'run', other)
    const [page, their] = [openDocument(), openDocument(senders.site(other.site, 9))]
    await ask(senders.options(), 'endPermits', {})
    expect(view().permits).toEqual([])
    expect((await onDisk()).permits).toEqual([])
    expect([page.heard, their.heard]).toEqual([[{ news: 'ended' }], [{ news: 'ended' }]])
  })
})
