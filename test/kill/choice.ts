import { type Draw, drawOf } from './random'

/** When a run kills: so many milliseconds after the deed began, or by what the sandbox has seen of a request. */
export type Moment =
  | { delay: number }
  /** The request is at the server, which has not touched it. */
  | { path: string; is: 'asked' }
  /** The server has done its work, and its answer waits. */
  | { path: string; is: 'answered' }
  /** The answer has been let go this many milliseconds ago. */
  | { path: string; is: 'let-go'; delay: number }

/** One run: what is done, and when what of it is killed. */
export type Choice = {
  /** `first` connects where nothing is, `reconnect` a connection; `amid` disconnects while a refresh is out. */
  deed: 'first' | 'reconnect' | 'refresh' | 'fetch' | 'disconnect' | 'amid' | 'undo'
  moment: Moment
  kills: 'worker' | 'browser'
  /** What the new worker starts for: a screen, when the page has gone; the next use; or nothing but its alarm. */
  wakes: 'screen' | 'use' | 'alarm'
  /** For how long SalesOS takes the previous refresh token again. */
  reuseWindowMs: 0 | 30_000
  /** Whether the ten seconds of Undo pass by themselves; else they are over for the worker that comes after the kill. */
  waits: boolean
}

type Kind = { deed: Choice['deed']; path?: string; is?: 'asked' | 'answered' | 'let-go'; within?: number }

const token = '/oauth/token'

// Each as often as it stands here. `within` is about how long the deed, or what follows an answer, takes.
const kinds: readonly [Kind, ...Kind[]] = [
  { deed: 'first', within: 250 },
  { deed: 'first', path: '/authorize', is: 'asked' },
  { deed: 'first', path: token, is: 'asked' },
  { deed: 'first', path: token, is: 'answered' },
  { deed: 'first', path: token, is: 'let-go', within: 25 },
  { deed: 'first', path: '/userinfo', is: 'asked' },
  { deed: 'reconnect', within: 250 },
  { deed: 'reconnect', path: '/authorize', is: 'asked' },
  { deed: 'reconnect', path: token, is: 'asked' },
  { deed: 'reconnect', path: token, is: 'answered' },
  { deed: 'reconnect', path: token, is: 'answered' },
  { deed: 'reconnect', path: token, is: 'let-go', within: 25 },
  { deed: 'reconnect', path: '/userinfo', is: 'answered' },
  { deed: 'reconnect', path: '/userinfo', is: 'let-go', within: 25 },
  { deed: 'refresh', within: 80 },
  { deed: 'refresh', path: token, is: 'asked' },
  { deed: 'refresh', path: token, is: 'asked' },
  { deed: 'refresh', path: token, is: 'asked' },
  { deed: 'refresh', path: token, is: 'answered' },
  { deed: 'refresh', path: token, is: 'answered' },
  { deed: 'refresh', path: token, is: 'answered' },
  { deed: 'refresh', path: token, is: 'answered' },
  { deed: 'refresh', path: token, is: 'answered' },
  { deed: 'refresh', path: token, is: 'let-go', within: 25 },
  { deed: 'refresh', path: token, is: 'let-go', within: 25 },
  { deed: 'fetch', path: '/v1/leads', is: 'asked' },
  { deed: 'disconnect', within: 40 },
  { deed: 'disconnect', path: '/oauth/revoke', is: 'asked' },
  { deed: 'disconnect', path: '/oauth/revoke', is: 'answered' },
  { deed: 'disconnect', path: '/oauth/revoke', is: 'let-go', within: 25 },
  { deed: 'amid', path: token, is: 'asked' },
  { deed: 'amid', path: token, is: 'answered' },
  { deed: 'amid', path: token, is: 'let-go', within: 25 },
  { deed: 'undo', within: 30 },
]

/** What the short form goes through, in this order: every step of the journal; the rest is drawn. */
const short: readonly [Kind, ...Kind[]] = [
  { deed: 'fetch', path: '/v1/leads', is: 'asked' },
  { deed: 'refresh', path: token, is: 'answered' },
  { deed: 'reconnect', path: '/authorize', is: 'asked' },
  { deed: 'reconnect', path: token, is: 'answered' },
  { deed: 'reconnect', path: '/userinfo', is: 'asked' },
  { deed: 'refresh', path: token, is: 'asked' },
  { deed: 'refresh', path: token, is: 'let-go', within: 25 },
  { deed: 'undo', within: 30 },
  { deed: 'disconnect', path: '/oauth/revoke', is: 'asked' },
  { deed: 'first', path: '/userinfo', is: 'asked' },
]

function momentOf(draw: Draw, { path, is, within = 0 }: Kind): Moment {
  const delay = draw.below(within + 1)
  if (path === undefined || is === undefined) return { delay }
  return is === 'let-go' ? { path, is, delay } : { path, is }
}

/** What run `run` of a seed does. The short form goes through every step of the journal and kills the browser once. */
export function choiceOf(seed: number, run: number, isShort: boolean): Choice {
  const draw = drawOf(seed, run)
  const kind = isShort ? (short[run % short.length] ?? short[0]) : draw.pick(kinds)
  const { deed } = kind
  const isDisconnect = deed === 'disconnect' || deed === 'amid'
  const moment = momentOf(draw, kind)
  const reuseWindowMs = draw.pick([0, 30_000] as const)
  const kills = isShort ? (run === 1 ? 'browser' : 'worker') : draw.oneIn(10) ? 'browser' : 'worker'
  const waits = !isShort && isDisconnect && draw.oneIn(12)
  // An alarm is half a minute away, so few runs can wait for one.
  const isAlone = waits && kills === 'worker' && draw.oneIn(2)
  return {
    deed,
    moment,
    kills,
    wakes: isAlone ? 'alarm' : draw.pick(['screen', 'use'] as const),
    reuseWindowMs,
    waits,
  }
}

/** A choice in one line. */
export function wordsOf({ deed, moment, kills, wakes, reuseWindowMs, waits }: Choice): string {
  const when =
    'path' in moment
      ? `${moment.path} ${moment.is}${'delay' in moment ? ` +${moment.delay} ms` : ''}`
      : `+${moment.delay} ms`
  return [
    deed,
    when,
    kills,
    `woken by ${wakes}`,
    `reuse window ${reuseWindowMs / 1000} s`,
    ...(waits ? ['waits'] : []),
  ].join(' · ')
}
