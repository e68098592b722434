import { vi } from 'vitest'
import { startWorker } from '../fakes/worker'
import { world } from '../fakes/world'

type Timer = { at: number; run: () => void }

const { setImmediate: immediate, clearImmediate: noImmediate } = globalThis

let timers = new Map<object, Timer>()
/** Turns of the event loop and answers of the cryptography that somebody waits for. */
let pending = 0
const waiting = new Set<NodeJS.Immediate>()

/**
 * The time of the background and of its browser: it stands still until a test lets it go on, and then stops at every timer
 * and alarm until all that comes of it is done.
 */
export function startClock(now: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now })
  timers = new Map()
  const timer = (run: (...args: unknown[]) => void, wait = 0, ...args: unknown[]) => {
    const handle = { unref: () => handle, ref: () => handle }
    // As browsers have it: what is no number is no wait.
    timers.set(handle, { at: Date.now() + (wait > 0 ? wait : 0), run: () => run(...args) })
    return handle
  }
  vi.stubGlobal('setTimeout', timer)
  vi.stubGlobal('clearTimeout', (handle: object | undefined) => void (handle && timers.delete(handle)))
  vi.stubGlobal('setImmediate', (run: (...args: unknown[]) => void, ...args: unknown[]) => {
    const handle = immediate(() => {
      waiting.delete(handle)
      run(...args)
    })
    waiting.add(handle)
    return handle
  })
  vi.stubGlobal('clearImmediate', (handle: NodeJS.Immediate) => {
    waiting.delete(handle)
    noImmediate(handle)
  })
  for (const name of ['encrypt', 'decrypt', 'digest', 'generateKey'] as const) watchCryptography(name)
}

// It works in threads of its own, whose answers come after any number of turns.
function watchCryptography(name: 'encrypt' | 'decrypt' | 'digest' | 'generateKey'): void {
  const { subtle } = crypto
  const through = subtle[name].bind(subtle) as (...args: unknown[]) => Promise<unknown>
  vi.spyOn(subtle, name).mockImplementation(((...args: unknown[]) => {
    pending += 1
    return through(...args).finally(() => {
      pending -= 1
    })
  }) as never)
}

const turn = () => new Promise<void>(resolve => void immediate(resolve))

/** Lets some turns of the event loop pass. Those that only wait for the cryptography do not count, so that it is always the same. */
export async function turns(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += pending === 0 ? 1 : 0) await turn()
}

/** Resolves when everything has been done that needs neither time nor somebody else. */
export async function quiet(): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    await turn()
    calm = pending === 0 && waiting.size === 0 ? calm + 1 : 0
  }
}

/** Timers that stand. */
export function timerCount(): number {
  return timers.size
}

/** A worker's timers go with it. */
export function dropTimers(): void {
  timers.clear()
}

const mostEvents = 2_000

/** Lets time pass; timers and alarms come in their order, and an alarm starts a worker where there is none. */
export async function pass(milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds
  for (let events = 0; ; events += 1) {
    if (events > mostEvents) throw new Error('There is always one more timer or alarm')
    await quiet()
    const timer = [...timers].reduce<[object, Timer] | undefined>(
      (first, one) => (first === undefined || one[1].at < first[1].at ? one : first),
      undefined,
    )
    const alarm = [...world.alarms].reduce<[string, number] | undefined>(
      (first, one) => (first === undefined || one[1] < first[1] ? one : first),
      undefined,
    )
    const isTimer = timer !== undefined && timer[1].at <= (alarm?.[1] ?? Number.POSITIVE_INFINITY)
    const at = isTimer ? timer[1].at : (alarm?.[1] ?? Number.POSITIVE_INFINITY)
    if (!timer && !alarm) break
    if (at > end) break
    if (at > Date.now()) vi.setSystemTime(at)
    if (isTimer) {
      timers.delete(timer[0])
      timer[1].run()
    } else if (alarm) {
      if (!world.onAlarm.isHeard) await startWorker()
      world.ring(alarm[0])
    }
  }
  vi.setSystemTime(end)
}
