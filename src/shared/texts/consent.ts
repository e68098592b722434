import { speaker } from './speaker'

/** What the consent window alone says. */
export const sayInConsent = speaker({
  mayUseStart: 'May',
  mayUseEnd: 'use your logins?',
  asAccount: 'as {account}',
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
