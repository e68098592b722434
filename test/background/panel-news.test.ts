import { beforeEach, describe, expect, it } from 'vitest'
import { openPanel, site } from '../fakes/providers'
import { ask, refused, restartWorker, senders, startWorker, view } from '../fakes/worker'
import { world } from '../fakes/world'

const address = `${site}/leads/1`
const look = { dealpass: 'look' }

beforeEach(startWorker)

describe('look', () => {
  it('gives a panel the view and the address of its page', async () => {
    await openPanel('mine', 1)
    expect(await ask(senders.panel('mine', 1), 'look', {})).toEqual({ view: view(), address })
  })

  it('gives nothing to a panel that has spent no ticket', async () => {
    world.tabs.set(1, address)
    expect(await refused(senders.panel('mine', 1), 'look', {})).toBe('not-permitted: unknown-caller')
  })

  it('gives the view alone where the tab has just been closed', async () => {
    await openPanel('mine', 1)
    world.tabs.delete(1)
    expect(await ask(senders.panel('mine', 1), 'look', {})).toEqual({ view: view() })
  })
})

describe('tellPanels', () => {
  it('tells those that see by asking of each change, also in another life, and no others', async () => {
    await openPanel('asks', 1)
    await openPanel('sees', 2)
    await ask(senders.panel('asks', 1), 'look', {})
    await ask(senders.popup(), 'stop', { on: true })
    expect(world.told).toEqual([{ tab: 1, message: look }])
    await restartWorker()
    await ask(senders.popup(), 'stop', { on: false })
    expect(world.told).toEqual([
      { tab: 1, message: look },
      { tab: 1, message: look },
    ])
  })
})
