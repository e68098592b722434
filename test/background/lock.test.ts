import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openDocument } from '../fakes/documents'
import { holdBack } from '../fakes/network'
import { allowOnSite, connected, startWithSetup, tokenRequests, withProviders } from '../fakes/providers'
import { wordsOf } from '../fakes/words'
import {
  ask,
  dieAfter,
  endLife,
  rawDisk,
  refused,
  restartBrowser,
  restartWorker,
  senders,
  settled,
  startWorker,
  stringsIn,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'
import { clients, sandboxSetup } from '../sandbox/setup'

const providers = withProviders()
// 600,000 rounds take their time, and that is what they are for.
vi.setConfig({ testTimeout: 40_000 })
const passphrase = 'harbour lights at noon'
const minute = 60_000
const accessToken = async (id: string) => (await import('../../src/background/broker')).accessToken(id)
const set = (words = passphrase, current?: string) =>
  ask(senders.options(), 'setPassphrase', { passphrase: words, ...(current ? { current } : {}) })
const lock = () => ask(senders.popup(), 'lock', {})
const unlock = (words = passphrase) => ask(senders.popup(), 'unlock', { passphrase: words })
const wrong = 'bad-request: wrong-passphrase'
const memory = () => JSON.stringify([...world.storage.session.values])

/** A SalesOS connection behind a passphrase, unlocked. */
async function locked(): Promise<string> {
  const { salesosConfidential: app } = clients
  await startWithSetup({
    ...sandboxSetup(),
    providers: [{ id: 'salesos', clientId: app.id, clientSecret: app.secret, clientAuth: 'json' }],
  })
  const id = await connected('salesos')
  await set()
  providers.sandbox.forget()
  return id
}

const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

describe('a passphrase', () => {
  let id: string
  beforeEach(async () => {
    id = await locked()
  })

  it('wraps the data key by 600,000 rounds of PBKDF2, and leaves no other key on disk', async () => {
    expect((await rawDisk()).keys).toEqual([
      {
        id: 'data',
        salt: expect.any(Uint8Array),
        rounds: 600_000,
        wrapped: expect.objectContaining({ version: 1 }),
      },
    ])
    expect(stringsIn(await rawDisk()).filter(text => text.includes(passphrase))).toEqual([])
    expect(view()).toMatchObject({ lock: 'open', connections: [{ status: 'connected' }] })
  })

  it('leaves everything working, also in the next life of the worker', async () => {
    later(11 * minute)
    await accessToken(id)
    await restartWorker()
    later(11 * minute)
    await accessToken(id)
    expect(view()).toMatchObject({ lock: 'open', connections: [{ status: 'connected' }] })
  })

  it('locks at a start of the browser, and opens with the passphrase alone', async () => {
    await restartBrowser()
    expect(view()).toMatchObject({
      lock: 'locked',
      connections: [{ status: 'locked', account: { email: providers.sandbox.users.rep.email } }],
    })
    expect(await wordsOf(accessToken(id))).toBe('locked')
    expect(await refused(senders.popup(), 'unlock', { passphrase: 'not the passphrase' })).toBe(wrong)
    expect(view().lock).toBe('locked')
    await unlock()
    expect(view()).toMatchObject({ lock: 'open', connections: [{ status: 'connected' }] })
    later(11 * minute)
    await accessToken(id)
  })

  it('when it locks, takes the key and every access token out of memory', async () => {
    const { value } = await accessToken(id)
    expect(memory()).toContain(value)
    await lock()
    const { tokens } = world.storage.session.get('tokens') as { tokens: Record<string, unknown> }
    expect(tokens).not.toHaveProperty('dataKey')
    expect(tokens).toMatchObject({ held: {}, given: [] })
    expect(memory()).not.toContain(value)
    expect(view().connections).toMatchObject([{ status: 'locked' }])
  })

  it('tells who holds a lease, and that it is open again', async () => {
    await allowOnSite()
    await ask(senders.site(), 'token', { provider: 'salesos' })
    const page = openDocument()
    await lock()
    expect(page.heard).toEqual([{ drop: true }, { news: 'locked' }])
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe('locked')
    expect(await ask(senders.site(), 'connections', {})).toMatchObject([{ status: 'locked' }])
    await unlock()
    expect(page.heard.at(-1)).toEqual({ news: 'recovered' })
    await ask(senders.site(), 'token', { provider: 'salesos' })
  })

  it('asks nothing and begins nothing while it is locked', async () => {
    await lock()
    expect(await refused(senders.site(), 'token', { provider: 'salesos' })).toBe('not-permitted: no-permit')
    expect(await refused(senders.popup(), 'disconnect', { connection: id })).toBe('locked')
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await untilView(({ attempts }) => attempts[0]?.status === 'failed')
    expect(view().attempts[0]?.fault).toEqual({ code: 'locked' })
    expect(providers.sandbox.saw()).toEqual([])
  })

  it('lets a refresh that is out write down what it brings, and hands nothing out', async () => {
    later(11 * minute)
    const held = holdBack(/\/oauth\/token$/)
    const asked = wordsOf(accessToken(id))
    await held.reached
    const locking = lock()
    await settled()
    held.release()
    await locking
    expect(await asked).toBe('locked')
    await unlock()
    later(11 * minute)
    await accessToken(id)
    expect(view().connections).toMatchObject([{ status: 'connected' }])
  })

  it('stays open for who enters the passphrase while it is being locked', async () => {
    later(11 * minute)
    const held = holdBack(/\/oauth\/token$/)
    void accessToken(id).catch(() => undefined)
    await held.reached
    const locking = lock()
    await untilView(({ lock: state }) => state === 'locked')
    await unlock()
    held.release()
    await locking
    expect(view().lock).toBe('open')
    later(11 * minute)
    await accessToken(id)
  })

  it('waits for nobody who is signing in, and redeems no code of theirs', async () => {
    const { value } = await accessToken(id)
    const { signIn } = world
    let finish = () => {}
    const finished = new Promise<void>(resolve => {
      finish = resolve
    })
    world.signIn = async details => {
      await finished
      return signIn(details)
    }
    await ask(senders.popup(), 'connect', { provider: 'salesos', connection: id })
    await until(() => world.isFlowOpen)
    await lock()
    expect(memory()).not.toContain(value)
    expect(memory()).not.toContain('dataKey')
    providers.sandbox.forget()
    finish()
    await untilView(({ attempts }) => attempts[0]?.status === 'failed')
    expect(view().attempts[0]?.fault).toEqual({ code: 'locked' })
    expect(tokenRequests(providers.sandbox)).toEqual([])
    await unlock()
    await accessToken(id)
  })

  it('is set and taken away while somebody is signing in', async () => {
    world.signIn = () => new Promise(() => undefined)
    await ask(senders.popup(), 'connect', { provider: 'salesos', connection: id })
    await until(() => world.isFlowOpen)
    await ask(senders.options(), 'removePassphrase', { current: passphrase })
    await set()
    later(11 * minute)
    await accessToken(id)
  })

  it('is locked by the next worker when one died while it locked', async () => {
    later(11 * minute)
    const held = holdBack(/\/oauth\/token$/)
    void accessToken(id).catch(() => undefined)
    await held.reached
    void lock()
    await untilView(({ lock: state }) => state === 'locked')
    endLife()
    held.release()
    await startWorker()
    await vi.waitFor(() => expect(memory()).not.toContain('dataKey'))
    expect(view().lock).toBe('locked')
    await unlock()
    await accessToken(id)
  })

  it('is shown as it is when a worker died before it could', async () => {
    const locking = dieAfter(({ tokens }) => Object(tokens).isLocking === true)
    void lock()
    await locking
    await startWorker()
    await vi.waitFor(() => expect(memory()).not.toContain('dataKey'))
    expect(view().lock).toBe('locked')
    const unlocking = dieAfter(({ tokens }) => Object(tokens).dataKey !== undefined)
    void unlock()
    await unlocking
    await startWorker()
    expect(view().lock).toBe('open')
    expect(world.alarms.has('lock')).toBe(true)
    await accessToken(id)
  })

  it('finishes a refresh that was out when the browser ended, once it is open', async () => {
    providers.sandbox.set('salesos', { reuseWindowMs: 30_000 })
    later(11 * minute)
    const held = holdBack(/\/oauth\/token$/)
    void accessToken(id).catch(() => undefined)
    await held.reached
    await restartBrowser()
    held.release()
    await settled()
    expect((await rawDisk()).journal).toHaveLength(1)
    await unlock()
    await vi.waitFor(async () => expect((await rawDisk()).journal).toEqual([]))
    expect(view().connections).toMatchObject([{ status: 'connected' }])
  })

  it('is changed with the one before alone', async () => {
    expect(
      await refused(senders.options(), 'setPassphrase', {
        passphrase: 'another one for it',
        current: 'guess',
      }),
    ).toBe(wrong)
    expect(await refused(senders.options(), 'setPassphrase', { passphrase: 'another one for it' })).toBe(
      wrong,
    )
    await set('another one for it', passphrase)
    await restartBrowser()
    expect(await refused(senders.popup(), 'unlock', { passphrase })).toBe(wrong)
    await unlock('another one for it')
    await accessToken(id)
  })

  it('is taken away with itself alone, and the key lies beside what it seals again', async () => {
    expect(await refused(senders.options(), 'removePassphrase', { current: 'guess' })).toBe(wrong)
    await ask(senders.options(), 'removePassphrase', { current: passphrase })
    expect((await rawDisk()).keys).toEqual([{ id: 'data', key: expect.any(CryptoKey) }])
    expect(memory()).not.toContain('dataKey')
    await restartBrowser()
    expect(view().lock).toBe('off')
    later(11 * minute)
    await accessToken(id)
  })

  it('that is forgotten takes the connections along, and a new beginning is made', async () => {
    await lock()
    await ask(senders.popup(), 'startAnew', {})
    expect(view()).toMatchObject({ lock: 'off', connections: [], permits: [], setup: null })
    const { keys, credentials, clientSecrets } = await rawDisk()
    expect([keys, credentials, clientSecrets]).toEqual([[], [], []])
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(sandboxSetup()) })
    await connected('salesos')
  })

  it('does not take anything along while it is open', async () => {
    await ask(senders.popup(), 'startAnew', {})
    expect(view().connections).toHaveLength(1)
  })

  it('waits with a Disconnect that is due until it can revoke', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() })
    await ask(senders.popup(), 'disconnect', { connection: id })
    await lock()
    await vi.advanceTimersByTimeAsync(11_000)
    await settled()
    expect(view().connections).toMatchObject([{ status: 'disconnecting' }])
    await unlock()
    await settled()
    await vi.advanceTimersByTimeAsync(1_000)
    await untilView(({ connections }) => connections.length === 0)
    expect(providers.sandbox.saw({ path: '/oauth/revoke' })).toHaveLength(1)
  })
})

describe('locking by itself', () => {
  it('comes an hour after the last use of our screens, or when the setup says', async () => {
    await locked()
    const wait = () => Math.round(((world.alarms.get('lock') ?? 0) as number) - Date.now())
    expect(Math.round(wait() / minute)).toBe(60)
    later(20 * minute)
    await ask(senders.popup(), 'hello', {})
    expect(Math.round(wait() / minute)).toBe(60)
    world.ring('lock')
    await untilView(({ lock: state }) => state === 'locked')
    expect([...world.alarms.keys()]).toEqual([])
  })

  it('does not come where there is no passphrase', async () => {
    await startWithSetup()
    await ask(senders.popup(), 'lock', {})
    world.ring('lock')
    await settled()
    expect(view().lock).toBe('off')
    expect(world.alarms.has('lock')).toBe(false)
  })
})

describe('a passphrase, where the setup has a word in it', () => {
  const withRule = (rule: string) => startWithSetup({ ...sandboxSetup(), rules: { passphrase: rule } })

  it('is not set where it is off', async () => {
    await withRule('off')
    expect(await refused(senders.options(), 'setPassphrase', { passphrase })).toBe('blocked-by-policy')
    expect(view().lock).toBe('off')
  })

  it('is set before anything is connected where it is required, and not taken away', async () => {
    await withRule('required')
    await ask(senders.popup(), 'connect', { provider: 'salesos' })
    await untilView(({ attempts }) => attempts[0]?.status === 'failed')
    expect(view().attempts[0]?.fault).toEqual({ code: 'blocked-by-policy', reason: 'passphrase-needed' })
    await set()
    await connected('salesos')
    expect(await refused(senders.options(), 'removePassphrase', { current: passphrase })).toBe(
      'blocked-by-policy',
    )
  })

  it('is no short one', async () => {
    await startWithSetup()
    expect(await refused(senders.options(), 'setPassphrase', { passphrase: 'elevenchars' })).toBe(
      'bad-request: passphrase-short',
    )
  })
})
