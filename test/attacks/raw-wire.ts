import type { Page } from '@playwright/test'
import { inPage } from './arena'

/** What came back for one message of the page's own making; `silence` where nothing did within a second. */
export type Raw = { ok?: boolean; value?: unknown; error?: { code: string; reason?: string }; silence?: true }

const wire = `new Promise((resolve, reject) => {
  const { port1, port2 } = new MessageChannel()
  const waiting = new Map()
  const heard = []
  let last = 1_000
  port1.onmessage = ({ data }) => {
    if (data === 'installed') return resolve()
    heard.push(data)
    waiting.get(data?.id)?.(data.reply)
  }
  globalThis.wire = {
    heard,
    post: message => port1.postMessage(message),
    ask: (name, input, id = ++last) => {
      const answered = new Promise(answer => waiting.set(id, answer))
      port1.postMessage({ id, name, input })
      return Promise.race([answered, new Promise(late => setTimeout(() => late({ silence: true }), 1_000))])
    },
  }
  setTimeout(() => reject(new Error('no bridge')), 1_500)
  postMessage({ dealpass: 'connect' }, origin, [port2])
})`

/**
 * Gives a page a wire of its own, as `wire`: what the SDK would never send goes over it. `wire.ask(name, input, id)`
 * promises the reply, `wire.post(message)` sends anything, `wire.heard` has all that came down.
 */
export async function openWire(page: Page): Promise<void> {
  await inPage(page, wire)
}

/** Asks over the page's own wire; `input` is an expression, so that it can be what JSON is not. */
export async function askRaw(page: Page, name: string, input: string): Promise<Raw> {
  return (await inPage(page, `wire.ask(${JSON.stringify(name)}, ${input})`)) as Raw
}
