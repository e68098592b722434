import { speaker } from './speaker'

/** What the popup alone says. */
export const sayInPopup = speaker({
  providers: 'Providers',
  options: 'Options',
  stopEverything: 'Stop everything',
  stoppedNotice: 'Everything is stopped. Pages and widgets get nothing until you switch this off.',
  clockAhead:
    'This computer’s clock is {minutes} minutes ahead. Set it right in the system’s settings; logins may fail until then.',
  clockBehind:
    'This computer’s clock is {minutes} minutes behind. Set it right in the system’s settings; logins may fail until then.',
  needsYou: 'Within a day these need you: {names}.',
  renewAll: 'Renew all',
  renewing: 'Renewing {done} of {total}',
  noSetupTitle: 'Your company’s setup is missing',
  noSetupHint:
    'Dealpass needs one small file from your administrator. Import it once, then connect your tools here.',
  importSetup: 'Import setup',
  setUpBy: 'Set up by {organisation}',
  help: 'Help: {contact}',
  notInSetup: 'not in your company’s setup',
  endsOn: '{provider} ends on {date}.',
  'revoked-checked': '{provider} ended the login, and we checked.',
  revoked: 'We told {provider} to end the login.',
  forgotten: 'Only forgotten here: {provider} may still keep the login. End it at {provider}.',
  left: 'Forgotten here; the token goes on working elsewhere.',
  'lives-on': 'Forgotten here, but the key lives on at {provider}. End it there.',
  'at-relay': 'Forgotten here. The key stays with your company’s relay.',
  throughRelay: 'Through your company’s relay.',
  showThumbprint: 'Show thumbprint',
  tokensUntil: 'A token handed out keeps working until {time}.',
  endAtProvider: 'End it at {provider}',
  thisPage: 'This page',
  use: 'Use Dealpass on {host}',
  useHint: 'Its scripts may then ask you for permission. Nothing is allowed yet.',
  proposed: 'Your company proposes this.',
  runsHere: 'Dealpass runs on this page. Permits: {permits}.',
  stopUsing: 'Stop using Dealpass on {host}',
})
