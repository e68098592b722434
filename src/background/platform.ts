import { browser } from '../browser'

// What differs between the browsers, settled once when the worker starts and not with each message.

/** Firefox alone has this, and has had it always. */
export const isFirefox = 'getBrowserInfo' in browser.runtime

/** Chromium says of each sender whether its document is prerendered, at rest in the back-forward cache, or active. */
export const tellsLifecycle = !isFirefox

/** Chromium lists our documents, those in frames too (`runtime.getContexts`). */
export const listsContexts = 'getContexts' in browser.runtime
