import { describe, expect, it, vi } from 'vitest'
import { connected, startWithSetup, withProviders } from '../fakes/providers'
import { ask, onDisk, refused, restartBrowser, senders, startWorker, view } from '../fakes/worker'
import { sandboxSetup } from '../sandbox/setup'

const providers = withProviders()

describe('useSetup', () => {
  it('leaves connections as they are, which go on with the client they were made with', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    const setup = sandboxSetup()
    const other = {
      ...setup,
      providers: setup.providers.map(one => ({ ...one, clientId: 'another-client' })),
    }
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(other) })
    expect(view().connections[0]?.id).toBe(id)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
    const { accessToken } = await import('../../src/background/broker')
    await accessToken(id)
    const [, refreshed] = providers.sandbox.saw({ path: '/oauth/token' })
    expect(refreshed?.body).toMatchObject({ client_id: setup.providers[1]?.clientId })
  })

  it('changes nothing when the setup has a fault', async () => {
    await startWithSetup()
    const before = view()
    expect(await refused(senders.options(), 'useSetup', { text: '{ "version": 2 }' })).toBe('setup-wrong')
    expect(view()).toEqual(before)
  })

  it('forgets what providers said of the setup before', async () => {
    await startWithSetup()
    const id = await connected('salesos')
    const { noteFailure } = await import('../../src/background/wellbeing')
    const { AppError } = await import('../../src/shared/errors')
    await noteFailure(id, new AppError('setup-wrong', 'client-refused'))
    expect(view().setupFaults).toEqual({ salesos: { code: 'setup-wrong', reason: 'client-refused' } })
    await ask(senders.options(), 'useSetup', { text: JSON.stringify(sandboxSetup()) })
    expect(view().setupFaults).toEqual({})
  })

  it('is kept over a restart of the browser', async () => {
    await startWithSetup()
    const { setup } = view()
    await restartBrowser()
    expect(view().setup).toEqual(setup)
  })
})

describe('reviewSetup', () => {
  it('reads the setup and stores nothing', async () => {
    await startWorker()
    const before = view()
    const answer = await ask(senders.options(), 'reviewSetup', { text: JSON.stringify(sandboxSetup()) })
    expect(answer).toMatchObject({ setup: { organisation: { name: 'Acme Sales' } }, moves: {} })
    expect(view()).toEqual(before)
    expect((await onDisk()).kept).toEqual([])
  })

  it('says every fault of a bad one', async () => {
    await startWorker()
    expect(await ask(senders.options(), 'reviewSetup', { text: '{' })).toEqual({
      faults: [{ path: '', message: 'This is not a JSON file.' }],
    })
  })
})
