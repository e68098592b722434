import { beforeEach, describe, expect, it, vi } from 'vitest'
import { startWorker, until } from '../fakes/worker'
import { extensionOrigin, type FlowDetails, world } from '../fakes/world'

const url = 'https://id.example/authorize?state=x'
const popups = () => [...world.windows.values()].filter(({ type }) => type === 'popup')

/** The words of a rejection: `code` or `code: reason`. */
async function words(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    value => ({ code: `not refused: ${value}`, reason: undefined }),
    (thrown: unknown) => Object(thrown),
  )
  return error.reason ? `${error.code}: ${error.reason}` : String(error.code)
}

/** A sign-in that stays open; `opened` tells how many have begun, `end` ends the latest. */
function openSignIn(): { begun: FlowDetails[]; end(address: string): void } {
  const begun: FlowDetails[] = []
  let end = (_address: string) => {}
  world.signIn = details => {
    begun.push(details)
    return new Promise(resolve => {
      end = resolve
    })
  }
  return { begun, end: address => end(address) }
}

async function authorize(
  options: { interactive: boolean; signal?: AbortSignal } = { interactive: true },
): Promise<string> {
  const { authorizeInWindow } = await import('../../src/background/auth-window')
  return authorizeInWindow(url, options)
}

beforeEach(startWorker)

describe('authorizeInWindow', () => {
  it('resolves to the address that the browser was redirected to', async () => {
    world.signIn = async () => 'https://redirected.example/sell?code=1'
    expect(await authorize()).toBe('https://redirected.example/sell?code=1')
    expect(world.flows).toEqual([{ url, interactive: true }])
    expect(popups()).toEqual([])
  })

  it('opens no window for a silent one', async () => {
    const { begun, end } = openSignIn()
    const result = authorize({ interactive: false })
    await until(() => begun.length === 1)
    expect(popups()).toEqual([])
    end('https://redirected.example/')
    await result
  })

  // Chromium's words first, with the advice of newer builds; then Firefox's.
  it.each([
    ['The user did not approve access.', 'cancelled'],
    [
      'User interaction required. Try setting `abortOnLoadForNonInteractive`.',
      'reconnect-required: sign-in-again',
    ],
    ['Authorization page could not be loaded.', 'provider-unreachable: page-not-loaded'],
    ['Authorization page load timed out.', 'provider-unreachable: page-not-loaded'],
    ['Invalid request.', 'provider-unreachable: page-not-loaded'],
    ['User cancelled or denied access.', 'cancelled'],
    ['Requires user interaction', 'reconnect-required: sign-in-again'],
    ['Something new', 'unexpected'],
    ['It says: The user did not approve access.', 'unexpected'],
  ])('says of “%s”: %s', async (message, expected) => {
    world.signIn = () => Promise.reject(new Error(message))
    expect(await words(authorize())).toBe(expected)
  })

  it('opens one window after the other', async () => {
    const { begun, end } = openSignIn()
    const first = authorize()
    const second = authorize()
    await until(() => begun.length === 1)
    expect(popups()).toHaveLength(1)
    end('https://redirected.example/1')
    expect(await first).toMatch(/1$/)
    await until(() => begun.length === 2)
    end('https://redirected.example/2')
    expect(await second).toMatch(/2$/)
  })

  it('gives the next one its turn when the user closes the window', async () => {
    const { begun, end } = openSignIn()
    const first = words(authorize())
    const second = authorize()
    await until(() => popups().length === 1)
    world.closeWindow(popups()[0]?.id ?? 0)
    expect(await first).toBe('cancelled')
    await until(() => begun.length === 2)
    end('https://redirected.example/')
    await second
  })

  it('ends at once when aborted, and closes its window', async () => {
    const { begun } = openSignIn()
    const controller = new AbortController()
    const result = words(authorize({ interactive: true, signal: controller.signal }))
    await until(() => begun.length === 1)
    controller.abort()
    expect(await result).toBe('cancelled')
    await until(() => popups().length === 0)
  })

  it('never opens the window of one that was aborted while it waited for its turn', async () => {
    const { begun, end } = openSignIn()
    const controller = new AbortController()
    const first = authorize()
    const second = words(authorize({ interactive: true, signal: controller.signal }))
    await until(() => begun.length === 1)
    controller.abort()
    expect(await second).toBe('cancelled')
    end('https://redirected.example/')
    await first
    await new Promise(resolve => setImmediate(resolve))
    expect(begun).toHaveLength(1)
  })

  it('closes, when aborted, a window that appears only then', async () => {
    const controller = new AbortController()
    let appear = () => {}
    const runFlow = world.runFlow.bind(world)
    vi.spyOn(world, 'runFlow').mockImplementation(async details => {
      await new Promise<void>(resolve => {
        appear = resolve
      })
      return runFlow(details)
    })
    openSignIn()
    const result = words(authorize({ interactive: true, signal: controller.signal }))
    await until(() => vi.mocked(world.runFlow).mock.calls.length === 1)
    controller.abort()
    expect(await result).toBe('cancelled')
    appear()
    await until(() => world.flows.length === 1)
    await until(() => popups().length === 0)
  })

  it('leaves windows alone that are the page’s or ours', async () => {
    const { begun } = openSignIn()
    const controller = new AbortController()
    const result = words(authorize({ interactive: true, signal: controller.signal }))
    await until(() => begun.length === 1)
    const others = [
      world.openWindow({ type: 'popup', url: 'https://crm.example/call', openerTabId: 4 }),
      world.openWindow({ type: 'popup', url: `${extensionOrigin}/src/screens/consent/index.html` }),
      world.openWindow({ type: 'normal', url: 'https://mail.example/' }),
    ].map(({ id }) => id)
    controller.abort()
    await result
    await until(() => popups().length === 2)
    for (const id of others) expect(world.windows.has(id)).toBe(true)
  })

  it('stops listening for windows when it is over', async () => {
    const before = world.onWindowCreated.listeners.size
    world.signIn = async () => 'https://redirected.example/'
    await authorize()
    expect(world.onWindowCreated.listeners.size).toBe(before)
  })

  it.each([
    [true, 10 * 60_000, 'timed-out'],
    [false, 20_000, 'provider-unreachable'],
  ])('gives up where interactive is %s after %i ms', async (interactive, limit, expected) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { begun } = openSignIn()
    let result = ''
    const asked = words(authorize({ interactive })).then(said => {
      result = said
    })
    await until(() => begun.length === 1)
    await vi.advanceTimersByTimeAsync(limit - 1)
    expect(result).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    await asked
    expect(result).toBe(expected)
  })

  it('closes the window that a dead worker has left behind, and opens its own', async () => {
    openSignIn()
    void world.runFlow({ url: 'https://id.example/login', interactive: true }).catch(() => undefined)
    const [orphan] = popups()
    world.signIn = async () => 'https://redirected.example/'
    expect(await authorize()).toBe('https://redirected.example/')
    expect(world.windows.has(orphan?.id ?? 0)).toBe(false)
  })

  it('says what to do where that window is nowhere to be found', async () => {
    openSignIn()
    void world.runFlow({ url: 'https://sso.other.example/login', interactive: true }).catch(() => undefined)
    expect(await words(authorize())).toBe('interrupted: window-open')
    expect(popups()).toHaveLength(1)
  })
})
