import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Installed, installed } from '../fakes/extension'
import { type FakeElement, openPage } from '../fakes/page'
import { until } from '../fakes/worker'

let page: FakeElement
let replies: unknown[]
let extension: Installed

beforeEach(async () => {
  page = openPage()
  replies = []
  extension = installed(({ name }) => {
    expect(name).toBe('openPanel')
    return replies.shift() ?? new Promise(() => undefined)
  })
  vi.resetModules()
  await import('../../src/content/loader')
})

const button = () => page.find('button')[0]
const frames = () => page.find('iframe')
const ticket = (value: string) => ({ ok: true, value: { ticket: value } })

describe('the loader', () => {
  it('draws a button, without data and without asking anything', () => {
    expect(page.find('button')).toHaveLength(1)
    expect(button()?.text).toContain('Dealpass')
    expect(frames()).toEqual([])
    expect(extension.ports).toEqual([])
  })

  it('opens the panel with its ticket, in a closed root that the page cannot look into', async () => {
    replies.push(ticket('t1'))
    button()?.click()
    await until(() => frames().length === 1)
    const [frame] = frames()
    expect(frame).toMatchObject({
      src: 'chrome-extension://dynamic-address/src/screens/panel/index.html#t1',
      title: 'Dealpass panel',
    })
    const host = page.children.find(child => typeof child !== 'string' && child.find('iframe').length > 0)
    expect(host).toMatchObject({ rootMode: 'closed' })
  })

  it('minds no click that the page has made', async () => {
    replies.push(ticket('t1'))
    button()?.click(false)
    await new Promise(resolve => setImmediate(resolve))
    expect(extension.ports).toEqual([])
    expect(frames()).toEqual([])
  })

  it('opens one panel for two clicks, and closes it with the next', async () => {
    replies.push(ticket('t1'), ticket('t2'))
    button()?.click()
    button()?.click()
    await until(() => frames().length === 1)
    await until(() => button()?.ariaExpanded === 'true')
    expect(extension.sent).toHaveLength(1)
    button()?.click()
    expect(frames()).toEqual([])
    expect(button()?.ariaExpanded).toBe('false')
  })

  it('takes a new ticket each time', async () => {
    replies.push(ticket('t1'), ticket('t2'))
    for (const expected of ['#t1', '#t2']) {
      button()?.click()
      await until(() => button()?.ariaExpanded === 'true')
      expect(frames()[0]?.src).toMatch(new RegExp(`${expected}$`))
      button()?.click()
    }
  })

  it('says to reload the page after an update has cut it off', async () => {
    extension.update()
    button()?.click()
    await until(() => page.find('p').length === 1)
    expect(page.find('p')[0]).toMatchObject({
      role: 'status',
      text: expect.stringContaining('Reload this page'),
    })
    expect(frames()).toEqual([])
  })

  it('says what the extension says', async () => {
    replies.push({ ok: false, error: { code: 'not-permitted', message: 'No.' } })
    button()?.click()
    await until(() => page.find('p').length === 1)
    expect(page.find('p')[0]?.text).toBe('No.')
  })
})
