import type { SiteCaller } from '../../../src/background/caller'
import * as whole from '../../../src/background/consent'

export * from '../../../src/background/consent'

let last = 0

/** Puts every question that comes, each as if it were of a site of its own. */
export const consentFor: typeof whole.consentFor = (caller: SiteCaller, ...rest) => {
  last += 1
  return whole.consentFor({ ...caller, site: `${caller.site}/#${last}` }, ...rest)
}
