import type { ErrorCode, Fault, Reason } from '../errors'
import type { PageReason } from './page-errors'
import { commonReasonTexts, named, siteCodeTexts } from './site-errors'

/** What happened and what to do next, for each code. `{provider}` is the provider's name. */
export const errorTexts: Record<ErrorCode, string> = {
  ...siteCodeTexts,
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
export const reasonTexts: Record<Exclude<Reason, PageReason>, string> = {
  ...commonReasonTexts,
  'setup-missing': 'Your company’s setup is missing. Import it in Options.',
  'provider-not-in-setup': 'Your company’s setup has no {provider}. Ask your administrator to add it.',
  'client-refused':
    '{provider} does not accept your company’s app. Ask your administrator to check the client id in the setup.',
  'scope-refused':
    '{provider} does not offer what your company’s setup asks for. Ask your administrator to check the scopes in the setup.',
  'page-not-loaded':
    'The sign-in page of {provider} could not be loaded. Check your network; if it stays, ask your administrator to compare the redirect address and the client id.',
  'window-open': 'Another sign-in window is still open. Close it, then click Connect again.',
  'code-refused':
    '{provider} did not accept its own sign-in code. It may have run out; click Connect to start over.',
  'exchange-refused':
    '{provider} refused its sign-in code or your company’s app secret; it does not say which. Try once more; if it stays, ask your administrator to check the client secret.',
  'password-refused': '{provider} does not accept this user name and password. Check both and try again.',
  'token-refused':
    '{provider} does not accept this token. Check that you copied all of it and that it was not revoked.',
  'token-malformed': 'This is not a token: it has spaces or line breaks inside. Copy it again.',
  'void-token':
    '{provider} gives only tokens that it has itself declared void. Ask your administrator to create a new key.',
  'weak-flow':
    'Signing in with a password inside Dealpass is off. Switch “Weaker flows” on in Options under Security if you have to.',
  'no-way':
    'Your company’s setup gives no way to connect {provider}. Ask your administrator to check its flow and secret.',
  'key-refused':
    '{provider} does not accept this key. Check that client id and secret belong together and that you copied all of both.',
  'renewal-lost':
    'The browser was closed, or the network broke, while the login was being renewed, and {provider} had already changed it. Click Reconnect to sign in again.',
  'record-damaged':
    'What was stored of this login is damaged and cannot be read. Click Reconnect to sign in again.',
  'secret-damaged':
    'What was stored of your company’s app for {provider} is damaged. Import the setup again in Options.',
  'wrong-passphrase': 'This is not the passphrase. Check upper and lower case, and try again.',
  'passphrase-short': 'Take a longer passphrase: at least 12 characters, for example four words.',
  'passphrase-needed':
    'Your company wants a passphrase before anything is connected. Set one in Options under Security.',
  'relay-unreachable': 'Your company’s relay does not answer. Your login is safe; check your network.',
  'relay-not-admitted':
    'Your company’s relay does not know this browser yet. Send its thumbprint (in Options) to your administrator.',
  'relay-sign-in': 'Your company’s relay has to know who you are. Connect {provider}, then try again.',
  'relay-identity': 'Your company’s relay does not accept who you are. Ask your administrator.',
  'relay-not-allowed':
    'Your company’s relay does not let you use this. Ask your administrator if you need it.',
  'relay-no-key': 'Your company’s relay has no further key of {provider} for you.',
  'relay-sealed':
    'Your company’s relay cannot open this login. Ask your administrator; if that does not help, disconnect and connect again.',
  'relay-client':
    '{provider} does not accept the app of your company’s relay. Ask your administrator to check it there.',
  'relay-setup':
    'Your company’s relay does not serve {provider} in this way. Ask your administrator to compare its configuration with the setup.',
  'key-ended': 'This token no longer works at {provider}. Click Reconnect and enter a new one.',
}

/** The sentence for people: what happened, and what to do next. */
export function sentenceOf({ code, reason }: Fault, provider?: string): string {
  const finer = reason && (reasonTexts as Partial<Record<Reason, string>>)[reason]
  return named(finer ?? errorTexts[code], provider)
}
