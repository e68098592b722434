type Slots<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Slots<Rest> : never
type Values<Text> = [Slots<Text>] extends [never] ? [] : [values: Record<Slots<Text>, string | number>]

/**
 * Makes a function that says the text of a key with its `{placeholders}` filled in; a missing or unknown one does
 * not compile. One table for each screen, so that none carries the texts of the others.
 */
function speaker<const Texts extends Record<string, string>>(texts: Texts) {
  return <K extends keyof Texts>(key: K, ...[values]: Values<Texts[K]>): string => {
    const given: Record<string, string | number> | undefined = values
    return (texts[key] as string).replace(/\{(\w+)\}/g, (_, name: string) => String(given?.[name]))
  }
}

/** What several screens say. */
export const say = /* @__PURE__ */ speaker({
  unknownAccount: 'unknown account',
  connectionName: '{provider} – {account}',
  notConnected: 'Not connected',
  waiting: 'Waiting for your permission',
  waitingHint: 'answer the browser’s question, or cancel and connect again',
  connecting: 'Connecting',
  connectingHint: 'sign in in the window that opened',
  connectedAs: 'Connected as {account}',
  needsAttention: 'Needs attention',
  disconnecting: 'Disconnecting',
  disconnectingHint: 'nothing can use this login any more',
  locked: 'Locked',
  paused: 'paused',
  notAnswering: '{provider} does not answer; your login is safe',
  notGiven: 'Not given: {scopes}.',
  connect: 'Connect',
  addAccount: 'Add account',
  cancel: 'Cancel',
  reconnect: 'Reconnect',
  disconnect: 'Disconnect',
  undo: 'Undo',
  buttonName: '{action} {target}',
})

/** What the popup alone says. */
export const sayInPopup = /* @__PURE__ */ speaker({
  dealpass: 'Dealpass',
  providers: 'Providers',
  options: 'Options',
  stopEverything: 'Stop everything',
  stoppedNotice: 'Everything is stopped. Pages and widgets get nothing until you switch this off.',
  noSetupTitle: 'Your company’s setup is missing',
  noSetupHint:
    'Dealpass needs one small file from your administrator. Import it once, then connect your tools here.',
  importSetup: 'Import setup',
  setUpBy: 'Set up by {organisation}',
  help: 'Help: {contact}',
  notInSetup: 'not in your company’s setup',
  endsOn: '{provider} ends on {date}.',
  revokedChecked: '{provider} ended the login, and we checked.',
  revoked: 'We told {provider} to end the login.',
  forgotten: 'Only forgotten here: {provider} may still keep the login. End it at {provider}.',
  tokensUntil: 'A token handed out keeps working until {time}.',
  endAtProvider: 'End it at {provider}',
})

/** What the options alone say. */
export const sayInOptions = /* @__PURE__ */ speaker({
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
  wholeFile: 'the file',
  reviewTitle: 'Look at this setup before you use it',
  reviewHint: 'Nothing is stored yet. Use it only if you expected this file and these addresses.',
  reviewFrom: 'It says that it is from {organisation}.',
  reviewHelp: 'Its support contact: {contact}.',
  hosts: 'Addresses it uses',
  receives: 'receives {what}',
  replaces: 'Replaces client id {clientId}',
  removes: 'No longer configured: {providers}.',
  useThisSetup: 'Use this setup',
  setupUsed: 'This setup is in force now. Open Dealpass in the toolbar and click Connect.',
  setupCancelled: 'Nothing was changed.',
  signIns: 'your sign-ins',
  tokens: 'logins and tokens',
  data: 'requests for your data',
  redirectAddresses: 'Redirect addresses',
  redirectHint: 'For administrators: register each of these with its provider, exactly as it stands here.',
  copy: 'Copy',
  copyName: 'Copy redirect address of {provider}',
  copied: 'Copied',
  notCopied: 'The browser did not allow copying. Select the address and copy it.',
  connections: 'Connections',
  connectionsHint: 'The logins that Dealpass keeps for you. They never leave this browser.',
  noConnections: 'No connections yet. Open Dealpass in the toolbar and click Connect.',
  connectedOn: 'Connected',
  flow: 'How',
  granted: 'May',
  grantedNothing: 'Nothing that the provider told us of',
  sites: 'Sites',
  sitesHint: 'What you allowed pages to do with your logins. End it whenever you like.',
  noSites:
    'No site may use your logins. A page asks when you open its Dealpass panel and click “Allow on this page”.',
  end: 'End',
  endPermitName: 'End permit of {site} for {connection}',
  byToken: 'holds a short-lived token of its own',
  byFetch: 'gets data through Dealpass, never a token',
  untilBrowserCloses: 'until the browser closes',
})

/** The flows in words. */
export const sayFlow = /* @__PURE__ */ speaker({
  authorization_code: 'Sign-in with a one-time code',
  implicit: 'Sign-in in the browser (implicit)',
  password: 'User name and password',
  client_credentials: 'A key pair of your company',
  exchange: 'Sign-in completed by your company’s server',
  personal_token: 'A personal token',
})

/** What a permit lets a site do. */
export const sayOfPermit = /* @__PURE__ */ speaker({
  actsAs: 'acts as {account}',
  mayRead: 'May read',
  mayChange: 'May create, change and delete',
})

/** What the consent window alone says. */
export const sayInConsent = /* @__PURE__ */ speaker({
  mayUse: 'May {site} use your logins?',
  ownToken: 'It gets a token of its own: it can act as you until {time}, even if you change your mind.',
  ownTokenNoTime:
    'It gets a token of its own: it can act as you until that token ends, even if you change your mind.',
  wholeSite: 'This covers every page of this address and all scripts on it.',
  howLong: 'How long',
  run: 'Until the browser closes',
  allow: 'Allow',
  deny: 'Deny',
  questionGone: 'This question is no longer open. This window closes by itself.',
})

/** What the panel and its blocks say. */
export const sayInPanel = /* @__PURE__ */ speaker({
  panelName: 'Dealpass panel',
  notByDealpass: 'This panel was not opened by Dealpass',
  nothingConnected: 'Open Dealpass in the toolbar and click Connect',
  nothingConnectedHint: 'Connect your sales tools once; what they know about this page then shows up here.',
  allowTitle: 'This page may not use your logins yet',
  allowHint: 'To show their data here, {site} needs your permission for {providers}.',
  allowOnThisPage: 'Allow on this page',
  answerInWindow: 'Answer in the Dealpass window',
  answerInWindowHint: 'Dealpass asks you there what {site} may do.',
  panelStopped: 'Everything is stopped',
  panelStoppedHint: 'Switch “Stop everything” off in Dealpass to go on.',
  tryAgain: 'Try again',
  loading: 'Loading…',
  noName: 'No name',
  noLeads: 'There are no leads yet.',
  noSuchLead: '{provider} has no lead with this number, or you may not see it.',
  unknownLead: '{provider} does not know {who}.',
  recentLeads: 'Leads',
  topLeads: 'Leads by score',
  email: 'E-mail',
  phone: 'Phone',
  industry: 'Industry',
  place: 'Place',
  value: 'Value',
  score: 'Score',
  stage: 'Stage',
  nextStep: 'Next step',
  lastTouch: 'Last contact',
})
