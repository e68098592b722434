import { providerById } from '../providers'
import { providerOf } from '../providers/configured'
import { isAt } from '../providers/hosts'
import { parseSetup } from '../providers/setup'
import { secretsOfSetup, viewOfSetup } from '../providers/setup-view'
import { AppError } from '../shared/errors'
import type { ReadSetup } from '../shared/protocol'
import type { SetupFault } from '../shared/setup-fault'
import type { ConfiguredProvider, ProviderId, SetupView } from '../shared/view'
import { retry } from './broker'
import { readKnownSecrets, sealedSecret, secretAt, sweepUnneeded } from './client-secrets'
import { tellSite } from './news'
import { resumeOutages } from './outages'
import { endOverlong } from './permits'
import { inOrder } from './queue'
import { readReceipts } from './receipts'
import { change, session } from './session'
import { keep, kept, readSnapshot, type Stores } from './vault'

/** A setup file, read: the setup without its secrets, or every fault of it. Nothing is stored. */
export async function reviewSetup(text: string): Promise<ReadSetup | { faults: SetupFault[] }> {
  const isKnown = await readKnownSecrets()
  const parsed = parseSetup(text, isKnown)
  if ('faults' in parsed) return parsed
  const setup = viewOfSetup(parsed.setup, isKnown)
  const moves: ReadSetup['moves'] = {}
  for (const { provider: id, addresses } of (await readSnapshot()).connections) {
    const provider = setup.providers[id] && providerOf(setup, id)
    if (provider && !isAt(addresses, provider)) moves[id] = (moves[id] ?? 0) + 1
  }
  const newSecrets: ReadSetup['newSecrets'] = []
  for (const { provider, clientId, place, secret } of secretsOfSetup(parsed.setup)) {
    const before = await secretAt(provider, clientId, place)
    if (before !== undefined && before !== secret) newSecrets.push({ provider, clientId })
  }
  return { setup, moves, newSecrets }
}

/**
 * Puts a setup in force, and its secrets into the vault. Connections are not touched: each knows the app it was made
 * with, whose secret stays as long as it does. Throws `setup-wrong`.
 */
export async function useSetup(text: string): Promise<void> {
  const isKnown = await readKnownSecrets()
  const parsed = parseSetup(text, isKnown)
  if ('faults' in parsed) throw new AppError('setup-wrong')
  const next = viewOfSetup(parsed.setup, isKnown)
  await inOrder('setup', async () => {
    const secrets = await Promise.all(secretsOfSetup(parsed.setup).map(sealedSecret))
    await change(async stores => {
      await keep(stores, 'setup', await withRetired(stores, next))
      await keep(stores, 'setupFaults', {})
      for (const secret of secrets) await stores.clientSecrets.put(secret)
      await sweepUnneeded(stores)
      // What failed for want of a setup is not worth telling any more.
      for (const attempt of await stores.attempts.getAll())
        if (attempt.status === 'failed' && attempt.fault?.code === 'setup-wrong')
          await stores.attempts.delete(attempt.provider)
    })
  })
  await endOverlong()
  // Its rules may keep less of the activity log; what is too old goes as it is read.
  await readReceipts()
}

/** A provider that the setup before had defined stays known as long as there are connections to it. */
async function withRetired(stores: Stores, next: SetupView): Promise<SetupView> {
  const { providers = {} } = (await kept(stores, 'setup')) ?? {}
  const used = new Set((await stores.connections.getAll()).map(({ provider }) => provider))
  const retired: [ProviderId, ConfiguredProvider][] = Object.entries(providers)
    .filter(([id]) => !next.providers[id] && !providerById(id) && used.has(id))
    .map(([id, configured]) => [id, { ...configured, isRetired: true }])
  return { ...next, providers: { ...next.providers, ...Object.fromEntries(retired) } }
}

/** Weaker flows on or off; a setup's rules may still forbid them. */
export async function switchWeakerFlows(on: boolean): Promise<void> {
  await change(stores => keep(stores, 'weakerFlows', on))
}

/** Whether logins that nobody uses are renewed before they end. */
export async function switchKeepWarm(on: boolean): Promise<void> {
  await change(stores => keep(stores, 'keepsWarm', on))
}

/** Stop everything, or go on: one switch over every use, kept over restarts. */
export async function stopEverything(on: boolean): Promise<void> {
  await change(stores => keep(stores, 'stopped', on))
  const sites = new Set((await session()).view.permits.map(({ site }) => site))
  for (const site of sites) await tellSite(site, on ? 'ended' : 'recovered')
  // Tries that came due meanwhile were left out.
  if (!on) await resumeOutages(retry)
}
