import { describe, expect, it, vi } from 'vitest'
import type { Departure, View } from '../../src/shared/view'
import { type OpenDocument, openDocument } from '../fakes/documents'
import { holdBack } from '../fakes/network'
import {
  allowOnSite,
  type Choice,
  connected,
  openPanel,
  startWithSetup,
  withProviders,
} from '../fakes/providers'
import {
  ask,
  dieBeforeView,
  endLife,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  startWorker,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { clients, personalTokens, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()

const stopClocks = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() })
/** What a start of the worker finds in the middle is on the clock by then. */
const untilScheduled = () => until(() => vi.getTimerCount() > 0)
const gone = ({ connections }: View) => connections.length === 0
const disconnect = (connection: string) => ask(senders.popup(), 'disconnect', { connection })
const undo = (connection: string) => ask(senders.popup(), 'undo', { connection })
const revocations = () => providers.sandbox.saw({ path: /\/revoke$/ })

let page: OpenDocument

/** A connection whose site has a permit, with the time in the test's hands. */
async function ready(provider: 'sell' | 'salesos'): Promise<string> {
  await startWithSetup()
  const id = await connected(provider)
  await allowOnSite()
  providers.sandbox.forget()
  page = openDocument()
  stopClocks()
  return id
}

/** Disconnects and lets the ten seconds pass. */
async function ended(id: string): Promise<void> {
  await disconnect(id)
  await vi.advanceTimersByTimeAsync(10_000)
  await untilView(gone)
}

describe('disconnect', () => {
  it('stops every use at once, and tells the sites', async () => {
    const id = await ready('salesos')
    const lease = await ask(senders.site(), 'token', { provider: 'salesos' })
    providers.sandbox.forget()
    await disconnect(id)
    expect(view().connections[0]).toMatchObject({ status: 'disconnecting', undoUntil: Date.now() + 10_000 })
    const words = 'not-connected: disconnecting'
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe(words)
    expect(await refused(senders.site(), 'fetch', { provider: 'salesos', path: '/v1/leads' })).toBe(words)
    expect(await ask(senders.site(), 'connections', {})).toEqual([])
    expect(page.heard).toEqual([{ news: 'ended' }])
    expect(providers.sandbox.saw()).toEqual([])
    expect(lease.accessToken).toBeTruthy()
  })

  it('revokes after ten seconds, not before, and forgets all there is of it', async () => {
    const id = await ready('salesos')
    const held = holdBack(/\/revoke$/)
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(9_999)
    await settled()
    expect(held.count()).toBe(0)
    expect(view().connections).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await held.reached
    held.release()
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
    const { connections, credentials, permits, journal } = await onDisk()
    expect({ connections, credentials, permits, journal }).toEqual({
      connections: [],
      credentials: [],
      permits: [],
      journal: [],
    })
    expect(Object(world.storage.session.get('tokens').tokens).held).toEqual({})
    expect([...world.alarms.keys()]).toEqual([])
  })

  it('does nothing to a connection that is none, or is ending already', async () => {
    const id = await ready('salesos')
    await disconnect(id)
    const { undoUntil } = view().connections[0] ?? {}
    await vi.advanceTimersByTimeAsync(3_000)
    await disconnect(id)
    await disconnect('nobody')
    expect(view().connections[0]?.undoUntil).toBe(undoUntil)
  })

  it('touches no other connection', async () => {
    await startWithSetup()
    const sell = await connected('sell')
    const salesos = await connected('salesos')
    stopClocks()
    await disconnect(salesos)
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(({ connections }) => connections.length === 1)
    expect(view().connections[0]).toMatchObject({ id: sell, status: 'connected' })
    expect((await onDisk()).credentials).toEqual([{ connection: sell }])
  })
})

describe('undo', () => {
  it('takes it back within ten seconds, and nothing was sent', async () => {
    const id = await ready('salesos')
    const before = view()
    const held = holdBack(/./)
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(9_000)
    await undo(id)
    await vi.advanceTimersByTimeAsync(60_000)
    await settled()
    expect(view()).toEqual(before)
    expect(held.count()).toBe(0)
    held.release()
    expect([...world.alarms.keys()]).toEqual([])
    expect((await onDisk()).journal).toEqual([])
    expect(page.heard).toEqual([{ news: 'ended' }, { news: 'recovered' }])
    await ask(senders.site(), 'token', { provider: 'salesos' })
  })

  it('gives back a connection that needed attention as it was', async () => {
    const id = await ready('salesos')
    const { noteFailure } = await import('../../src/background/wellbeing')
    const { AppError } = await import('../../src/shared/errors')
    await noteFailure(id, new AppError('provider-rejected', 'api-refuses-login'))
    const before = view().connections
    await disconnect(id)
    await undo(id)
    expect(view().connections).toEqual(before)
  })

  it('counts ten seconds anew for a Disconnect after it', async () => {
    const id = await ready('salesos')
    const held = holdBack(/\/revoke$/)
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(6_000)
    await undo(id)
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(6_000)
    await settled()
    expect(held.count()).toBe(0)
    held.release()
    expect(view().connections[0]?.status).toBe('disconnecting')
    await vi.advanceTimersByTimeAsync(4_000)
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
  })

  it('does nothing when it is too late, though the provider has not answered yet', async () => {
    const id = await ready('salesos')
    const held = holdBack(/\/revoke$/)
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(10_000)
    await held.reached
    await undo(id)
    expect(view().connections[0]?.status).toBe('disconnecting')
    held.release()
    await untilView(gone)
  })

  it('does nothing to a connection that is none, or is not ending', async () => {
    const id = await ready('salesos')
    const before = view()
    await undo(id)
    await undo('nobody')
    expect(view()).toEqual(before)
  })
})

describe('the result of a Disconnect', () => {
  it('is revoked, with the end of the tokens that cannot be, for SalesOS', async () => {
    const id = await ready('salesos')
    const { expiresAt } = await ask(senders.site(), 'token', { provider: 'salesos' })
    await ended(id)
    expect(revocations()).toMatchObject([{ status: 200, body: { token_type_hint: 'refresh_token' } }])
    expect(view().departures).toEqual([
      {
        provider: 'salesos',
        account: 'mia.lindqvist@acme.example',
        result: 'revoked',
        tokensUntil: expiresAt,
        at: expect.any(Number),
      },
    ])
  })

  it('tells of no token’s end where none is alive', async () => {
    const id = await ready('salesos')
    await restartBrowser()
    await ended(id)
    expect(view().departures[0]).toEqual({
      provider: 'salesos',
      account: 'mia.lindqvist@acme.example',
      result: 'revoked',
      at: expect.any(Number),
    })
  })

  it('is revoked and checked where the provider says that the token is dead', async () => {
    providers.sandbox.set('sell', { revokeNeedsBasic: false })
    const id = await ready('sell')
    await ended(id)
    expect(revocations()).toMatchObject([{ status: 200, body: { token_type_hint: 'access_token' } }])
    expect(providers.sandbox.saw({ path: '/oauth2/token/info' })).toMatchObject([{ status: 401 }])
    expect(view().departures[0]?.result).toBe('revoked-checked')
  })

  it('is revoked where the provider cannot be asked', async () => {
    providers.sandbox.set('sell', { revokeNeedsBasic: false, tokenInfoShape: 'none' })
    const id = await ready('sell')
    await ended(id)
    expect(view().departures[0]?.result).toBe('revoked')
  })

  it('is only forgotten here where the token still works after it, whatever was answered', async () => {
    const id = await ready('sell')
    providers.sandbox.set('sell', { fault: { path: '/oauth2/revoke', body: {} } })
    await ended(id)
    expect(providers.sandbox.saw({ path: '/oauth2/token/info' })).toMatchObject([{ status: 200 }])
    expect(view().departures[0]?.result).toBe('forgotten')
  })

  it.each<[title: string, arrange: () => void, sent: number]>([
    ['wants the client’s password', () => providers.sandbox.set('sell', { revokeNeedsBasic: true }), 1],
    ['does not answer', () => providers.sandbox.set('sell', { dead: true }), 1],
    ['fails', () => providers.sandbox.set('sell', { fault: { path: '/oauth2/revoke', status: 500 } }), 1],
    ['may not be reached', () => world.granted.delete('https://api.getbase.com/*'), 0],
  ])('is only forgotten here where the provider %s', async (_, arrange, sent) => {
    const id = await ready('sell')
    arrange()
    await ended(id)
    expect(revocations()).toHaveLength(sent)
    expect(view().departures).toMatchObject([{ provider: 'sell', result: 'forgotten' }])
    expect(view().connections).toEqual([])
    expect((await onDisk()).credentials).toEqual([])
  })

  it('is only forgotten here where there is nothing left to revoke', async () => {
    const id = await ready('sell')
    await restartBrowser()
    await ended(id)
    expect(revocations()).toEqual([])
    expect(view().departures[0]?.result).toBe('forgotten')
  })

  it('goes with the next Connect', async () => {
    const id = await ready('salesos')
    await ended(id)
    vi.useRealTimers()
    await connected('salesos')
    expect(view().departures).toEqual([])
  })
})

it('does not wait for tomorrow when the clock is put back by a day', async () => {
  const id = await ready('salesos')
  await disconnect(id)
  vi.setSystemTime(Date.now() - 24 * 60 * 60_000)
  await vi.advanceTimersByTimeAsync(10_000)
  await untilView(gone)
  expect(revocations()).toHaveLength(1)
})

describe('a Disconnect whose worker dies', () => {
  it('is finished by the alarm', async () => {
    const id = await ready('salesos')
    await disconnect(id)
    expect(world.alarms.get(`disconnect:${id}`)).toBe(Date.now() + 30_000)
    endLife()
    vi.setSystemTime(Date.now() + 30_000)
    await startWorker()
    world.ring(`disconnect:${id}`)
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
    expect(view().departures[0]?.result).toBe('revoked')
  })

  it('is finished by the next start, once it is due', async () => {
    const id = await ready('salesos')
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(4_000)
    await restartWorker()
    await untilScheduled()
    await vi.advanceTimersByTimeAsync(5_000)
    await settled()
    expect(revocations()).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
  })

  it('is finished when the browser is started again', async () => {
    const id = await ready('salesos')
    await disconnect(id)
    endLife()
    vi.setSystemTime(Date.now() + 60 * 60_000)
    await restartBrowser()
    await untilScheduled()
    await vi.advanceTimersByTimeAsync(0)
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
  })

  it.each([
    ['while the worker lives', async () => undefined],
    ['before the next start', () => restartBrowser().then(untilScheduled)],
  ])('does not wait for a clock that was ahead and is set right %s', async (_, goesOn) => {
    const day = 24 * 60 * 60_000
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + day })
    await startWithSetup()
    const id = await connected('salesos')
    stopClocks()
    await disconnect(id)
    vi.setSystemTime(Date.now() - day)
    await goesOn()
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(gone)
  })

  it('can be undone in another life', async () => {
    const id = await ready('salesos')
    await disconnect(id)
    await restartWorker()
    await undo(id)
    await vi.advanceTimersByTimeAsync(60_000)
    await settled()
    expect(view().connections[0]?.status).toBe('connected')
    expect(revocations()).toEqual([])
  })

  it('is finished by the next start when it died in the middle of revoking', async () => {
    const id = await ready('salesos')
    const held = holdBack(/\/revoke$/)
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(10_000)
    await held.reached
    endLife()
    held.release()
    await startWorker()
    await untilScheduled()
    await vi.advanceTimersByTimeAsync(0)
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
  })

  it('is finished by the next start when it died before the view knew of it', async () => {
    const id = await ready('salesos')
    const died = dieBeforeView()
    void disconnect(id)
    await died
    await startWorker()
    await untilScheduled()
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(gone)
    expect(revocations()).toHaveLength(1)
  })

  it('is one revocation however many alarms and timers come', async () => {
    const id = await ready('salesos')
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(10_000)
    world.ring(`disconnect:${id}`)
    world.ring(`disconnect:${id}`)
    await untilView(gone)
    world.ring(`disconnect:${id}`)
    await ask(senders.popup(), 'hello', {})
    expect(revocations()).toHaveLength(1)
  })
})

describe('a Disconnect during a refresh', () => {
  it('revokes what the refresh brought', async () => {
    const id = await ready('salesos')
    const first = Object((await onDisk()).credentials?.[0]).refreshToken
    const held = holdBack(/\/oauth\/token$/)
    const asked = ask(senders.site(), 'token', { provider: 'salesos' }).catch(() => undefined)
    await held.reached
    await disconnect(id)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(revocations()).toEqual([])
    held.release()
    await untilView(gone)
    await asked
    expect(revocations()).toHaveLength(1)
    expect(Object(revocations()[0]?.body).token).not.toBe(first)
    expect((await onDisk()).credentials).toEqual([])
  })

  it('is finished though the provider refuses the refresh', async () => {
    const id = await ready('salesos')
    providers.sandbox.withdraw('salesos')
    const held = holdBack(/\/oauth\/token$/)
    const asked = ask(senders.site(), 'token', { provider: 'salesos' }).catch(() => undefined)
    await held.reached
    await disconnect(id)
    held.release()
    await asked
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(gone)
    expect((await onDisk()).journal).toEqual([])
    await openPanel()
  })
})

describe('a Disconnect of what may be in use elsewhere', () => {
  const { token } = personalTokens.rep
  const whole = (sell: object = { clientSecret: clients.sell.secret }) => {
    const setup = sandboxSetup({ all: true })
    return {
      ...setup,
      providers: setup.providers.map(one => (one.id === 'sell' ? { ...one, ...sell } : one)),
    }
  }

  /** A connection by that flow, with the time in the test's hands. */
  async function made(provider: string, choice: Choice = {}, setup: object = whole()): Promise<string> {
    await startWithSetup(setup)
    const id = await connected(provider, choice)
    providers.sandbox.forget()
    stopClocks()
    return id
  }

  async function ended(connection: string, leave?: boolean): Promise<Departure | undefined> {
    await ask(senders.popup(), 'disconnect', { connection, leave })
    await vi.advanceTimersByTimeAsync(10_000)
    await untilView(gone)
    expect((await onDisk()).credentials).toEqual([])
    return view().departures[0]
  }

  const mine: Choice = { entry: { flow: 'personal_token', label: 'Mine', token } }
  const isAlive = async (bearer: string) => {
    const answer = await providers.visitor.send('https://api.getbase.com/v2/users/self', {
      headers: { authorization: `Bearer ${bearer}` },
    })
    return answer.status === 200
  }

  it('revokes a personal token and checks that it is dead', async () => {
    const id = await made('sell', mine)
    expect(await ended(id)).toMatchObject({
      result: 'revoked-checked',
      account: `${providers.sandbox.users.rep.email} · Mine`,
    })
    expect(revocations()).toMatchObject([{ body: { token, token_type_hint: 'access_token' } }])
    expect(await isAlive(token)).toBe(false)
  })

  it('revokes it after a restart of the browser, too', async () => {
    const id = await made('sell', mine)
    await restartBrowser()
    expect(await ended(id)).toMatchObject({ result: 'revoked-checked' })
  })

  it('leaves it alone where that is wanted, and tells the provider nothing', async () => {
    const id = await made('sell', mine)
    expect(await ended(id, true)).toMatchObject({ result: 'left' })
    expect(providers.sandbox.saw()).toEqual([])
    expect(await isAlive(token)).toBe(true)
  })

  it('leaves it alone though the worker died meanwhile', async () => {
    const id = await made('sell', mine)
    await ask(senders.popup(), 'disconnect', { connection: id, leave: true })
    endLife()
    vi.setSystemTime(Date.now() + 30_000)
    await startWorker()
    world.ring(`disconnect:${id}`)
    await untilView(gone)
    expect(view().departures[0]?.result).toBe('left')
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('revokes it where an Undo took the wish to leave it back', async () => {
    const id = await made('sell', mine)
    await ask(senders.popup(), 'disconnect', { connection: id, leave: true })
    await undo(id)
    expect(await ended(id)).toMatchObject({ result: 'revoked-checked' })
  })

  it('only forgets it where Sell wants an app secret that nobody has', async () => {
    const id = await made('sell', mine, whole({}))
    expect(await ended(id)).toMatchObject({ result: 'forgotten' })
    expect(await isAlive(token)).toBe(true)
  })

  it('revokes both tokens of a code, the refresh token first', async () => {
    const id = await made('sell', { flow: 'authorization_code' })
    expect(await ended(id)).toMatchObject({ result: 'revoked-checked' })
    expect(revocations().map(({ body, status }) => [Object(body).token_type_hint, status])).toEqual([
      ['refresh_token', 200],
      ['access_token', 200],
    ])
    expect(revocations()[0]?.headers.authorization).toMatch(/^Basic /)
  })

  it('revokes the access token of a key and never what else came along, and says that the key lives on', async () => {
    const id = await made('sellytics')
    expect(await ended(id)).toMatchObject({ result: 'lives-on', account: 'North' })
    expect(revocations().map(({ body, status }) => [Object(body).token_type_hint, status])).toEqual([
      ['access_token', 200],
    ])
    expect(revocations()[0]?.body).toMatchObject({
      client_id: clients.sellyticsNorth.id,
      client_secret: clients.sellyticsNorth.secret,
    })
  })

  it.each<[title: string, arrange: () => Promise<void> | void, sent: number]>([
    [
      'there is no such endpoint',
      () => providers.sandbox.set('sellytics', { fault: { path: /\/revoke$/, status: 404, body: {} } }),
      1,
    ],
    ['the provider does not answer', () => providers.sandbox.set('sellytics', { dead: true }), 1],
    ['the token is unknown there', () => providers.sandbox.withdraw('sellytics'), 1],
    ['no token is held', () => restartBrowser(), 0],
    [
      'the host may not be reached',
      () => {
        world.granted.delete('https://auth.sellytics.com/*')
      },
      0,
    ],
  ])('says that a key lives on where %s', async (_, arrange, sent) => {
    const id = await made('sellytics')
    await arrange()
    expect(await ended(id)).toMatchObject({ result: 'lives-on' })
    expect(revocations()).toHaveLength(sent)
  })

  it('forgets a key that was entered, with its secret, and no key of the setup', async () => {
    const { id: clientId, secret: clientSecret } = clients.sellyticsNorth
    const key: Choice = { entry: { flow: 'client_credentials', label: 'Mine', clientId, clientSecret } }
    const id = await made('sellytics', key, { version: 1, providers: [{ id: 'sellytics' }] })
    await ended(id)
    expect((await onDisk()).clientSecrets).toEqual([])
    vi.useRealTimers()
    const of = await made('sellytics')
    await ended(of)
    expect((await onDisk()).clientSecrets).toContainEqual(
      expect.objectContaining({ provider: 'sellytics', clientId, secret: clientSecret }),
    )
  })

  it('says that SellSN’s key lives on, and asks nothing of SellSN', async () => {
    const id = await made('sellsn')
    const key = Object((await onDisk()).credentials?.[0]).key
    expect(await ended(id)).toMatchObject({ result: 'lives-on', account: providers.sandbox.users.rep.email })
    expect(providers.sandbox.saw()).toEqual([])
    const answer = await providers.visitor.send('https://api.sellsn.io/user', {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(answer.status).toBe(200)
  })
})
