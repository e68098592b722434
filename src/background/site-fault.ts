import { type ErrorCode, type Fault, type SiteCode, siteCodes, siteReasons } from '../shared/errors'
import type { SiteFault } from '../shared/texts/page-errors'

/** What only a person in front of Dealpass can mend, in the words that widget authors know. */
const translations: Partial<Record<ErrorCode, SiteCode>> = {
  'timed-out': 'provider-unreachable',
  interrupted: 'provider-unreachable',
}

/**
 * A fault in the words that a site may be told (the contract with widget authors). One that is about connecting, setup or
 * permissions of the browser is `reconnect-required` for it: only the user can go on, in Dealpass.
 */
export function siteFault({ code, reason }: Fault): SiteFault {
  const known = siteCodes.find(one => one === code)
  if (!known) return { code: translations[code] ?? 'reconnect-required', reason: 'see-dealpass' }
  const finer = siteReasons.find(one => one === reason)
  return finer ? { code: known, reason: finer } : { code: known }
}
