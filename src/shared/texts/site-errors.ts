import type { SiteCode, SiteReason } from '../errors'

/** What happened and what to do next, for each code that a site can be told. `{provider}` is the provider's name. */
export const siteCodeTexts: Record<SiteCode, string> = {
  'not-installed':
    'Dealpass does not answer. Reload this page; if that does not help, check that the extension is on.',
  'not-connected': '{provider} is not connected. Open Dealpass and click Connect.',
  'not-permitted': 'This page may not do that. Open the Dealpass panel on the page and allow it there.',
  'reconnect-required': '{provider} has ended this login. Click Reconnect.',
  'scope-missing':
    'This login does not include what was asked for. Reconnect and agree to it, or ask your administrator.',
  locked: 'Dealpass is locked. Open it and unlock.',
  stopped: 'Everything is stopped. Switch “Stop everything” off in Dealpass to go on.',
  'wrong-user': 'This page belongs to another user than the connected account. Connect that account too.',
  'rate-limited': 'That was too often. Wait a moment and try again.',
  'bad-request': 'This request was malformed and was not sent. The widget that made it needs mending.',
  'provider-unreachable': '{provider} does not answer. Your login is safe; check your network and try again.',
  'provider-rejected': '{provider} answered with an error. Try again; if it stays, tell your administrator.',
  unexpected: 'Something went wrong that should not have. Try again; if it stays, tell your administrator.',
}

/** Finer sentences under a code. */
export const siteReasonTexts: Record<SiteReason, string> = {
  'api-refuses-login':
    'The API refuses this login. It is tried again with the next call; if it stays, reconnect.',
  'sign-in-again': 'Sign in again. Click Reconnect.',
  'long-lived-token':
    'The tokens of {provider} live too long to be handed to a page. Your administrator can shorten the API’s token life or raise the limit.',
  'wide-token':
    '{provider} gives no token that is as narrow as what was allowed here, so none is handed out. Calls through Dealpass work.',
  'no-permit': 'This page has no permit. Open the Dealpass panel on the page and allow it there.',
  'read-only': 'This page may read only. It did not change anything.',
  'unknown-caller': 'Dealpass does not know who is asking, so the answer is no.',
  'outside-api': 'This address is not part of the API of {provider}, so nothing was sent.',
  'too-large': 'This is larger than 4 MiB and was not passed on.',
  redirected: '{provider} pointed to another address, which Dealpass does not follow.',
  'nonsense-answer':
    '{provider} answered with something that is not a login. Try again; if it stays, tell your administrator.',
  'brokered-only': 'Logins of this kind are never handed to a page. Calls through Dealpass work.',
  disconnecting: 'This connection is being ended. Click Undo in Dealpass to keep it.',
  'see-dealpass': '{provider} cannot be used now. Open Dealpass; it says what to do.',
}

/** A fault that a site may be told. */
export type SiteFault = { code: SiteCode; reason?: SiteReason }

/** The sentence for people: what happened, and what to do next. */
export function siteSentenceOf({ code, reason }: SiteFault, provider?: string): string {
  return named(reason ? siteReasonTexts[reason] : siteCodeTexts[code], provider)
}

/** A sentence with the provider's name in it. */
export function named(sentence: string, provider = 'The provider'): string {
  return sentence.replaceAll('{provider}', () => provider)
}
