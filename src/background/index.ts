import { browser } from '../browser'
import { catalogue } from '../providers'
import { aheadAlarm, lookAhead } from './ahead'
import { resumeRefreshes, retry } from './broker'
import type { Sender } from './caller'
import { closeStorage } from './closed-storage'
import { attemptAlarm, resumeConnects, resumeWaiting } from './connect'
import { consentWindowClosed, withdraw } from './consent'
import { disconnectAlarm, resumeDisconnects } from './disconnect'
import { hearIdle } from './idle'
import { lock, lockAlarm, resumeLocking } from './lock'
import { outageAlarm, resumeOutages } from './outages'
import { forgetPanels, pageMoved } from './panels'
import { endGonePages, endOverdue, endPageOnly, endTabOnly, permitAlarm } from './permits'
import { isFirefox } from './platform'
import { attend } from './ports'
import { watched } from './report'
import { startManifestScripts } from './scripts'
import { serve } from './serve'
import { session } from './session'
import { admitWanted, settleSites } from './sites'
import { scheduleAhead } from './use'

// Every listener is registered before the first await: the browser starts this worker for an event and delivers it
// to the listeners that stand by the end of the first turn.

browser.runtime.onMessage.addListener((message: unknown, sender: Sender) => serve(message, sender))

browser.runtime.onConnect.addListener(port => attend(port, serve, documentLeft))

browser.permissions.onAdded.addListener(() => {
  hearWhetherIdle()
  watched('permissions.onAdded', resumeWaiting())
  watched('permissions.onAdded', admitWanted())
})

browser.permissions.onRemoved.addListener(() => watched('permissions.onRemoved', settleSites()))

browser.alarms.onAlarm.addListener(({ name }) =>
  watched(
    'alarms.onAlarm',
    attemptAlarm(name)
      .then(known => known || disconnectAlarm(name))
      .then(known => known || permitAlarm(name))
      .then(known => known || outageAlarm(name, retry))
      .then(known => known || lockAlarm(name))
      .then(known => known || aheadAlarm(name)),
  ),
)

browser.windows.onRemoved.addListener(windowId => watched('windows.onRemoved', consentWindowClosed(windowId)))

browser.tabs.onRemoved.addListener((tabId, { isWindowClosing }) => {
  const forgotten = Promise.all([
    forgetPanels(tabId),
    withdraw(question => question.tabId === tabId),
    endTabOnly(tabId),
  ])
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

// Scripts of ours in open pages have lost us with the version before.
browser.runtime.onInstalled.addListener(() => {
  if (!isFirefox) watched('installed', startManifestScripts())
})

const hearWhetherIdle = () =>
  hearIdle(
    () => watched('idle.onStateChanged', lock()),
    () => watched('idle.onStateChanged', lookAhead()),
  )
hearWhetherIdle()

watched('start', closeStorage())
watched('start', session().then(resumeDisconnects).then(resumeConnects).then(resumeWaiting))
watched(
  'start',
  session()
    .then(resumeLocking)
    .then(resumeRefreshes)
    .then(() => resumeOutages(retry))
    .then(scheduleAhead),
)
watched('start', session().then(endOverdue).then(endGonePages).then(settleSites))

/** The document is gone: its question with it, and what was allowed for it alone. */
async function documentLeft(documentId: string): Promise<void> {
  await withdraw(question => question.documentId === documentId)
  await endPageOnly(documentId)
}
