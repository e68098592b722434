import { AsyncLocalStorage } from 'node:async_hooks'

/** A server's own time: real time plus an offset that tests move. */
export type Clock = {
  /** Milliseconds since the epoch, in this clock's time. */
  now(): number
  advance(ms: number): void
  /** Stops the clock: from here on `advance` alone moves it. */
  hold(): void
  /** Goes back to real time, and runs again. */
  reset(): void
  /** Runs `work`, and whatever it awaits, in this clock's time: `Date` follows it there. */
  run<T>(work: () => T): T
}

type Time = { offset: number; heldAt: number | undefined }

const current = new AsyncLocalStorage<Time>()
const RealDate = globalThis.Date
let isInstalled = false

function timeOf({ offset, heldAt }: Time): number {
  return heldAt ?? RealDate.now() + offset
}

// oidc-provider and jose read the time from the global `Date` and take no clock. A Proxy rather than a
// subclass, so that `instanceof Date` stays true for values made before it was put in place.
function installMovedDate(): void {
  if (isInstalled) return
  isInstalled = true
  const now = () => {
    const time = current.getStore()
    return time ? timeOf(time) : RealDate.now()
  }
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length ? args : [now()], newTarget),
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
  const time: Time = { offset: 0, heldAt: undefined }
  return {
    now: () => timeOf(time),
    advance: ms => {
      if (time.heldAt === undefined) time.offset += ms
      else time.heldAt += ms
    },
    hold: () => {
      time.heldAt = timeOf(time)
    },
    reset: () => {
      time.offset = 0
      time.heldAt = undefined
    },
    run: work => current.run(time, work),
  }
}
