import type { Runtime } from 'webextension-polyfill'
import type { Sender } from '../../../src/background/caller'
import * as whole from '../../../src/background/ports'

export * from '../../../src/background/ports'

/** Does not notice that a document has gone. */
export const attend: typeof whole.attend = (port: Runtime.Port, serve) =>
  whole.attend(
    port,
    (message, sender: Sender) => serve(message, sender, new AbortController().signal),
    async () => undefined,
  )

export const isOpen: typeof whole.isOpen = () => true
