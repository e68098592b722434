import { vi } from 'vitest'
import type { Downward } from '../../src/shared/port'
import { elsewhere } from './event'
import { Channel, type FakePort } from './port'
import type { Answer } from './wire'
import { extensionId } from './world'

/** The extension as a content script has it, with a background in the test's hands. */
export type Installed = {
  runtime: { id?: string; getURL(path: string): string; connect(): FakePort; lastError?: unknown }
  /** Every port that was opened, by the background's end. */
  ports: FakePort[]
  /** Requests that reached the background, in order. */
  sent: { id: number; name: string; input: unknown }[]
  /** Everything that reached the background, in order. */
  posted: unknown[]
  tell(message: Downward): void
  /** The background is stopped. */
  end(): void
  /** The extension is updated under the page: its scripts have none any more. */
  update(): void
}

/** Puts an extension in the place of the browser's global, which answers by the function given. */
export function installed(answer: Answer): Installed {
  const ports: FakePort[] = []
  const posted: unknown[] = []
  const sent: Installed['sent'] = []
  const connect = () => {
    if (!runtime.id) throw new Error('Extension context invalidated.')
    const channel = new Channel({})
    channel.arrive(elsewhere, port => {
      ports.push(port)
      port.onMessage.addListener(async message => {
        posted.push(message)
        const { id, name, input } = Object(message)
        if (name === undefined) return
        sent.push({ id, name, input })
        const value = await answer({ name, input })
        const isReply = typeof value === 'object' && value !== null && 'ok' in value
        if (port.isOpen) port.postMessage({ id, reply: isReply ? value : { ok: true, value } })
      })
    })
    return channel.page
  }
  const runtime: Installed['runtime'] = {
    id: extensionId,
    // A page's frames of ours have an address of their own for each session of the browser.
    getURL: (path: string) => `chrome-extension://dynamic-address/${path}`,
    connect,
  }
  const end = () => {
    for (const port of ports) port.disconnect()
  }
  vi.stubGlobal('browser', { runtime })
  return {
    runtime,
    ports,
    sent,
    posted,
    end,
    tell: message => {
      for (const port of ports) if (port.isOpen) port.postMessage(message)
    },
    update: () => {
      runtime.id = undefined
      end()
    },
  }
}
