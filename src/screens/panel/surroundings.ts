import { browser } from '../../browser'
import type { LookMessage } from '../../shared/protocol'
import { view, watchView } from '../ui/use-view'
import { ask } from './ask'
import { pageAddress, watchAddress } from './page-address'

let rounds = 0

/** Keeps `view` and `pageAddress` at what they are, once the panel's ticket is spent. */
export async function watchSurroundings(): Promise<void> {
  // Firefox gives a frame on a page, ours too, messages and little else of the API.
  if (!browser.storage.session) return watchByAsking()
  await Promise.all([
    // `enter` has woken the worker.
    watchView(async () => {}),
    // Without the page's address the panel shows what belongs to no page.
    watchAddress().catch(() => {}),
  ])
}

async function watchByAsking(): Promise<void> {
  browser.runtime.onMessage.addListener((message: unknown) => {
    if ((message as Partial<LookMessage>).dealpass !== 'look') return undefined
    // What cannot be asked now is asked at the next change.
    look().catch(() => {})
    return Promise.resolve(true)
  })
  await look()
}

async function look(): Promise<void> {
  rounds += 1
  const round = rounds
  const { view: known, address } = await ask('look', {})
  if (round !== rounds) return
  view.value = known
  pageAddress.value = address
}
