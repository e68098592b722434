import { describe, expect, it } from 'vitest'
import type { Sender } from '../../src/background/caller'
import { openDocument } from '../fakes/documents'
import { holdBack } from '../fakes/network'
import { allowOnSite, connected, give, openPanel, startWithSetup, withProviders } from '../fakes/providers'
import { ask, restartWorker, senders, settled, startWorker, until, untilView, view } from '../fakes/worker'
import { world } from '../fakes/world'

const providers = withProviders()

/** A port as a document has it, and all that came down. */
function port(sender: Sender = senders.site()) {
  const end = world.connect(sender)
  const came: { id?: number; reply?: { ok: boolean; value?: unknown; error?: { code: string } } }[] = []
  end.onMessage.addListener(message => came.push(message as (typeof came)[number]))
  return {
    came,
    isOpen: () => end.isOpen,
    leave: () => end.disconnect(),
    post: (message: unknown) => end.postMessage(message),
    /** Asks, and resolves when as many replies are there. */
    async asks(...messages: unknown[]) {
      const before = came.length
      for (const message of messages) end.postMessage(message)
      await until(() => came.length === before + messages.length)
      return came.slice(before)
    },
  }
}

const connections = (id: number) => ({ id, name: 'connections', input: {} })
const leads = (id: number) => ({ id, name: 'fetch', input: { provider: 'salesos', path: '/v1/leads' } })

/** SalesOS is connected, and the site may use it. */
async function permitted(): Promise<string> {
  await startWithSetup()
  const id = await connected('salesos')
  await allowOnSite()
  return id
}

describe('attend', () => {
  it('answers requests by their numbers', async () => {
    await permitted()
    const replies = await port().asks(connections(7), leads(8), connections(9))
    const byId = Object.fromEntries(replies.map(({ id, reply }) => [id, reply]))
    expect(byId).toMatchObject({
      7: { ok: true, value: [{ provider: 'salesos' }] },
      8: { ok: true, value: { status: 200 } },
      9: { ok: true },
    })
  })

  it('answers the document that asked, and no other', async () => {
    await permitted()
    const [mine, others] = [port(), port(senders.site(undefined, 2))]
    await mine.asks(connections(1))
    expect(others.came).toEqual([])
    const [reply] = await others.asks(connections(1))
    expect(reply?.reply?.ok).toBe(true)
    expect(mine.came).toHaveLength(1)
  })

  it('knows who asks by the port, whatever stands in a message', async () => {
    await permitted()
    const popup = senders.popup()
    const forged = { name: 'stop', input: { on: true }, ...popup, sender: popup, id: 1 }
    const [refusal] = await port().asks(forged)
    expect(refusal?.reply?.error).toMatchObject({ code: 'not-permitted', reason: 'unknown-caller' })
    expect(view().stopped).toBe(false)
  })

  it('serves a panel over its port, too', async () => {
    await permitted()
    const [reply] = await port(senders.panel()).asks(leads(1))
    expect(reply?.reply).toMatchObject({ ok: true, value: { status: 200 } })
  })

  it.each([
    ['is prerendered', 'prerender'],
    ['rests in the back-forward cache', 'cached'],
    ['is about to go', 'pending_deletion'],
  ])(
    'closes the port of a page that %s: what it says of its sender will not hold',
    async (_, documentLifecycle) => {
      await startWorker()
      const early = port({ ...senders.site(), documentLifecycle })
      await until(() => !early.isOpen())
      expect(early.came).toEqual([])
    },
  )

  it.each([
    [undefined],
    [null],
    ['connections'],
    [7],
    [[]],
    [{}],
    [{ name: 'connections', input: {} }],
    [{ id: '1', name: 'connections', input: {} }],
    [{ id: null, name: 'connections', input: {} }],
    [{ abort: '1' }],
    [{ abort: 1 }],
    [{ dealpass: 'request', name: 'connections', input: {} }],
  ])('minds no message that is none: %j', async message => {
    await startWorker()
    const mine = port()
    mine.post(message)
    await mine.asks(connections(1))
    expect(mine.came).toHaveLength(1)
  })

  it.each([
    [{ id: 1 }],
    [{ id: 1, name: 5, input: {} }],
    [{ id: 1, name: 'connections' }],
    [{ id: 1, name: 'connections', input: { more: 1 } }],
  ])('says that a request is malformed: %j', async message => {
    await startWorker()
    const [reply] = await port().asks(message)
    expect(reply).toMatchObject({ id: 1, reply: { ok: false, error: { code: 'bad-request' } } })
  })

  it('takes no second request under a number that is still open, and one after it was answered', async () => {
    await permitted()
    const mine = port()
    const held = holdBack(/\/v1\/leads$/)
    mine.post(leads(1))
    await held.reached
    mine.post(connections(1))
    await settled()
    expect(mine.came).toEqual([])
    held.release()
    await until(() => mine.came.length === 1)
    expect(mine.came[0]?.reply).toMatchObject({ ok: true, value: { status: 200 } })
    const [again] = await mine.asks(connections(1))
    expect(again?.reply?.ok).toBe(true)
  })
})

describe('a request that is taken back', () => {
  it('ends the call at the API, and gets no reply', async () => {
    await permitted()
    const mine = port()
    const held = holdBack(/\/v1\/leads$/)
    mine.post(leads(1))
    await held.reached
    mine.post({ abort: 1 })
    await until(() => held.aborted() === 1)
    held.release()
    await mine.asks(connections(2))
    await settled()
    expect(mine.came.map(({ id }) => id)).toEqual([2])
    expect(view().connections[0]?.notAnswering).toBeUndefined()
  })

  it('leaves the others of that document alone', async () => {
    await permitted()
    const mine = port()
    const held = holdBack(/\/v1\/leads$/)
    mine.post(leads(1))
    mine.post(leads(2))
    await until(() => held.count() === 2)
    mine.post({ abort: 1 })
    await until(() => held.aborted() === 1)
    held.release()
    await until(() => mine.came.length === 1)
    expect(mine.came).toMatchObject([{ id: 2, reply: { ok: true } }])
  })

  it('and those of other documents, whatever their numbers', async () => {
    await permitted()
    const [mine, others] = [port(), port(senders.site(undefined, 2))]
    const held = holdBack(/\/v1\/leads$/)
    others.post(leads(1))
    await held.reached
    mine.post({ abort: 1 })
    await settled()
    expect(held.aborted()).toBe(0)
    held.release()
    await until(() => others.came.length === 1)
    expect(others.came).toMatchObject([{ id: 1, reply: { ok: true } }])
  })
})

describe('a document that leaves', () => {
  it('ends its calls, and nobody else’s', async () => {
    await permitted()
    const [mine, others] = [port(), port(senders.site(undefined, 2))]
    const held = holdBack(/\/v1\/leads$/)
    mine.post(leads(1))
    others.post(leads(1))
    await until(() => held.count() === 2)
    mine.leave()
    await until(() => held.aborted() === 1)
    await settled()
    expect(held.aborted()).toBe(1)
    held.release()
    await until(() => others.came.length === 1)
  })

  it('ends what was allowed for it alone', async () => {
    const id = await permitted()
    const page = 'document-of-1'
    const change = {
      connection: id,
      use: 'fetch' as const,
      access: 'change' as const,
      scopes: ['leads:read'],
    }
    await give([change], 'once')
    await give([change], 'once', {
      site: 'https://app.futuresimple.com',
      page: 'document-of-2',
    })
    const mine = port()
    await mine.asks(connections(1))
    mine.leave()
    await untilView(({ permits }) => !permits.some(permit => permit.page === page))
    expect(view().permits.map(({ until: duration, page: of }) => [duration, of])).toEqual(
      expect.arrayContaining([
        ['run', undefined],
        ['once', 'document-of-2'],
      ]),
    )
  })

  it('has not left as long as it has another port', async () => {
    const id = await permitted()
    await give([{ connection: id, use: 'fetch', access: 'change', scopes: ['leads:read'] }], 'once')
    const [first, second] = [port(), port()]
    await Promise.all([first.asks(connections(1)), second.asks(connections(1))])
    first.leave()
    await settled()
    expect(view().permits.some(({ until: duration }) => duration === 'once')).toBe(true)
    second.leave()
    await untilView(({ permits }) => !permits.some(({ until: duration }) => duration === 'once'))
  })

  it('has not left when the worker dies', async () => {
    const id = await permitted()
    await give([{ connection: id, use: 'fetch', access: 'change', scopes: ['leads:read'] }], 'once')
    const mine = port()
    await mine.asks(connections(1))
    await restartWorker()
    expect(mine.isOpen()).toBe(false)
    await settled()
    expect(view().permits.some(({ until: duration }) => duration === 'once')).toBe(true)
  })
})

describe('postToSites', () => {
  it('tells every document of the site, by its own origin, and no other', async () => {
    const id = await permitted()
    world.grant('https://crm.example/*')
    await ask(senders.popup(), 'useSite', { origin: 'https://crm.example' })
    const frame: Sender = { ...senders.site(), frameId: 3, documentId: 'frame' }
    const framed: Sender = {
      ...senders.site('https://crm.example', 1),
      frameId: 4,
      documentId: 'framed',
    }
    const [top, inside, stranger, panel] = [
      openDocument(),
      openDocument(frame),
      openDocument(framed),
      openDocument(senders.panel()),
    ]
    await ask(senders.popup(), 'disconnect', { connection: id })
    await settled()
    expect([top.heard, inside.heard]).toEqual([[{ news: 'ended' }], [{ news: 'ended' }]])
    expect([stranger.heard, panel.heard]).toEqual([[], []])
    await ask(senders.popup(), 'undo', { connection: id })
  })

  it('tells nobody whose port has ended', async () => {
    const id = await permitted()
    const gone = openDocument()
    const here = openDocument(senders.site(undefined, 2))
    await settled()
    gone.leave()
    await settled()
    await ask(senders.popup(), 'disconnect', { connection: id })
    await settled()
    expect(gone.heard).toEqual([])
    expect(here.heard).toEqual([{ news: 'ended' }])
    await ask(senders.popup(), 'undo', { connection: id })
    expect(providers.sandbox.violations()).toEqual([])
  })
})

describe('a port of the page of a panel', () => {
  it('is not the panel’s: the panel’s question stays when the page’s port ends', async () => {
    await startWithSetup()
    await connected('sell')
    await openPanel()
    const panel = openDocument(senders.panel())
    await panel.ask('askConsent', {})
    expect(view().consents).toHaveLength(1)
    const page = port()
    await page.asks(connections(1))
    page.leave()
    await settled()
    expect(view().consents).toHaveLength(1)
    panel.leave()
    await untilView(({ consents }) => consents.length === 0)
  })
})
