import type { Idle } from 'webextension-polyfill'
import { browser } from '../browser'

let isHeard = false

// Only where the user has let us know when nobody is at the machine.
const idle = () => browser.idle as Idle.Static | undefined

/**
 * Hears when nobody is at the machine any more or the system was locked, and when somebody is back. The permission may come
 * while a worker runs.
 */
export function hearIdle(away: () => void, back: () => void): void {
  if (isHeard || !idle()) return
  isHeard = true
  idle()?.onStateChanged.addListener(state => {
    if (state === 'active') back()
    else away()
  })
}

/** After how many minutes without a key or a move of the mouse nobody is there. */
export function idleAfter(minutes: number): void {
  idle()?.setDetectionInterval(minutes * 60)
}
