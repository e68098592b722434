import type { SiteCode, SiteReason } from '../errors'

/** What happened and what to do next, for each code that a site can be told. `{provider}` is the provider's name. */
export const siteCodeTexts: Record<SiteCode, string> = {
  'not-installed':
    'Dealpass does not answer. Reload this page; if that does not help, check that the extension is on.',
  'not-connected': '{provider} is not connected. Open Dealpass and click Connect.',
  'not-permitted':
    'This page may not do that. Ask for it from a click, and allow it in the window that opens.',
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

/** Finer sentences under a code: those that our own screens say, too. */
export const commonReasonTexts = {
  'api-refuses-login':
    'The API refuses this login. It is tried again with the next call; if it stays, reconnect.',
  'sign-in-again': 'Sign in again. Click Reconnect.',
  'nonsense-answer':
    '{provider} answered with something that is not a login. Try again; if it stays, tell your administrator.',
  disconnecting: 'This connection is being ended. Click Undo in Dealpass to keep it.',
  redirected: '{provider} pointed to another address, which Dealpass does not follow.',
  'too-large': 'This is larger than 4 MiB and was not passed on.',
} as const satisfies Partial<Record<SiteReason, string>>

/** A sentence with the provider's name in it. */
export function named(sentence: string, provider = 'The provider'): string {
  return sentence.replaceAll('{provider}', () => provider)
}
