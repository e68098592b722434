import { setTimeout as delay } from 'node:timers/promises'
import type { CDPSession } from '@playwright/test'
import { type AttachedTarget, attachTarget } from './attached-target'

type Noted = { place: string; text: string; isError: boolean; exceptionId?: number }

/** What the extension has said so far, oldest first. */
export type Collected = {
  /** Every `console.error` and every uncaught error or rejection, as `place: text`. */
  errors(): Promise<string[]>
  /** Everything that went to a console, errors and all else. */
  said(): Promise<{ place: string; text: string }[]>
}

/**
 * Notes what the extension logs and leaves uncaught: its service worker across restarts, its popup, and its documents
 * in tabs, windows and frames.
 */
export async function collectErrors(browser: CDPSession, origin: string): Promise<Collected> {
  const noted: Noted[] = []
  const seen = new Set<string>()
  const listened: AttachedTarget[] = []

  const listen = async (target: AttachedTarget, place: string) => {
    target.on('Runtime.consoleAPICalled', ({ type, args }) => {
      noted.push({
        place,
        isError: type === 'error' || type === 'assert',
        text: args
          .map(({ value, description, preview }) =>
            String(value ?? (preview ? JSON.stringify(preview) : description)),
          )
          .join(' '),
      })
    })
    target.on('Runtime.exceptionThrown', ({ exceptionDetails: { exceptionId, text, exception } }) => {
      noted.push({
        place,
        isError: true,
        exceptionId,
        text: `${text} ${exception?.description ?? exception?.value ?? ''}`,
      })
    })
    // A rejection that was handled late.
    target.on('Runtime.exceptionRevoked', ({ exceptionId }) => {
      const index = noted.findIndex(note => note.place === place && note.exceptionId === exceptionId)
      if (index >= 0) noted.splice(index, 1)
    })
    // Also replays what was said before.
    await target.send('Runtime.enable')
    listened.push(target)
  }
  const follow = async ({ targetId, url }: { targetId: string; url: string }) => {
    if (!url.startsWith(origin) || seen.has(targetId)) return
    seen.add(targetId)
    const target = await attachTarget(browser, targetId)
    await listen(target, url.slice(origin.length))
  }
  // A target that is gone before it could be listened to had no time to fail.
  const followQuietly = (target: { targetId: string; url: string }) => follow(target).catch(() => {})

  browser.on('Target.targetCreated', ({ targetInfo }) => followQuietly(targetInfo))
  browser.on('Target.targetInfoChanged', ({ targetInfo }) => followQuietly(targetInfo))
  await browser.send('Target.setDiscoverTargets', { discover: true })
  const { targetInfos } = await browser.send('Target.getTargets')
  await Promise.all(targetInfos.map(followQuietly))
  const settled = async () => {
    // An answer comes after all that was said before it. A stopped worker gives none.
    const answers = listened.map(target =>
      target.send('Runtime.evaluate', { expression: '0' }).catch(() => {}),
    )
    await Promise.race([Promise.all(answers), delay(200)])
    return noted
  }
  return {
    errors: async () =>
      (await settled()).filter(({ isError }) => isError).map(({ place, text }) => `${place}: ${text.trim()}`),
    said: async () => (await settled()).map(({ place, text }) => ({ place, text })),
  }
}
