/** What can be wrong with a server, or with a clock: the rows of the matrix. */
export const faults = [
  'refused',
  'reset',
  'timeout',
  'slow body',
  '500',
  '502 HTML',
  '503 Retry-After',
  '429',
  '200 with error',
  'truncated JSON',
  'cut off',
  '10 MB body',
  'bad TLS',
  'unresolvable name',
  'server a day ahead',
  'server a day behind',
  'own clock a day ahead',
  'own clock a day behind',
  'refusal',
] as const
export type FaultName = (typeof faults)[number]

/** The state of a server: broken in one of these ways, or in none. */
export type Fault = FaultName | 'none'

/**
 * What is done meanwhile: the columns. `connect` is the exchange of the code, `probe` the question whose login it is,
 * `check` the question after a revocation whether it holds.
 */
export const operations = ['connect', 'probe', 'refresh', 'fetch', 'revoke', 'check'] as const
export type Operation = (typeof operations)[number]

export const day = 24 * 60 * 60_000

/** Those that last as long as a request may. */
export const isSlow = (fault: FaultName) => fault === 'timeout' || fault === 'slow body'

/** How far a server's clock is ahead of the true one, milliseconds. */
export function skewOf(fault: FaultName): number {
  if (fault === 'server a day ahead') return day
  return fault === 'server a day behind' ? -day : 0
}

/** How far the browser's clock is ahead of the true one, milliseconds. */
export function ownSkewOf(fault: FaultName): number {
  if (fault === 'own clock a day ahead') return day
  return fault === 'own clock a day behind' ? -day : 0
}

/** A provider's own no, for contrast: the only one that may end a connection. */
export const isTransient = (fault: FaultName) => fault !== 'refusal'
