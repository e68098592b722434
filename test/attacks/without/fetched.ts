import type * as whole from '../../../src/oauth/guarded-fetch'

/** As the browser would have it: redirects followed, and bodies of any length. */
export const guardedFetch: typeof whole.guardedFetch = (address, init) =>
  fetch(address, { ...init, redirect: 'follow' })

export const readUpTo: typeof whole.readUpTo = response => response.arrayBuffer()
