import { beforeEach, describe, expect, it, vi } from 'vitest'
import { shippedHosts } from '../fakes/providers'
import { wordsOf } from '../fakes/words'
import { world } from '../fakes/world'

const site = 'https://app.futuresimple.com'
const caller = { kind: 'site', site, tabId: 1, documentId: 'd', page: 'd' } as const
const document = { tabId: 1, url: `${site}/leads/1`, isVisible: true, isActivated: true }
const requireGesture = async () => (await import('../../src/background/gesture')).requireGesture(caller)
const needed = 'not-permitted: needs-gesture'

beforeEach(() => {
  world.granted = new Set(shippedHosts)
})

describe('requireGesture', () => {
  it('lets a page that somebody looks at and has just used', async () => {
    world.openDocument('d', document)
    await requireGesture()
  })

  it.each([
    ['nobody has just used', { isActivated: false }],
    ['nobody looks at', { isVisible: false }],
    ['is neither', { isVisible: false, isActivated: false }],
    ['is another tab’s', { tabId: 2 }],
    ['shows an address that we may not reach', { url: 'https://other.example/' }],
  ])('refuses a page that %s', async (_, state) => {
    world.tabs.set(1, document.url)
    world.openDocument('d', { ...document, ...state })
    expect(await wordsOf(requireGesture())).toBe(needed)
  })

  it('refuses a page that is gone, and asks no other in its place', async () => {
    world.openDocument('another', document)
    expect(await wordsOf(requireGesture())).toBe(needed)
  })

  it('refuses a page that rests behind another one, which somebody has just used', async () => {
    world.openDocument('d', { ...document, behind: 'another' })
    world.openDocument('another', document)
    expect(await wordsOf(requireGesture())).toBe(needed)
  })

  it('asks that document, and not what the tab shows', async () => {
    world.openDocument('d', document)
    const asked = vi.spyOn(world.scripting, 'execute')
    await requireGesture()
    expect(asked.mock.calls.map(([{ target }]) => target)).toEqual([{ tabId: 1, documentIds: ['d'] }])
  })
})
