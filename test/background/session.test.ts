import { describe, expect, it, vi } from 'vitest'
import { catalogue } from '../../src/providers'
import { allowOnSite, connected, startWithSetup, withProviders } from '../fakes/providers'
import {
  ask,
  onDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  startWorker,
  stringsIn,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'

const providers = withProviders()
const sessionOf = () => import('../../src/background/session')

/** Every secret that a provider gave or was shown: tokens, codes and verifiers, told by what the servers saw. */
function secretsSeen(): string[] {
  const seen = providers.sandbox.saw()
  const fields = ['code', 'code_verifier', 'refresh_token', 'token', 'access_token']
  const inBodies = seen.flatMap(({ body }) =>
    typeof body === 'string'
      ? []
      : fields.map(field => body[field]).filter(value => typeof value === 'string'),
  )
  const bearers = seen.flatMap(({ headers }) => /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? [])
  return [...inBodies, ...bearers] as string[]
}

describe('session', () => {
  it('makes an empty view at the first start', async () => {
    await startWorker()
    expect(view()).toEqual({
      run: expect.any(String),
      stopped: false,
      weakerFlows: false,
      setup: null,
      providers: catalogue.map(({ id }) => expect.objectContaining({ id, ways: [] })),
      attempts: [],
      connections: [],
      sites: [],
      permits: [],
      consents: [],
      denials: [],
      departures: [],
      setupFaults: {},
      outages: {},
      lock: 'off',
      keepsWarm: false,
    })
  })

  it('has two keys and no others, and leaves the other areas empty', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    await ask(senders.site(), 'token', { provider: 'salesos' })
    expect([...world.storage.session.values.keys()].sort()).toEqual(['tokens', 'view'])
    for (const name of ['local', 'sync', 'managed'] as const)
      expect([...world.storage[name].values.keys()], name).toEqual([])
  })

  it('keeps every secret out of the view, and access tokens off the disk', async () => {
    await startWithSetup()
    await connected('sell')
    await connected('salesos')
    await allowOnSite()
    const lease = await ask(senders.site(), 'token', { provider: 'salesos' })
    await ask(senders.site(), 'fetch', { provider: 'sell', path: '/v2/leads' })
    await ask(senders.site(), 'fetch', { provider: 'salesos', path: '/v1/leads' })

    const { held } = Object(world.storage.session.get('tokens').tokens)
    const accessTokens = Object.values(held).map(token => String(Object(token).value))
    expect(accessTokens).toHaveLength(3)
    expect(accessTokens).toContain(lease.accessToken)
    const refreshTokens = ((await onDisk()).credentials ?? []).flatMap(row => Object(row).refreshToken ?? [])
    expect(refreshTokens).toHaveLength(1)
    const secrets = [...accessTokens, ...refreshTokens, ...secretsSeen()].filter(
      secret => secret.length >= 16,
    )
    expect(secrets.length).toBeGreaterThan(6)

    const inView = stringsIn(view())
    for (const secret of secrets) expect(inView.filter(text => text.includes(secret))).toEqual([])
    const inMemory = stringsIn(world.storage.session.get())
    for (const secret of refreshTokens) expect(inMemory.filter(text => text.includes(secret))).toEqual([])

    const { credentials, ...others } = await onDisk()
    const everywhere = stringsIn(credentials)
    for (const token of accessTokens) expect(everywhere.filter(text => text.includes(token))).toEqual([])
    const elsewhere = stringsIn(others)
    for (const secret of secrets) expect(elsewhere.filter(text => text.includes(secret))).toEqual([])
  })

  it('shows no client id of a connection, and no audience', async () => {
    await startWithSetup()
    await connected('salesos')
    expect(Object.keys(view().connections[0] ?? {})).not.toContain('clientId')
    expect(Object.keys(view().connections[0] ?? {})).not.toContain('audience')
  })

  it('is the same in the next life of the worker', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    const before = structuredClone(world.storage.session.get())
    await restartWorker()
    expect(world.storage.session.get()).toEqual(before)
  })

  it('is rebuilt from the truth when the browser starts, with a run of its own', async () => {
    await startWithSetup()
    await connected('sell')
    await connected('salesos')
    const before = view()
    await restartBrowser()
    expect(view()).toEqual({ ...before, run: expect.any(String) })
    expect(view().run).not.toBe(before.run)
    expect(Object(world.storage.session.get('tokens').tokens).held ?? {}).toEqual({})
  })

  it('drops the permits of the run before when the browser starts', async () => {
    await startWithSetup()
    await connected('salesos')
    await allowOnSite()
    await restartBrowser()
    expect(view().permits).toEqual([])
    expect((await onDisk()).permits).toEqual([])
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe(
      'not-permitted: needs-gesture',
    )
  })

  it('says interrupted of every attempt that was open when the browser ended', async () => {
    await startWithSetup()
    world.granted.delete('https://api.getbase.com/*')
    world.signIn = () => new Promise(() => undefined)
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await untilView(({ attempts }) => attempts.some(({ status }) => status === 'waiting'))
    await restartBrowser()
    expect(view().attempts.map(({ status, fault }) => [status, fault?.code])).toEqual([
      ['failed', 'interrupted'],
      ['failed', 'interrupted'],
    ])
  })

  it('is loaded once for all who ask at the start', async () => {
    await startWithSetup()
    await restartWorker()
    const { session } = await sessionOf()
    const [one, two] = await Promise.all([session(), session()])
    expect(one).toBe(two)
  })

  it('is tried again after it could not be loaded', async () => {
    const { session } = await startWorker().then(sessionOf)
    const { forgetSession } = await sessionOf()
    forgetSession()
    vi.spyOn(world.storage.session, 'get').mockImplementationOnce(() => {
      throw new Error('The browser is busy')
    })
    await expect(session()).rejects.toThrow('busy')
    expect((await session()).view.stopped).toBe(false)
  })
})

describe('publish', () => {
  it('never hides a later state behind an earlier one', async () => {
    await startWithSetup()
    const seen: boolean[] = []
    const note = ({ view: changed }: Record<string, { newValue?: unknown }>) => {
      if (changed) seen.push(Object(changed.newValue).stopped)
    }
    world.storage.session.onChanged.listeners.set(note, { isOver: false })
    const switches = [true, false, true, false, true].map(on => ask(senders.popup(), 'stop', { on }))
    await Promise.all(switches)
    expect(seen.at(-1)).toBe(true)
    expect(view().stopped).toBe(true)
    const { session } = await sessionOf()
    expect((await session()).view).toEqual(view())
  })

  it('lists connections by their age', async () => {
    await startWithSetup()
    const sell = await connected('sell')
    const salesos = await connected('salesos')
    await ask(senders.popup(), 'connect', { provider: 'sell' })
    await untilView(({ attempts }) => attempts.length === 1)
    await untilView(({ attempts }) => attempts.length === 0)
    expect(view().connections.map(({ id }) => id)).toEqual([sell, salesos])
  })
})
