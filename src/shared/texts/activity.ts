import { speaker } from './speaker'

/** What the activity log in the options says. */
export const sayInActivity = speaker({
  activity: 'Activity',
  activityHint:
    'What sites asked for, what you decided, and what was done with your logins. It stays on this computer; no token is ever in it.',
  keptFor: 'Lines are kept for {days} days, the newest {lines} at most.',
  keptForOneDay: 'Lines are kept for one day, the newest {lines} at most.',
  keptNone: 'Your company’s setup keeps no activity log.',
  nothingYet: 'Nothing yet. It begins when a page asks for one of your logins.',
  nothingFits: 'Nothing fits. Change the search or the filters above.',
  search: 'Search',
  searchHint: 'Site, provider, path …',
  what: 'What',
  everything: 'Everything',
  site: 'Site',
  everySite: 'Every site',
  showing: 'Showing {shown} of {count}.',
  showMore: 'Show more',
  exportCsv: 'Export as CSV',
  exportJson: 'Export as JSON',
  exportHint: 'Exports hold what the filters let through.',
  asked: 'Asked to use {name}',
  allowed: 'You allowed {name}',
  denied: 'You denied {name}',
  refused: 'Refused: {sentence}',
  called: 'Called {method} {path}',
  calledSome: 'Called the API',
  gotToken: 'Got a token',
  failedCall: '{call} · failed: {sentence}',
  askedToken: 'Asked for a token',
  ended: 'Permit ended',
  endedRevoked: 'Permit ended · token revoked',
  endedNotRevoked: 'Permit ended · its token could not be revoked and works until it runs out',
  kept: 'Kept {name} alive',
  byDealpass: 'Dealpass itself',
  aLogin: 'a login',
  read: 'to read',
  change: 'to read and change',
  fetch: 'through Dealpass',
  token: 'with a token of its own',
  times: '×{count}',
  timesSince: '×{count} since {time}',
})

/** Kinds of lines, as the filter names them. */
export const sayKind = speaker({
  asked: 'Asked',
  allowed: 'Allowed',
  denied: 'Denied',
  refused: 'Refused',
  used: 'Used',
  ended: 'Ended',
  kept: 'Kept alive',
})

/** How long a permit was given for. */
export const sayUntil = speaker({
  once: 'for that page only',
  run: 'until the browser closed',
  hours: 'for 8 hours',
  always: 'until ended',
})
