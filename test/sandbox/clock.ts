import { AsyncLocalStorage } from 'node:async_hooks'

/** A server's own time: real time plus an offset that tests move. */
export type Clock = {
  /** Milliseconds since the epoch, in this clock's time. */
  now(): number
  advance(ms: number): void
  reset(): void
  /** Runs `work`, and whatever it awaits, in this clock's time: `Date` follows it there. */
  run<T>(work: () => T): T
}

const current = new AsyncLocalStorage<{ offset: number }>()
const RealDate = globalThis.Date
let isInstalled = false

// oidc-provider and jose read the time from the global `Date` and take no clock. A Proxy rather than a
// subclass, so that `instanceof Date` stays true for values made before it was put in place.
function installMovedDate(): void {
  if (isInstalled) return
  isInstalled = true
  const now = () => RealDate.now() + (current.getStore()?.offset ?? 0)
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  })
}

/**
 * Makes a clock that starts at real time. Moving it changes what `Date` says inside `run` and nowhere else,
 * so several servers of one Node program can live at different times while the tests live in the present.
 */
export function createClock(): Clock {
  installMovedDate()
  const shift = { offset: 0 }
  return {
    now: () => RealDate.now() + shift.offset,
    advance: ms => {
      shift.offset += ms
    },
    reset: () => {
      shift.offset = 0
    },
    run: work => current.run(shift, work),
  }
}
