import { speaker } from './speaker'

/** What the options alone say. */
export const sayInOptions = speaker({
  optionsTitle: 'Dealpass options',
  sections: 'Sections',
  setup: 'Setup',
  setupHint: 'What your company’s administrator configured: which providers, and by which app.',
  noSetupYet: 'No setup yet. Ask your administrator for the setup file, then import it here.',
  importSetupFile: 'Import setup file',
  dropHint: 'or drop the file here. Nothing is stored before you have seen what it does.',
  organisation: 'Organisation',
  supportContact: 'Support',
  clientId: 'Client id',
  scopesLabel: 'May ask you for',
  inForce: 'In force now',
  tooLarge: 'This file is larger than {size} KiB, so it was not read.',
  unreadable: 'This file could not be read.',
  faultsTitle: 'This setup cannot be used',
  faultsHint: 'Nothing was changed. Give this list to your administrator:',
  reviewTitle: 'Look at this setup before you use it',
  reviewHint: 'Nothing is stored yet. Use it only if you expected this file and these addresses.',
  reviewFrom: 'It says that it is from {organisation}.',
  reviewHelp: 'Its support contact: {contact}.',
  hosts: 'Addresses it uses',
  receives: 'receives {what}',
  audience: 'Its tokens are made for',
  replacesHosts: 'No longer uses {hosts}.',
  changesOne: 'One connection will need attention, since its addresses change.',
  changes: '{count} connections will need attention, since their addresses change.',
  keys: 'Keys',
  keysKept: 'Their secrets will be kept in the vault and never shown or exported.',
  secretKept: 'A client secret will be kept in the vault and never shown or exported.',
  implicitRefresh:
    'It keeps the refresh token that comes through the browser’s address, against the OAuth standard. Use it only if your administrator told you why.',
  forgets:
    'No longer in the setup: {keys}. A key is forgotten once no connection uses it, and its provider cannot show it again; make sure that your company has a copy.',
  newSecrets:
    'It puts other secrets in place of those of {keys}. The old ones are gone then; make sure that these are right.',
  keyOf: '{label} of {provider}',
  proposedSites: 'Sites it proposes',
  proposedSitesHint: 'Proposals: none of them may use anything before you allow it.',
  rules: 'Rules',
  replaces: 'Replaces client id {clientId}',
  removes: 'No longer configured: {providers}.',
  useThisSetup: 'Use this setup',
  cancelSetup: 'Cancel',
  setupUsed: 'This setup is in force now. Open Dealpass in the toolbar and click Connect.',
  setupCancelled: 'Nothing was changed.',
  signIns: 'your sign-ins',
  tokens: 'tokens',
  secrets: 'client secrets',
  data: 'requests for your data',
  hasSecret: 'Has a client secret.',
  hasKeys: 'Has keys: {labels}.',
  sitesProposed: 'Sites it proposes: {count}. They are listed under Sites.',
  exportSetup: 'Export setup',
  neverExported: 'Secrets are never exported.',
  redirectAddresses: 'Redirect addresses',
  redirectHint: 'For administrators: register each of these with its provider, exactly as it stands here.',
  copy: 'Copy',
  copyName: 'Copy redirect address of {provider}',
  copied: 'Copied',
  notCopied: 'The browser did not allow copying. Select the address and copy it.',
  connections: 'Connections',
  connectionsHint:
    'The logins that Dealpass keeps for you. Pages get short-lived access at most, and only with your permission.',
  noConnections: 'No connections yet. Open Dealpass in the toolbar and click Connect.',
  connectedOn: 'Connected',
  flow: 'How',
  granted: 'May',
  grantedNothing: 'Nothing that the provider told us of',
  byRefresh: 'renews itself',
  bySignIn: 'renewed through your sign-in at the provider',
  byKey: 'a new token is had with the key',
  neverRenewed: 'it cannot renew itself',
  otherWays: 'Other ways to connect',
  otherWaysHint: 'Take one of these only where Connect in the popup is not what you need.',
  connectWith: 'Connect {provider} with {way}',
  connectKey: 'Connect {provider} – {label}',
  unconfirmed: 'The provider did not say for which app this login was made, so that could not be checked.',
  sites: 'Sites',
  sitesHint: 'Pages whose scripts may ask you, and what you allowed them to do. End it whenever you like.',
  noSites:
    'No site may use your logins. A page asks when you open its Dealpass panel and click “Allow on this page”; on any other page, open Dealpass in the toolbar and click “Use Dealpass on …”.',
  runsSince: 'Dealpass runs on this site since {day}.',
  noPermits: 'It has no permit.',
  end: 'End',
  endPermitName: 'End permit of {site} for {connection}',
  endPermits: 'End all permits',
  ofEverySite: 'of every site',
  endPermitsOf: 'End all permits of {site}',
  byToken: 'holds a short-lived token of its own',
  byFetch: 'gets data through Dealpass, never a token',
  'until-once': 'once, for the page that is open',
  'until-run': 'until the browser closes',
  'until-hours': 'until {time}',
  'until-always': 'always, until you end it',
  lastUsed: 'last used {ago}',
  lastUsedNow: 'last used just now',
  notUsed: 'not used yet',
  notUsedLately: 'not used in the last {days} days',
  useSite: 'Use Dealpass on {site}',
  stopUsing: 'Stop using Dealpass on {site}',
  stopUsingHint: 'That ends its permits, and Dealpass no longer runs there.',
  saidNo: 'You said no to {provider}. It cannot ask for it again until {time}.',
  letAsk: 'Let it ask again',
  letAskName: 'Let it ask again: {site} for {provider}',
  proposals: 'Proposed by your company’s setup',
  proposalsHint: 'Not permitted: what your company’s setup proposes, you have still to allow.',
  waitsForYou: 'Waiting for your permission: Dealpass does not run there yet.',
  runsThere: 'Dealpass runs there: the site may ask you.',
  wantsToken: 'would ask for a short-lived token of its own',
  wantsFetch: 'would ask to get data through Dealpass',
  security: 'Security',
  securityHint: 'What is off until you switch it on, because it is less safe.',
  weakerFlows: 'Weaker flows',
  weakerFlowsHint:
    'Lets you enter your user name and password of a provider in Dealpass. Dealpass would see your password, and signing in at the provider avoids that.',
  weakerFlowsOff:
    'Leave it off unless your administrator asks for it. The way then shows under “Other ways to connect”.',
  weakerFlowsForbidden: 'Your company’s setup does not allow this. Ask your administrator if you need it.',
})

/** The flows in words. */
export const sayFlow = speaker({
  authorization_code: 'Sign-in with a one-time code',
  implicit: 'Sign-in in the browser (implicit)',
  password: 'User name and password',
  client_credentials: 'A key pair of your company',
  exchange: 'Sign-in exchanged for a key',
  personal_token: 'A personal token',
})

/** The same after “Connect … with”. */
export const sayWith = speaker({
  authorization_code: 'a sign-in by one-time code',
  implicit: 'a sign-in in the browser',
  password: 'user name and password',
  client_credentials: 'a key pair',
  exchange: 'a sign-in exchanged for a key',
  personal_token: 'a personal token',
})

/** What a flow means for whoever chooses it, and where it is weak. */
export const sayMeaning = speaker({
  authorization_code:
    'You sign in at {provider}; the login comes back by a one-time code that is of no use to anybody else.',
  implicit:
    'You sign in at {provider}; the token comes back in an address of the browser, which is weaker than a one-time code.',
  password:
    'You enter your password of {provider} in Dealpass. It is sent once and not kept, but Dealpass sees it: signing in at {provider} is safer.',
  client_credentials:
    'A key of your company at {provider} is used. It acts for the company: what is done with it cannot be told apart by person.',
  exchange:
    'You sign in at {provider}, which then gives a key without an end: it works until it is ended at {provider}.',
  personal_token:
    'You enter a token that was made at {provider}. It has no end: whoever gets hold of it can use it until it is revoked there.',
})

/** The rules of a setup. */
export const sayRule = speaker({
  flows: 'Only these ways to connect: {flows}.',
  noFlows: 'Nothing can be connected.',
  maxLease: 'A token that is handed to a page ends within {minutes} minutes.',
  lockAfter:
    'Dealpass is to lock itself after {minutes} minutes without use; this version does not lock yet.',
  userProviders: 'You may add providers of your own, once a version can do that.',
  noUserProviders: 'You may not add providers of your own, once a version can do that.',
  userSites: 'You may use Dealpass on any site.',
  noUserSites: 'Dealpass may be used only on sites that the setup proposes.',
  privateAddresses: 'Calls may go to these private addresses: {addresses}.',
  keepReceipts: 'The activity log goes back {days} days.',
  noReceipts: 'No activity log is kept.',
  'longest-once': 'What you allow a site holds for the page that is open, and no longer.',
  'longest-run': 'What you allow a site holds until the browser closes at most.',
  'longest-hours': 'What you allow a site holds for 8 hours at most.',
  'longest-always': 'What you allow a site may hold until you end it.',
})
