import { EventEmitter, once } from 'node:events'
import type { CDPSession } from '@playwright/test'

/** A session on one target of the browser, also on those that Playwright shows nobody, like the popup. */
export type AttachedTarget = Pick<CDPSession, 'send' | 'on'> & {
  targetId: string
  /** Resolves when the target is gone. */
  gone: Promise<void>
  isGone(): boolean
  /** Ends the session and leaves the target alone. */
  detach(): Promise<void>
}

type Answer = {
  id?: number
  result?: unknown
  error?: { message: string }
  method?: string
  params?: unknown
}

/**
 * A session on the target `targetId`, spoken through the browser's own session. Calls to a target that has
 * gone reject with `The target is gone.`, those in flight too.
 */
export async function attachTarget(browser: CDPSession, targetId: string): Promise<AttachedTarget> {
  // Not flattened: Playwright's sessions cannot address a child session, and a second connection to the
  // browser would need a debugging port that is open to every program on the machine.
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: false })
  const events = new EventEmitter().setMaxListeners(0)
  const pending = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  let isGone = false
  const gone = once(events, 'gone').then(() => {})

  const hear = (received: { sessionId: string; message: string }) => {
    if (received.sessionId !== sessionId) return
    const answer = JSON.parse(received.message) as Answer
    if (answer.method) events.emit(answer.method, answer.params)
    if (answer.id === undefined) return
    const call = pending.get(answer.id)
    pending.delete(answer.id)
    if (answer.error) call?.reject(new Error(answer.error.message))
    else call?.resolve(answer.result)
  }
  const end = () => {
    if (isGone) return
    isGone = true
    browser.off('Target.receivedMessageFromTarget', hear)
    browser.off('Target.detachedFromTarget', notice)
    browser.off('close', end)
    for (const { reject } of pending.values()) reject(new Error('The target is gone.'))
    pending.clear()
    events.emit('gone')
  }
  const notice = (detached: { sessionId: string }) => {
    if (detached.sessionId === sessionId) end()
  }
  browser.on('Target.receivedMessageFromTarget', hear)
  browser.on('Target.detachedFromTarget', notice)
  browser.on('close', end)

  const send = (method: string, params: object = {}) =>
    new Promise((resolve, reject) => {
      if (isGone) return reject(new Error('The target is gone.'))
      const id = ++lastId
      pending.set(id, { resolve, reject })
      const message = JSON.stringify({ id, method, params })
      browser.send('Target.sendMessageToTarget', { sessionId, message }).catch(error => {
        pending.delete(id)
        reject(error)
      })
    })
  const detach = () => browser.send('Target.detachFromTarget', { sessionId })
  const target = { targetId, gone, isGone: () => isGone, send, on: events.on.bind(events), detach }
  // Playwright keeps the protocol's types behind its own session: its signatures are borrowed for ours.
  return target as unknown as AttachedTarget
}
