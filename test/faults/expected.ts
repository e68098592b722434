import type { FaultName, Operation } from './faults'

// In words of ours: the code that whoever asked is told, with its reason. `*`: the popup says that the provider does not
// answer, and that the login is safe. `!`: the popup says that the connection needs attention.
const ok = '200'
const down = 'provider-unreachable'
const shown = `${down} *`
const nonsense = 'provider-rejected nonsense-answer'
const tooLarge = 'provider-rejected too-large'
const well = 'connected'

/** No answer came: nothing is known, nothing ends, and a Disconnect says that it has only forgotten. */
const noAnswer = {
  connect: down,
  probe: down,
  refresh: shown,
  fetch: shown,
  revoke: 'forgotten',
  check: 'revoked',
}
/** An answer began and did not end. A call that had an answer does not say that the provider gives none. */
const noEnd = { ...noAnswer, fetch: down }
/** The API's statuses are its own business with whoever calls it. */
const noService = (status: number) => ({ ...noAnswer, fetch: String(status) })
/** A clock that is wrong is said, and stops nothing. */
const wrongClock = {
  connect: well,
  probe: well,
  refresh: ok,
  fetch: ok,
  revoke: 'revoked-checked',
  check: 'revoked-checked',
}

/** What each cell has to come to. */
export const expected: Record<FaultName, Record<Operation, string>> = {
  refused: noAnswer,
  reset: noAnswer,
  timeout: noAnswer,
  'slow body': noEnd,
  '500': noService(500),
  '502 HTML': noService(502),
  '503 Retry-After': noService(503),
  '429': noService(429),
  '200 with error': {
    connect: nonsense,
    probe: nonsense,
    refresh: `${nonsense} *`,
    fetch: ok,
    // The status says that it is revoked (RFC 7009 section 2.2), and token info that it is not.
    revoke: 'forgotten',
    check: 'revoked',
  },
  'truncated JSON': {
    connect: nonsense,
    probe: nonsense,
    refresh: `${nonsense} *`,
    fetch: ok,
    revoke: 'revoked-checked',
    // The status of 401 says enough.
    check: 'revoked-checked',
  },
  'cut off': noEnd,
  '10 MB body': {
    connect: tooLarge,
    probe: tooLarge,
    refresh: `${tooLarge} *`,
    fetch: tooLarge,
    revoke: 'forgotten',
    check: 'revoked',
  },
  'bad TLS': noAnswer,
  'unresolvable name': noAnswer,
  'server a day ahead': wrongClock,
  'server a day behind': wrongClock,
  // By that clock the access token has ended, and is not asked about.
  'own clock a day ahead': { ...wrongClock, revoke: 'revoked', check: 'revoked' },
  'own clock a day behind': wrongClock,
  refusal: {
    connect: 'provider-rejected code-refused',
    probe: 'provider-rejected token-refused',
    refresh: 'reconnect-required !',
    fetch: 'provider-rejected api-refuses-login !',
    revoke: 'forgotten',
    check: 'revoked-checked',
  },
}
