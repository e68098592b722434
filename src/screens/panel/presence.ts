import { effect } from '@preact/signals'
import { browser } from '../../browser'
import { view } from '../ui/use-view'

/**
 * Holds a port to the background open while a question of this panel stands: its end tells that this document is
 * gone, and the question with it. A worker that dies ends it too; it is then opened again.
 */
export function holdPortWhileAsked(site: string): void {
  let port: ReturnType<typeof browser.runtime.connect> | undefined
  const open = () => {
    port = browser.runtime.connect()
    port.onDisconnect.addListener(open)
  }
  effect(() => {
    const isAsked = view.value?.consents.some(consent => consent.site === site) ?? false
    if (isAsked && !port) open()
    if (isAsked || !port) return
    port.onDisconnect.removeListener(open)
    port.disconnect()
    port = undefined
  })
}
