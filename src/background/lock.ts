import { browser } from '../browser'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { View } from '../shared/view'
import { resumeRefreshes } from './broker'
import { resumeConnects } from './connect'
import {
  dataKey,
  forgetDataKey,
  holdRawKey,
  imported,
  newPlainKey,
  newRawKey,
  unwrapped,
  type WrappedKey,
  wrapped,
} from './data-key'
import { resumeDisconnects } from './disconnect'
import { idleAfter } from './idle'
import { tellDrop, tellSite } from './news'
import { alone } from './queue'
import { watched } from './report'
import { reseal } from './reseal'
import { settleScripts } from './scripts'
import { change, changeTokens, session } from './session'
import { keep, kept, read } from './vault'

const alarmName = 'lock'

/**
 * Sets a passphrase, or changes it. From then on the secrets open only with it: forgotten, it takes every connection along.
 *
 * Throws `blocked-by-policy` where the setup's rules want none, `bad-request` (`passphrase-short`, `wrong-passphrase`), and
 * `locked`.
 */
export function setPassphrase(passphrase: string, current?: string): Promise<void> {
  // What is sealed with one key and written after another is in force would be lost.
  return alone(() => putPassphrase(passphrase, current))
}

async function putPassphrase(passphrase: string, current: string | undefined): Promise<void> {
  const { view } = await session()
  if (view.setup?.rules.passphrase === 'off') throw new AppError('blocked-by-policy')
  if ([...passphrase].length < limits.passphrase) throw new AppError('bad-request', 'passphrase-short')
  const before = await wrappedKey()
  if (before) {
    const raw = await unwrapped(before, current ?? '')
    const stored = { id: 'data' as const, ...(await wrapped(raw, passphrase)) }
    await change(({ keys }) => keys.put(stored))
    return notePresence()
  }
  const raw = newRawKey()
  const stored = { id: 'data' as const, ...(await wrapped(raw, passphrase)) }
  // First here: a worker that dies between the two lines leaves a key that nobody asks for.
  const from = await dataKey()
  await lockLater(view)
  await changeTokens(tokens => {
    tokens.dataKey = raw
  })
  await reseal(from, await imported(raw), stored)
  forgetDataKey()
  await change(async () => undefined)
}

/** Takes the passphrase away: the key lies beside what it seals again. Throws `bad-request` (`wrong-passphrase`), `blocked-by-policy`. */
export function removePassphrase(current: string): Promise<void> {
  return alone(() => dropPassphrase(current))
}

async function dropPassphrase(current: string): Promise<void> {
  if ((await session()).view.setup?.rules.passphrase === 'required') throw new AppError('blocked-by-policy')
  const before = await wrappedKey()
  if (!before) return
  const raw = await unwrapped(before, current)
  const key = await newPlainKey()
  await reseal(await imported(raw), key, { id: 'data', key })
  await holdRawKey(undefined)
  await browser.alarms.clear(alarmName)
  await change(async () => undefined)
}

/** Opens the vault until it is locked again. Throws `bad-request` (`wrong-passphrase`). */
export async function unlock(passphrase: string): Promise<void> {
  const stored = await wrappedKey()
  if (!stored) return
  const raw = await unwrapped(stored, passphrase)
  // Before the key is there: a worker that dies in this leaves nothing open for good.
  await lockLater((await session()).view)
  await changeTokens(tokens => {
    delete tokens.isLocking
  })
  await holdRawKey(raw)
  await change(async () => undefined)
  await notePresence()
  for (const site of await sitesWithPermits()) await tellSite(site, 'recovered')
  // What had to wait for the key.
  watched('unlock', resumeDisconnects().then(resumeConnects).then(resumeRefreshes))
}

/**
 * Locks the vault: nothing new begins, what is under way ends (a refresh that is out writes down what it brings), then the
 * key and every access token are gone from memory, and who holds a lease is told. Nothing happens without a passphrase.
 */
export async function lock(): Promise<void> {
  if ((await session()).view.lock !== 'open') return
  await changeTokens(tokens => {
    tokens.isLocking = true
  })
  await change(async () => undefined)
  await finishLocking()
}

/** At every start: a worker that died while it locked has left the key behind. */
export async function resumeLocking(): Promise<void> {
  const { view, tokens } = await session()
  if (tokens.isLocking) await finishLocking()
  // Else it would be the browser's minute.
  else if (view.lock === 'open') idleAfter(minutesOf(view))
}

async function finishLocking(): Promise<void> {
  await alone(async () => undefined)
  // Somebody has entered the passphrase meanwhile.
  if (!(await session()).tokens.isLocking) return
  const sites = await sitesWithPermits()
  const { given } = (await session()).tokens
  forgetDataKey()
  await changeTokens(tokens => {
    delete tokens.dataKey
    delete tokens.isLocking
    tokens.held = {}
    tokens.given = []
  })
  await browser.alarms.clear(alarmName)
  await tellDrop(given)
  for (const site of sites) await tellSite(site, 'locked')
}

async function sitesWithPermits(): Promise<Set<string>> {
  return new Set((await session()).view.permits.map(({ site }) => site))
}

/** The passphrase is forgotten, and with it every connection: all that it sealed goes, and a new beginning is made. */
export async function startAnew(): Promise<void> {
  await alone(dropEverything)
  await settleScripts()
}

async function dropEverything(): Promise<void> {
  if ((await session()).view.lock !== 'locked') return
  await change(async stores => {
    const { connections, credentials, clientSecrets, journal, attempts, permits, keys } = stores
    await Promise.all(
      [connections, credentials, clientSecrets, journal, attempts, permits, keys].map(store => store.clear()),
    )
    await keep(stores, 'outages', {})
    // Its client secrets are gone, too, so it has to be imported again.
    const setup = await kept(stores, 'setup')
    if (
      Object.values(setup?.providers ?? {}).some(
        ({ hasSecret, keys: own, relay }) => !relay && (hasSecret || own),
      )
    )
      await stores.kept.delete('setup')
  })
  await holdRawKey(undefined)
  await change(async () => undefined)
}

/** The user has done something in one of our screens: the time until it locks by itself begins anew. */
export async function notePresence(): Promise<void> {
  const { view } = await session()
  if (view.lock === 'open') await lockLater(view)
}

async function lockLater(view: View): Promise<void> {
  const minutes = minutesOf(view)
  idleAfter(minutes)
  await browser.alarms.create(alarmName, { when: Date.now() + minutes * 60_000 })
}

const minutesOf = ({ setup }: View) => setup?.rules.lockAfterMinutes ?? limits.lockAfterMinutes

/** True when the alarm was ours. */
export async function lockAlarm(name: string): Promise<boolean> {
  if (name !== alarmName) return false
  await lock()
  return true
}

async function wrappedKey(): Promise<WrappedKey | undefined> {
  const stored = await read(({ keys }) => keys.get('data'))
  return stored && 'wrapped' in stored ? stored : undefined
}
