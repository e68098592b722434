import { speaker } from './speaker'

/** What is said of the passphrase and of what it locks. */
export const sayOfLock = speaker({
  lock: 'Lock Dealpass',
  lockedTitle: 'Dealpass is locked',
  lockedHint: 'Your connections are kept. Enter your passphrase to go on.',
  passphrase: 'Passphrase',
  unlock: 'Unlock',
  unlocking: 'Unlocking',
  forgotten: 'Passphrase forgotten?',
  forgottenHint:
    'Nobody can open your connections without it. You can remove them all and connect anew; if your setup had client secrets, you import it again, too.',
  startAnew: 'Remove all connections',
  reallyStartAnew: 'Yes, remove all connections',
})

/** The same, where the options alone say it. */
export const sayOfPassphrase = speaker({
  title: 'Passphrase',
  off: 'None is set. Your logins are encrypted with a key that lies beside them: this keeps them out of searches and of backups of single files, no more.',
  hint: 'With a passphrase, nobody reads them from your files without it. You enter it after each start of the browser, when the computer was locked, and after {minutes} minutes without use.',
  warning: 'If you forget it, your connections are lost. Nobody can recover it, nor can your administrator.',
  on: 'A passphrase is set.',
  required: 'Your company’s setup wants one.',
  forbidden: 'Your company’s setup wants none.',
  current: 'Current passphrase',
  fresh: 'New passphrase',
  again: 'New passphrase, again',
  freshHint: 'At least 12 characters, for example four words.',
  set: 'Set passphrase',
  change: 'Change passphrase',
  remove: 'Remove passphrase',
  lockNow: 'Lock now',
  different: 'The two do not match. Type the new passphrase twice.',
  done: 'Done.',
})
