import { parseSetup, type Setup, viewOfSetup } from '../providers/setup'
import { AppError } from '../shared/errors'
import type { SetupFault } from '../shared/setup-fault'
import { tellSite } from './news'
import { change, session } from './session'
import { keep } from './vault'

/** A setup file, read: the setup, or every fault of it. Nothing is stored; what it would do is the screen's to show. */
export async function reviewSetup(text: string): Promise<{ setup: Setup } | { faults: SetupFault[] }> {
  return parseSetup(text)
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
