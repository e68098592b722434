import { limits } from '../../src/shared/limits'
import type { Cell } from './cell'
import type { FaultName } from './faults'
import { type Arrival, retryAfter } from './front'

/** No request gets so far that the server could see it. */
const isUnseen = (fault: FaultName) =>
  fault === 'refused' || fault === 'bad TLS' || fault === 'unresolvable name'

/** The shortest time between two requests that wait for each other: half of what is doubled once, with jitter. */
const shortestWait = limits.retry

/** What is wrong with the requests that a broken server saw; `burst` is how many calls were made at once. */
export function requestFaults({ fault, operation }: Cell, seen: readonly Arrival[], burst: number): string[] {
  const [least, most] = boundsOf(fault, operation, burst)
  const found: string[] = []
  if (seen.length < least || seen.length > most)
    found.push(`the server saw ${seen.length} requests, not ${least} to ${most}`)
  if (operation !== 'refresh' || isUnseen(fault)) return found
  const asksForTime = fault === '503 Retry-After' || fault === '429'
  for (const [index, { at }] of seen.entries()) {
    const wait = at - (seen[index - 1]?.at ?? Number.NEGATIVE_INFINITY)
    // What failed once costs nothing: the next who asks tries at once. After that it is left alone.
    const due = asksForTime ? retryAfter * 1000 : index >= 2 ? shortestWait : 0
    if (wait < due - 2 * limits.early) found.push(`request ${index + 1} came after ${wait} ms, not ${due}`)
  }
  return found
}

function boundsOf(fault: FaultName, operation: Cell['operation'], burst: number): [number, number] {
  if (isUnseen(fault)) return [0, 0]
  switch (operation) {
    case 'connect':
    case 'probe':
      return [1, 1]
    case 'check':
      return fault === 'own clock a day ahead' ? [0, 0] : [1, 1]
    case 'revoke':
      // The first that fails is the last; the refresh token and the access token where it goes well.
      return [1, 2]
    case 'refresh':
      // How far apart they have to be is said above. A timer goes on with them.
      return [1, fault === 'refusal' || fault.includes('day') ? 1 : Number.POSITIVE_INFINITY]
    case 'fetch':
      // A refused token is renewed once, and each call made again; so it is where a clock says that it has ended.
      return [burst, fault === 'refusal' || fault.startsWith('own clock') ? 2 * burst : burst]
  }
}
