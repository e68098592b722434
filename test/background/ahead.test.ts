import { describe, expect, it, vi } from 'vitest'
import { answerBy } from '../fakes/network'
import { allowOnSite, connected, startWithSetup, tokenRequests, withProviders } from '../fakes/providers'
import {
  ask,
  dieAfter,
  onDisk,
  restartWorker,
  senders,
  settled,
  startWorker,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { sandboxSetup } from '../sandbox/setup'

const providers = withProviders()
const minute = 60_000
const day = 24 * 60 * minute

const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })
const alarm = () => (world.alarms.get('ahead') ?? Number.NaN) - Date.now()
const token = () => ask(senders.site(), 'token', { provider: 'salesos' })

/** SalesOS connected (tokens of ten minutes, a login of thirty days), and permitted to a site. */
async function salesos(setup: object = sandboxSetup()): Promise<string> {
  await startWithSetup(setup)
  const id = await connected('salesos')
  await allowOnSite()
  providers.sandbox.forget()
  return id
}

describe('a token that is in use', () => {
  it('is renewed a minute before it ends, by an alarm', async () => {
    await salesos()
    await token()
    await until(() => world.alarms.has('ahead'))
    // min(half its life, max(60 s, 10 % of it)) before the end of ten minutes.
    expect(alarm() / minute).toBeGreaterThan(8.9)
    expect(alarm() / minute).toBeLessThan(9.01)
    providers.sandbox.forget()
    later(9.2 * minute)
    world.ring('ahead')
    await vi.waitFor(() => expect(tokenRequests(providers.sandbox)).toHaveLength(1))
    await until(() => world.alarms.has('ahead'))
    // Who asks now waits for nothing.
    await token()
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })

  it('has its alarm made anew at each start of the worker', async () => {
    await salesos()
    await token()
    await until(() => world.alarms.has('ahead'))
    world.alarms.clear()
    await restartWorker()
    await until(() => world.alarms.has('ahead'))
  })

  it('is not renewed by a sign-in that nobody has asked for', async () => {
    await startWithSetup()
    const id = await connected('sell')
    const { narrowToken } = await import('../../src/background/broker')
    const { length } = world.flows
    later(40 * minute)
    await narrowToken(id, ['read', 'profile'])
    await until(() => world.alarms.has('ahead'))
    later(15 * minute)
    world.ring('ahead')
    await settled()
    expect(world.flows).toHaveLength(length)
  })

  it('is not renewed once nobody has used it for half an hour', async () => {
    await salesos()
    await token()
    await until(() => world.alarms.has('ahead'))
    providers.sandbox.forget()
    later(40 * minute)
    world.ring('ahead')
    await settled()
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })

  it.each([
    ['stopped', () => ask(senders.popup(), 'stop', { on: true })],
    [
      'locked',
      async () => {
        await ask(senders.options(), 'setPassphrase', { passphrase: 'harbour lights at noon' })
        await ask(senders.popup(), 'lock', {})
      },
    ],
  ])('is left alone while Dealpass is %s', async (_, pause) => {
    await salesos()
    await token()
    await pause()
    providers.sandbox.forget()
    later(9.2 * minute)
    world.ring('ahead')
    await settled()
    expect(tokenRequests(providers.sandbox)).toEqual([])
  })
})

describe('the forecast', () => {
  it('names a login on the badge the day before it ends, and no more once it is renewed', async () => {
    const id = await salesos()
    const { loginEndsAt = 0 } = view().connections[0] ?? {}
    expect(Math.round((loginEndsAt - Date.now()) / day)).toBe(30)
    expect(world.badge).toBe('')
    later(29.5 * day)
    world.ring('ahead')
    await until(() => world.badge === '1')
    providers.sandbox.forget()
    await ask(senders.popup(), 'renewAll', {})
    await vi.waitFor(() => expect(world.badge).toBe(''))
    expect(tokenRequests(providers.sandbox)).toMatchObject([{ grant_type: 'refresh_token' }])
    expect(world.flows).toHaveLength(1)
    const [renewed] = view().connections
    expect(renewed).toMatchObject({ id, status: 'connected' })
    expect(Math.round(((renewed?.loginEndsAt ?? 0) - Date.now()) / day)).toBe(30)
  })

  it('takes the server’s own word for the end of a login', async () => {
    await startWithSetup()
    const through = globalThis.fetch
    answerBy(/\/oauth\/token$/, async request => {
      const answer = (await (await through(request)).json()) as object
      return new Response(JSON.stringify({ ...answer, refresh_expires_in: 7200 }), {
        headers: { 'content-type': 'application/json' },
      })
    })
    await connected('salesos')
    expect(Math.round(((view().connections[0]?.loginEndsAt ?? 0) - Date.now()) / minute)).toBe(120)
    expect(world.badge).toBe('1')
  })

  it('counts a login that is already lost', async () => {
    await salesos()
    providers.sandbox.withdraw('salesos')
    later(11 * minute)
    await token().catch(() => undefined)
    await until(() => world.badge === '1')
  })
})

describe('Renew all', () => {
  it('signs in again where nothing else helps, one after the other, and shows how far it is', async () => {
    await salesos()
    providers.person.user = providers.sandbox.users.colleague
    providers.visitor.forget()
    await connected('salesos')
    providers.sandbox.withdraw('salesos')
    later(11 * minute)
    const { accessToken } = await import('../../src/background/broker')
    for (const { id } of view().connections) await accessToken(id).catch(() => undefined)
    await until(() => world.badge === '2')
    const seen: unknown[] = []
    const signIn = world.signIn
    const people = [providers.sandbox.users.rep, providers.sandbox.users.colleague]
    world.signIn = async details => {
      seen.push(view().renewing)
      providers.person.user = people[seen.length - 1] ?? providers.person.user
      providers.visitor.forget()
      return signIn(details)
    }
    await ask(senders.popup(), 'renewAll', {})
    await untilView(
      ({ renewing, connections }) => !renewing && connections.every(({ status }) => status === 'connected'),
    )
    expect(seen).toEqual([
      { done: 0, total: 2 },
      { done: 1, total: 2 },
    ])
  })

  it('has nobody sign in because a server does not answer', async () => {
    await salesos()
    later(29.5 * day)
    world.ring('ahead')
    await until(() => world.badge === '1')
    providers.sandbox.set('salesos', { fault: { path: '/oauth/token', status: 503 } })
    const { length } = world.flows
    await ask(senders.popup(), 'renewAll', {})
    await untilView(({ renewing, outages }) => !renewing && Object.keys(outages).length === 1)
    await settled()
    expect(world.flows).toHaveLength(length)
    expect(view().attempts).toEqual([])
  })

  it.each(['has been asked for', 'is done'])(
    'passes over what was disconnected meanwhile: it %s',
    async how => {
      await salesos()
      providers.person.user = providers.sandbox.users.colleague
      providers.visitor.forget()
      await connected('salesos')
      const [first, second] = view().connections
      providers.sandbox.withdraw('salesos')
      later(11 * minute)
      const { accessToken } = await import('../../src/background/broker')
      for (const { id } of view().connections) await accessToken(id).catch(() => undefined)
      await until(() => world.badge === '2')
      providers.person.user = providers.sandbox.users.rep
      providers.visitor.forget()
      const { signIn } = world
      const { length } = world.flows
      world.signIn = async details => {
        await ask(senders.popup(), 'disconnect', { connection: second?.id ?? '', leave: true })
        if (how === 'is done') {
          later(11_000)
          world.ring(`disconnect:${second?.id}`)
          await untilView(({ connections }) => connections.length === 1)
        }
        return signIn(details)
      }
      await ask(senders.popup(), 'renewAll', {})
      await untilView(({ renewing, connections }) => !renewing && connections[0]?.status === 'connected')
      expect(view().connections[0]?.id).toBe(first?.id)
      expect(world.flows).toHaveLength(length + 1)
    },
  )

  it('is not said to be under way by a worker that died before it had begun', async () => {
    await salesos()
    later(29.5 * day)
    world.ring('ahead')
    await until(() => world.badge === '1')
    const dead = dieAfter(items => Object(items.view).renewing !== undefined)
    void ask(senders.popup(), 'renewAll', {})
    await dead
    await startWorker()
    await settled()
    expect(view().renewing).toBeUndefined()
  })

  it('is not said to be under way by a worker that died in it', async () => {
    await salesos()
    providers.sandbox.withdraw('salesos')
    later(11 * minute)
    await token().catch(() => undefined)
    await untilView(({ connections }) => connections[0]?.status === 'needs-attention')
    world.signIn = () => new Promise(() => undefined)
    await ask(senders.popup(), 'renewAll', {})
    await untilView(({ renewing }) => renewing !== undefined)
    await restartWorker()
    await ask(senders.popup(), 'hello', {})
    await untilView(({ renewing, attempts }) => !renewing && attempts[0]?.status === 'failed')
  })
})

describe('an idle login', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('is kept alive only where the user wants it (%s), and that is in the activity', async (on, times) => {
    const id = await salesos()
    await ask(senders.options(), 'keepWarm', { on })
    later(27.5 * day)
    world.ring('ahead')
    if (on) await vi.waitFor(async () => expect(await kept()).toHaveLength(1))
    await settled()
    expect(tokenRequests(providers.sandbox)).toHaveLength(times)
    expect(await kept()).toMatchObject(
      on ? [{ kind: 'kept', site: '', provider: 'salesos', connection: id }] : [],
    )
  })

  it('whose end does not move by it is renewed once a day, and not over and over', async () => {
    const id = await salesos()
    await ask(senders.options(), 'keepWarm', { on: true })
    const end = Date.now() + 30 * day
    const through = globalThis.fetch
    answerBy(/\/oauth\/token$/, async request => {
      const answer = await through(request)
      const body = { ...(await answer.json()), refresh_expires_in: Math.round((end - Date.now()) / 1000) }
      return Response.json(body, { status: answer.status })
    })
    const times = () => tokenRequests(providers.sandbox).length
    later(27.5 * day)
    world.ring('ahead')
    await vi.waitFor(async () => expect(await kept()).toHaveLength(1))
    later(23 * 60 * minute)
    world.ring('ahead')
    await settled()
    expect(times()).toBe(1)
    later(2 * 60 * minute)
    world.ring('ahead')
    await vi.waitFor(() => expect(times()).toBe(2))
    expect(view().connections).toMatchObject([{ id, status: 'connected' }])
  })

  const kept = async () => ((await onDisk()).receipts ?? []).filter(line => Object(line).kind === 'kept')
})

describe('the clock', () => {
  it.each([
    [-20 * minute, 20],
    [20 * minute, -20],
  ])('that is %i ms off is said to be, and no more once it is right', async (off, told) => {
    await salesos()
    expect(view()).not.toHaveProperty('clockSkew')
    // The server's clock, by its `Date`, and not ours.
    const through = globalThis.fetch
    answerBy(/\/oauth\/token$/, async request => {
      const answer = await through(request)
      const headers = new Headers(answer.headers)
      headers.set('date', new Date(Date.now() - off).toUTCString())
      return new Response(answer.body, { status: answer.status, headers })
    })
    later(11 * minute)
    await token()
    expect(Math.round((view().clockSkew ?? 0) / minute)).toBe(told)
    vi.stubGlobal('fetch', through)
    later(11 * minute)
    await token()
    expect(view()).not.toHaveProperty('clockSkew')
  })

  it('that is a little off is nobody’s business, and a wrong one makes no loop', async () => {
    await salesos()
    const through = globalThis.fetch
    answerBy(/\/oauth\/token$/, async request => {
      const answer = await through(request)
      const headers = new Headers(answer.headers)
      headers.set('date', new Date(Date.now() - 4 * minute).toUTCString())
      return new Response(answer.body, { status: answer.status, headers })
    })
    later(11 * minute)
    await token()
    await token()
    expect(view()).not.toHaveProperty('clockSkew')
    expect(tokenRequests(providers.sandbox)).toHaveLength(1)
  })
})
