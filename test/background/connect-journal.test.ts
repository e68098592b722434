import { describe, expect, it, vi } from 'vitest'
import { answerBy, holdBack } from '../fakes/network'
import { startWithSetup, withProviders } from '../fakes/providers'
import {
  ask,
  endLife,
  onDisk,
  rawDisk,
  restartBrowser,
  senders,
  startWorker,
  stringsIn,
  until,
  untilView,
  view,
} from '../fakes/worker'
import { world } from '../fakes/world'

const providers = withProviders()
const whoIsIt = /\/userinfo$|\/users\/self$/

const journal = async () => (await rawDisk()).journal as Record<string, unknown>[]
const connect = (provider: string) => ask(senders.popup(), 'connect', { provider })

/** Connects as far as the question whose account it is, which waits. */
async function asFarAsReceived(provider: string) {
  const held = holdBack(whoIsIt)
  await connect(provider)
  await held.reached
  return held
}

describe('a Connect', () => {
  it('says in the journal how far it is, and leaves nothing there when it is over', async () => {
    await startWithSetup()
    const steps: unknown[] = []
    const note = async () => steps.push(...(await journal()).map(({ step }) => step))
    const { signIn } = world
    world.signIn = async details => {
      await note()
      return signIn(details)
    }
    const through = globalThis.fetch
    answerBy(/\/oauth\/token$/, async request => {
      await note()
      return through(request)
    })
    const userinfo = globalThis.fetch
    answerBy(whoIsIt, async request => {
      await note()
      return userinfo(request)
    })
    await connect('salesos')
    await untilView(({ connections }) => connections.length === 1)
    expect(steps).toEqual(['sign-in', 'exchange', 'received'])
    expect(await journal()).toEqual([])
  })

  it.each(['salesos', 'sell'])(
    'of %s whose worker dies after it brought a login is finished by the next',
    async provider => {
      await startWithSetup()
      const held = await asFarAsReceived(provider)
      endLife()
      held.release()
      const flows = world.flows.length
      await startWorker()
      const { connections, attempts } = await untilView(now => now.connections.length === 1)
      expect(attempts).toEqual([])
      expect(connections).toMatchObject([
        { provider, status: 'connected', account: { email: providers.sandbox.users.rep.email } },
      ])
      // Nobody was asked to sign in again.
      expect(world.flows).toHaveLength(flows)
      expect(await journal()).toEqual([])
    },
  )

  it('is finished also after the browser was closed in the middle of it', async () => {
    await startWithSetup()
    const held = await asFarAsReceived('salesos')
    endLife()
    held.release()
    await restartBrowser()
    await untilView(({ connections }) => connections[0]?.status === 'connected')
    expect(await journal()).toEqual([])
  })

  it('is finished also when the access token that it brought has ended meanwhile', async () => {
    await startWithSetup()
    const held = await asFarAsReceived('salesos')
    endLife()
    held.release()
    const night = 14 * 60 * 60_000
    providers.sandbox.advance('salesos', night)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + night })
    await restartBrowser()
    await untilView(({ connections }) => connections.length === 1)
    expect(view().attempts).toEqual([])
    expect(providers.sandbox.saw({ path: '/oauth/revoke' })).toEqual([])
    const { accessToken } = await import('../../src/background/broker')
    await accessToken(view().connections[0]?.id ?? '')
  })

  it('has what it brought sealed on disk', async () => {
    await startWithSetup()
    const held = await asFarAsReceived('salesos')
    const disk = await rawDisk()
    const [entry] = disk.journal as Record<string, unknown>[]
    expect(entry).toMatchObject({ step: 'received', tokens: { version: 1 } })
    const granted = providers.sandbox.saw({ path: '/oauth/token' })
    expect(granted).toHaveLength(1)
    expect(stringsIn(entry).filter(text => text.length > 60)).toEqual([])
    held.release()
    await untilView(({ connections }) => connections.length === 1)
  })

  it('that is damaged on disk is given up, and says so', async () => {
    await startWithSetup()
    const held = await asFarAsReceived('salesos')
    const [entry] = (await journal()) as [{ id: string; tokens: { data: ArrayBuffer } }]
    endLife()
    held.release()
    const { write, closeVault } = await import('../../src/background/vault')
    await write(({ journal: entries }) =>
      entries.put({ ...entry, tokens: { ...entry.tokens, data: new ArrayBuffer(40) } } as never),
    )
    await closeVault()
    await startWorker()
    await untilView(({ attempts }) => attempts[0]?.status === 'failed')
    expect(view().attempts[0]?.fault).toEqual({ code: 'interrupted' })
    expect(await journal()).toEqual([])
  })

  it.each([
    [
      'while the user signs in',
      async () => {
        let asked = false
        world.signIn = () => {
          asked = true
          return new Promise(() => undefined)
        }
        await connect('salesos')
        await until(() => asked)
      },
    ],
    [
      'while the code is exchanged',
      async () => {
        const held = holdBack(/\/oauth\/token$/)
        await connect('salesos')
        await held.reached
      },
    ],
  ])(
    'whose worker dies %s says that it was interrupted, and never “Connecting” for ever',
    async (_, begin) => {
      await startWithSetup()
      await begin()
      endLife()
      await startWorker()
      await untilView(({ attempts }) => attempts[0]?.status === 'failed')
      expect(view().attempts[0]?.fault).toEqual({ code: 'interrupted' })
      await vi.waitFor(async () => expect(await journal()).toEqual([]))
    },
  )

  it('that fails leaves nothing in the journal', async () => {
    await startWithSetup()
    providers.person.decision = 'deny'
    await connect('salesos')
    await untilView(({ attempts }) => attempts[0]?.status === 'failed')
    expect(await journal()).toEqual([])
    expect((await onDisk()).connections).toEqual([])
  })
})
