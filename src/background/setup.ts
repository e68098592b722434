import { parseSetup, reviewOfSetup, viewOfSetup } from '../providers/setup'
import { AppError } from '../shared/errors'
import type { SetupFault, SetupReview } from '../shared/setup-review'
import { tellSite } from './news'
import { change, session } from './session'
import { keep } from './vault'

/** What a setup file would do, or every fault of it. Nothing is stored. */
export async function reviewSetup(text: string): Promise<SetupReview | { faults: SetupFault[] }> {
  const parsed = parseSetup(text)
  return 'faults' in parsed ? parsed : reviewOfSetup(parsed.setup, (await session()).view.setup)
}

/** Puts a setup in force. Connections are not touched: each knows what it was made with. Throws `setup-wrong`. */
export async function useSetup(text: string): Promise<void> {
  const parsed = parseSetup(text)
  if ('faults' in parsed) throw new AppError('setup-wrong')
  await change(async stores => {
    await keep(stores, 'setup', viewOfSetup(parsed.setup))
    await keep(stores, 'setupFaults', {})
    // What failed for want of a setup is not worth telling any more.
    for (const attempt of await stores.attempts.getAll())
      if (attempt.status === 'failed' && attempt.fault?.code === 'setup-wrong')
        await stores.attempts.delete(attempt.provider)
  })
}

/** Stop everything, or go on: one switch over every use, kept over restarts. */
export async function stopEverything(on: boolean): Promise<void> {
  await change(stores => keep(stores, 'stopped', on))
  const sites = new Set((await session()).view.permits.map(({ site }) => site))
  for (const site of sites) await tellSite(site, on ? 'ended' : 'recovered')
}
