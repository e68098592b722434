import { speaker } from './speaker'

/** What the entry screen alone says. */
export const sayInEntry = speaker({
  title: 'Connect {provider}',
  again: 'once more for {account}',
  sentTo: 'What you enter is sent to',
  username: 'User name',
  password: 'Password',
  name: 'Name',
  label: 'Label',
  labelHint: 'So that you can tell several apart.',
  token: 'Personal token',
  clientId: 'Client id',
  clientSecret: 'Client secret',
  show: 'Show',
  passwordOnce: 'Your password is sent to {host} once and is not kept.',
  passwordSafer:
    'It is safer to sign in at {provider} instead: then Dealpass never sees your password. Go on only if that is not possible.',
  tokenWhere: 'Make one in your account at {provider} and copy it here.',
  openProvider: 'Open {provider}',
  tokenEndless: 'It has no end: it is used for calls through Dealpass and never handed to a page.',
  keyOnce: '{provider} cannot show this key again. Keep a copy in your company’s password store.',
  missing: '{field} is missing. Fill it in.',
  whiteSpace: '{field} has a space or a line break inside. Copy it again, and nothing else.',
  unseen: '{field} has characters inside that cannot be seen. Type it, or copy it again.',
  busyElsewhere:
    'Another sign-in at {provider} is under way, so nothing was sent. Finish or cancel it in the popup, then click Connect again.',
  takenBack: 'This was cancelled. Click Connect to try again.',
  connect: 'Connect',
  cancel: 'Cancel',
  connected: 'Connected',
  notOffered: 'Nothing can be entered here now. Close this window and click Connect in Dealpass again.',
  close: 'Close',
})
