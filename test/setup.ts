import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { endLife } from './fakes/worker'
import { world } from './fakes/world'

// Browsers give addresses of extensions an origin; Node, which does not know the scheme, says 'null'.
const origin = Object.getOwnPropertyDescriptor(URL.prototype, 'origin')
Object.defineProperty(URL.prototype, 'origin', {
  ...origin,
  get(this: URL) {
    return /^(?:chrome|moz)-extension:$/.test(this.protocol)
      ? `${this.protocol}//${this.host}`
      : origin?.get?.call(this)
  },
})

// Node's runs on a clock that fake timers do not reach.
AbortSignal.timeout = milliseconds => {
  const controller = new AbortController()
  const late = () => controller.abort(new DOMException('The operation timed out.', 'TimeoutError'))
  setTimeout(late, milliseconds).unref()
  return controller.signal
}

// What a worker still says after its death nobody hears, also when the test is over that it lived in.
const { error } = console
const isOfTheDead = (words: unknown[]) => words.some(word => String(word).includes('DeadWorkerError'))
console.error = (...words: unknown[]) => {
  if (!isOfTheDead(words)) error(...words)
}

beforeEach(() => {
  world.reset()
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('fetch', (input: RequestInfo | URL) => {
    const address = input instanceof Request ? input.url : String(input)
    world.strays.push(address)
    return Promise.reject(new TypeError(`A stray fetch of ${address}: this test has no network`))
  })
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    if (!isOfTheDead(words)) world.reports.push(words.map(String).join(' '))
  })
})

afterEach(() => {
  endLife()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  expect(world.strays, 'addresses fetched though the test has no network').toEqual([])
  // A test that expects a report takes it by `world.takeReports()`.
  expect(world.reports, 'what the extension has reported as unexpected').toEqual([])
})
