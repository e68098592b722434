import { browser } from '../browser'
import { limits } from '../shared/limits'

let waiting = 0
let timer: ReturnType<typeof setInterval> | undefined

/**
 * Keeps this worker awake while something is waited for that could not be asked for again: browsers end one that has
 * called nothing of theirs for 30 s.
 */
export async function awakeDuring<T>(wait: Promise<T>): Promise<T> {
  waiting += 1
  timer ??= setInterval(() => void browser.runtime.getPlatformInfo(), limits.awake)
  try {
    return await wait
  } finally {
    waiting -= 1
    if (waiting === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}
