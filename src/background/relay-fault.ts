import type { ProviderId } from '../shared/view'
import { change, session } from './session'
import { keep, kept } from './vault'

/**
 * A relay has done what it was asked, so what it said of this provider before is over. Unlike what a provider says of an app,
 * that was about whoever asks, and an administrator mends it without a new setup.
 */
export async function forgetRelayFault(provider: ProviderId): Promise<void> {
  if (!(await session()).view.setupFaults[provider]?.reason?.startsWith('relay-')) return
  await change(async stores => {
    const { [provider]: _, ...faults } = (await kept(stores, 'setupFaults')) ?? {}
    await keep(stores, 'setupFaults', faults)
  })
}
