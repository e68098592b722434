import type { ErrorCode, Fault, Reason } from '../errors'

/** What happened and what to do next, for each code. `{provider}` is the provider's name. */
export const errorTexts: Record<ErrorCode, string> = {
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
  cancelled: 'The sign-in window was closed. Click Connect to try again.',
  denied: 'You said no to {provider}. Click Connect if you change your mind.',
  'bad-state':
    'The answer did not belong to this sign-in, so it was thrown away. Click Connect to start over.',
  'wrong-redirect':
    '{provider} answered at the wrong address. Ask your administrator to compare the redirect address in Options with the one registered.',
  'wrong-issuer':
    'The answer came from another server than {provider}, so it was thrown away. Tell your administrator before you try again.',
  'foreign-token':
    'The login that came back was made for another app, so it was thrown away. Tell your administrator before you try again.',
  'wrong-account':
    'You signed in with another account than before, so nothing was changed. Reconnect with the same account, or add this one as a new account.',
  'address-changed':
    'The address of this provider was changed. Reconnect if you know why; else ask your administrator.',
  'permission-missing': 'The browser does not let Dealpass reach {provider}. Click Connect and answer Allow.',
  'setup-wrong': 'Your company’s setup does not work for {provider}. Ask your administrator.',
  'blocked-by-policy': 'Your company does not allow this. Ask your administrator if you need it.',
  'timed-out': 'This took too long and was given up. Click Connect to try again.',
  interrupted: 'The browser stopped in the middle of this. Click Connect to try again.',
}

/** Finer sentences under a code. */
export const reasonTexts: Record<Reason, string> = {
  'setup-missing': 'Your company’s setup is missing. Import it in Options.',
  'provider-not-in-setup': 'Your company’s setup has no {provider}. Ask your administrator to add it.',
  'client-refused':
    '{provider} does not accept your company’s app. Ask your administrator to check the client id in the setup.',
  'scope-refused':
    '{provider} does not offer what your company’s setup asks for. Ask your administrator to check the scopes in the setup.',
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
  'page-not-loaded':
    'The sign-in page of {provider} could not be loaded. Check your network; if it stays, ask your administrator to compare the redirect address and the client id.',
  'window-open': 'Another sign-in window is still open. Close it, then click Connect again.',
  'nonsense-answer':
    '{provider} answered with something that is not a login. Try again; if it stays, tell your administrator.',
  'code-refused':
    '{provider} did not accept its own sign-in code. It may have run out; click Connect to start over.',
  disconnecting: 'This connection is being ended. Click Undo in Dealpass to keep it.',
}

/** The sentence for people: what happened, and what to do next. */
export function sentenceOf({ code, reason }: Fault, provider = 'The provider'): string {
  return (reason ? reasonTexts[reason] : errorTexts[code]).replaceAll('{provider}', () => provider)
}
