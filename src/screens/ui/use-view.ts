import { signal } from '@preact/signals'
import { browser } from '../../browser'
import { sessionKeys, type View } from '../../shared/view'

/** What the background shows; undefined until it is known. */
export const view = signal<View | undefined>(undefined)

/**
 * Keeps `view` at what the background wrote last. `wake` is a request that makes the background write a view where
 * there is none, as after an update of the extension; when it is rejected with the view still unknown, so is this.
 */
export async function watchView(wake: () => Promise<unknown>): Promise<void> {
  browser.storage.onChanged.addListener((changes, area) => {
    const change = area === 'session' && changes[sessionKeys.view]
    if (change) view.value = change.newValue as View | undefined
  })
  await readView()
  try {
    await wake()
  } catch (error) {
    if (!view.value) throw error
  }
  if (!view.value) await readView()
}

async function readView() {
  const stored = await browser.storage.session.get(sessionKeys.view)
  // A change that came while we were reading is newer than what was read.
  view.value ??= stored[sessionKeys.view] as View | undefined
}
