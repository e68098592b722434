import { describe, expect, it, vi } from 'vitest'
import type { FakeEvent } from '../fakes/event'
import { ask, senders, startWorker, view } from '../fakes/worker'
import { world } from '../fakes/world'

/** Only while an authorization window is open; and only in Firefox. */
const unheard = ['onWindowCreated', 'onTabUpdated']
const never = () => new Promise<never>(() => undefined)

describe('the background', () => {
  it('listens to everything before anything is loaded, for the browser starts it by an event', async () => {
    vi.spyOn(world.storage.session, 'get').mockImplementation(never as never)
    vi.spyOn(indexedDB, 'open').mockImplementation(never as never)
    vi.resetModules()
    await import('../../src/background/index')
    const events = Object.entries(world).filter(([name]) => /^on[A-Z]/.test(name)) as [
      string,
      FakeEvent<[]>,
    ][]
    expect(events.length).toBeGreaterThan(6)
    for (const [name, { listeners }] of events)
      expect(listeners.size, name).toBe(unheard.includes(name) ? 0 : 1)
  })

  it('listens in Firefox, too, where it hears of a page’s new address, which no panel there does by itself', async () => {
    world.isFirefox = true
    vi.resetModules()
    await import('../../src/background/index')
    expect(world.onTabUpdated.listeners.size).toBe(1)
  })

  it('closes every area of storage to content scripts', async () => {
    await startWorker()
    for (const name of ['local', 'session', 'sync', 'managed'] as const)
      await vi.waitFor(() => expect(world.storage[name].accessLevel, name).toBe('TRUSTED_CONTEXTS'))
  })

  it('starts in Firefox, too, which cannot do that', async () => {
    world.isFirefox = true
    await startWorker()
    expect(await ask(senders.popup(), 'hello', {})).toBeUndefined()
    expect(view().connections).toEqual([])
  })

  it('answers a message that started it', async () => {
    await import('../../src/background/index')
    expect(await ask(senders.popup(), 'hello', {})).toBeUndefined()
  })

  it('minds no alarm that is not its own', async () => {
    await startWorker()
    world.ring('somebody-elses')
    world.ring('attempt:nobody')
    world.ring('disconnect:nobody')
    await ask(senders.popup(), 'hello', {})
    expect(view().attempts).toEqual([])
  })
})
