import { browser } from '../browser'
import { catalogue } from '../providers'
import type { Sender } from './caller'
import { attemptAlarm, resumeWaiting } from './connect'
import { consentWindowClosed, followAsker, withdraw } from './consent'
import { disconnectAlarm, resumeDisconnects } from './disconnect'
import { forgetPanels, pageMoved } from './panels'
import { watched } from './report'
import { serve } from './serve'
import { session } from './session'

// Every listener is registered before the first await: the browser starts this worker for an event and delivers it
// to the listeners that stand by the end of the first turn.

browser.runtime.onMessage.addListener((message: unknown, sender: Sender) => serve(message, sender))

browser.runtime.onConnect.addListener(followAsker)

browser.permissions.onAdded.addListener(() => watched('permissions.onAdded', resumeWaiting()))

browser.alarms.onAlarm.addListener(({ name }) =>
  watched(
    'alarms.onAlarm',
    attemptAlarm(name).then(known => known || disconnectAlarm(name)),
  ),
)

browser.windows.onRemoved.addListener(windowId => watched('windows.onRemoved', consentWindowClosed(windowId)))

browser.tabs.onRemoved.addListener((tabId, { isWindowClosing }) => {
  const forgotten = Promise.all([forgetPanels(tabId), withdraw(question => question.tabId === tabId)])
  watched(
    'tabs.onRemoved',
    forgotten.catch(error => {
      // With the last window the browser itself ends, and storage.session, which this is about, may be gone before.
      if (!isWindowClosing) throw error
    }),
  )
})

// In Firefox a panel has no `tabs` to learn by that its page goes elsewhere. Only Firefox takes a filter here, and
// without one every page of every tab would start this worker.
if ('getBrowserInfo' in browser.runtime)
  browser.tabs.onUpdated.addListener(tabId => watched('tabs.onUpdated', pageMoved(tabId)), {
    urls: catalogue.flatMap(({ pages }) => pages),
    properties: ['url'],
  })

// Only so that the worker starts with the browser, and what was left in the middle is seen to.
browser.runtime.onStartup.addListener(() => undefined)
browser.runtime.onInstalled.addListener(() => undefined)

watched('start', closeStorage())
watched('start', session().then(resumeDisconnects).then(resumeWaiting))

// Content scripts can read and write storage.local and storage.sync by default, and read storage.managed in Chromium.
async function closeStorage(): Promise<void> {
  for (const name of ['local', 'session', 'sync', 'managed'] as const) {
    const area = browser.storage[name] as {
      setAccessLevel?: (level: { accessLevel: string }) => Promise<void>
    }
    await area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' })
  }
}
