import { limits } from '../shared/limits'
import { change, session } from './session'
import { keep } from './vault'

/**
 * Learns from a provider's `Date` how far this computer's clock is off, milliseconds (rule 8). Written down, and shown,
 * when it is off by more than five minutes, and when it is no more.
 */
export async function noteClock(skew: number | undefined): Promise<void> {
  if (skew === undefined) return
  const isOff = Math.abs(skew) > limits.clock
  const known = (await session()).view.clockSkew
  if (isOff ? known !== undefined && Math.abs(known - skew) < limits.clock : known === undefined) return
  await change(stores => keep(stores, 'clockSkew', isOff ? skew : undefined))
}
