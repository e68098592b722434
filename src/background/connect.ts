import { browser } from '../browser'
import { providerOf } from '../providers/configured'
import { addressesOf, isAt } from '../providers/hosts'
import type { Provider } from '../providers/provider'
import { AppError, faultOf } from '../shared/errors'
import { limits } from '../shared/limits'
import type { Entry, RequestInput } from '../shared/protocol'
import type { Attempt, AttemptId, ProviderId } from '../shared/view'
import { receivedTokens } from './connect-journal'
import { hasHosts } from './hosts'
import { login } from './login'
import { clientForAttempt } from './registration'
import { watched } from './report'
import { change, session } from './session'

const alarmPrefix = 'attempt:'

/** Attempts that this worker runs; a worker that dies takes them along, and the next start says `interrupted`. */
const running = new Map<AttemptId, AbortController>()

/** The end of what runs of each provider. */
const over = new Map<ProviderId, Promise<void>>()

/** What was entered for attempts of this worker. It is never written down, so it goes with the worker. */
const entries = new Map<AttemptId, Entry>()

/**
 * Starts an attempt to connect an account, or to reconnect a connection. Resolves as soon as the attempt is written;
 * how it goes is a matter of the view. While one attempt of a provider is open, another click changes nothing.
 */
export async function connect({
  provider: id,
  connection,
  flow,
  key,
  entry,
}: RequestInput<'connect'>): Promise<void> {
  const provider = providerOf((await session()).view.setup, id)
  if (!provider) throw new AppError('bad-request')
  const cleaned = entry && withoutMargins(entry)
  const chosen = entry?.flow ?? flow
  const attempt: Attempt = {
    id: crypto.randomUUID(),
    provider: id,
    ...(connection === undefined ? {} : { connection }),
    ...(chosen === undefined ? {} : { flow: chosen }),
    ...(key === undefined ? {} : { key }),
    addresses: addressesOf(provider),
    ...(entry ? { isEntered: true as const } : {}),
    status: 'running',
    startedAt: Date.now(),
  }
  const begun = await change(async ({ connections, attempts, departures }) => {
    const open = await attempts.get(id)
    if (open && open.status !== 'failed') return false
    if (connection !== undefined && (await connections.get(connection))?.provider !== id)
      throw new AppError('bad-request')
    await attempts.put(attempt)
    await departures.delete(id)
    return true
  })
  if (!begun) return
  if (cleaned) entries.set(attempt.id, cleaned)
  advance(attempt, provider)
}

/** The same, and resolves when nothing of it is under way any more: connected, failed, or waiting for a permission. */
export async function connectAndWait(input: RequestInput<'connect'>): Promise<void> {
  await connect(input)
  await over.get(input.provider)
}

/** Goes on with every attempt whose worker died after it had brought a login: that is on disk, and is not lost. */
export async function resumeConnects(): Promise<void> {
  const { attempts, setup, lock } = (await session()).view
  // What it brought cannot be read before somebody unlocks.
  if (lock === 'locked') return
  for (const attempt of attempts) {
    const provider = providerOf(setup, attempt.provider)
    if (attempt.status !== 'running' || running.has(attempt.id)) continue
    if (provider) advance(attempt, provider)
    else await fail(attempt, new AppError('interrupted'))
  }
}

// What was copied often brings a line break along. One inside is no slip that could be mended by guessing.
function withoutMargins(entry: Entry): Entry {
  if (entry.flow === 'password') return entry
  const trimmed = (text: string) => {
    const value = text.trim()
    if (!/^[\x21-\x7e]+$/.test(value)) throw new AppError('bad-request', 'token-malformed')
    return value
  }
  const label = entry.label.trim()
  if (!label) throw new AppError('bad-request')
  return entry.flow === 'personal_token'
    ? { ...entry, label, token: trimmed(entry.token) }
    : { ...entry, label, clientId: trimmed(entry.clientId), clientSecret: trimmed(entry.clientSecret) }
}

/** The user takes an attempt back: its window is closed where it can be, and whatever comes of it is thrown away. */
export async function cancel(id: AttemptId): Promise<void> {
  const { view } = await session()
  const attempt = view.attempts.find(open => open.id === id && open.status !== 'failed')
  if (!attempt) return
  const controller = running.get(id)
  if (controller) controller.abort()
  else await fail(attempt, new AppError('cancelled'))
}

/** The browser's prompt was answered with no. */
export async function permissionRefused(provider: ProviderId): Promise<void> {
  const attempt = (await session()).view.attempts.find(
    open => open.provider === provider && open.status === 'waiting',
  )
  if (attempt) await fail(attempt, new AppError('permission-missing'))
}

/** Goes on with every attempt that waits for a host which the browser lets us reach now. */
export async function resumeWaiting(): Promise<void> {
  const { attempts, setup } = (await session()).view
  for (const attempt of attempts) {
    const provider = providerOf(setup, attempt.provider)
    if (attempt.status !== 'waiting' || !provider || running.has(attempt.id)) continue
    if (await hasHosts(provider)) advance(attempt, provider)
    else if (Date.now() - attempt.startedAt > limits.permissionPrompt)
      await fail(attempt, new AppError('permission-missing'))
  }
}

/** The alarm of a waiting attempt: nobody answered the browser's prompt. True when the alarm was one of ours. */
export async function attemptAlarm(name: string): Promise<boolean> {
  if (!name.startsWith(alarmPrefix)) return false
  const id = name.slice(alarmPrefix.length)
  const attempt = (await session()).view.attempts.find(open => open.id === id && open.status === 'waiting')
  if (attempt) await fail(attempt, new AppError('permission-missing'))
  return true
}

// Nobody waits for it: how it goes is written down. Two events may want to go on with the same attempt; one does.
function advance(attempt: Attempt, provider: Provider): void {
  if (running.has(attempt.id)) return
  const controller = new AbortController()
  running.set(attempt.id, controller)
  const ran = run(attempt, provider, controller)
  over.set(
    provider.id,
    ran.catch(() => undefined),
  )
  watched('connect', ran)
}

async function run(attempt: Attempt, provider: Provider, controller: AbortController): Promise<void> {
  let { status } = attempt
  try {
    const entry = entries.get(attempt.id)
    const received = await receivedTokens(attempt.id).catch((cause: unknown) => {
      throw new AppError('interrupted', undefined, { cause })
    })
    if (attempt.isEntered && !entry) throw new AppError('interrupted')
    if (attempt.addresses && !isAt(attempt.addresses, provider)) throw new AppError('address-changed')
    const client = await clientForAttempt(provider, attempt, entry)
    if (!(await hasHosts(provider))) {
      controller.signal.throwIfAborted()
      await browser.alarms.create(alarmPrefix + attempt.id, { when: Date.now() + limits.permissionPrompt })
      await move({ ...attempt, status: 'waiting' })
      status = 'waiting'
      controller.signal.throwIfAborted()
      // Granted between the two lines above: no event will come any more.
      const isGranted = await hasHosts(provider)
      controller.signal.throwIfAborted()
      if (!isGranted) return
    }
    await browser.alarms.clear(alarmPrefix + attempt.id)
    if (status !== 'running') await move({ ...attempt, status: 'running' })
    await login({ ...attempt, status: 'running' }, client, controller.signal, { entry, received })
    entries.delete(attempt.id)
  } catch (error) {
    await fail(
      attempt,
      controller.signal.aborted ? new AppError('cancelled', undefined, { cause: error }) : error,
    )
  } finally {
    running.delete(attempt.id)
  }
}

async function move(attempt: Attempt): Promise<void> {
  await change(async ({ attempts }) => {
    const open = await attempts.get(attempt.provider)
    // Cancelled meanwhile, by somebody who did not know that it was about to go on.
    if (open?.id !== attempt.id || open.status === 'failed') throw new AppError('cancelled')
    await attempts.put(attempt)
  })
}

async function fail(attempt: Attempt, error: unknown): Promise<void> {
  entries.delete(attempt.id)
  await browser.alarms.clear(alarmPrefix + attempt.id)
  await change(async ({ attempts, journal }) => {
    await journal.delete(`connect ${attempt.id}`)
    const open = await attempts.get(attempt.provider)
    if (open?.id === attempt.id) await attempts.put({ ...attempt, status: 'failed', fault: faultOf(error) })
  })
}
