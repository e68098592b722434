import { limits } from '../shared/limits'
import { type Receipt, receiptNews } from '../shared/receipt'
import type { View } from '../shared/view'
import { lately } from './lately'
import { inOrder } from './queue'
import { watched } from './report'
import { session } from './session'
import { read, write } from './vault'

/** What happened, as its caller knows it. */
type Line = Omit<Receipt, 'id' | 'at' | 'since' | 'count'>

type Unwritten = Omit<Receipt, 'id'>

const day = 24 * 60 * 60_000

/**
 * What is not on disk yet, in the order in which it came. What is added up has the key that says what it is added up
 * with; everything else has one of its own. It is lost with the worker: uses and further refusals of at most two seconds.
 */
let unwritten = new Map<string | symbol, Unwritten>()
let timer: ReturnType<typeof setTimeout> | undefined
/** The next write, as long as it has not begun: whatever comes until then goes with it. */
let next: Promise<void> | undefined

/** Refusals that had so many lines of their own already that they are counted. */
const counted = lately(limits.receiptSpan)

/**
 * Writes a receipt at once: resolves once it is on disk. Of refusals of one kind (site, provider, fault) each of the first
 * ten of a day is written so; more are counted, written within two seconds, and not waited for.
 */
export async function record(line: Line): Promise<void> {
  const at = Date.now()
  const clean = cleaned(line, (await session()).view)
  if (line.kind === 'refused' && counted.was(keyOf(clean))) return addUp(clean, at)
  unwritten.set(Symbol(), { ...clean, at, since: at, count: 1 })
  return flush()
}

/** Adds a use to those before it, and has them written within two seconds. */
export function recordUse(line: Omit<Line, 'kind'>): void {
  addUp(cleaned({ ...line, kind: 'used' }), Date.now())
}

/** All receipts that are kept, the newest first; what was still to be written is on disk then. */
export async function readReceipts(): Promise<Receipt[]> {
  await flush()
  const log = await read(({ receipts }) => receipts.getAll())
  return log.sort((a, b) => b.at - a.at || b.id - a.id)
}

/**
 * Only what a receipt has by its type: a value with more to it, as a thrown error that is passed for its fault, is not
 * kept with its message and cause. A page that is refused may have named any provider; one that nobody knows is none.
 */
function cleaned(line: Line, view?: View): Line {
  const { kind, site, provider, connection, use, access, method, path, until, fault, revoked } = line
  const isKnown = kind !== 'refused' || view?.providers.some(({ id }) => id === provider)
  const all: Line = {
    kind,
    site,
    provider: isKnown ? provider : undefined,
    connection,
    use,
    access,
    method,
    path,
    until,
    fault: fault && { code: fault.code, ...(fault.reason ? { reason: fault.reason } : {}) },
    revoked,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Line
}

/** The same for lines that are added up. */
function keyOf({ kind, site, provider, connection, use, method, path, fault }: Line): string {
  const { code, reason } = fault ?? {}
  return JSON.stringify(
    kind === 'refused'
      ? [kind, site, provider, code, reason]
      : [kind, site, connection, use, method, path, code, reason],
  )
}

function addUp(line: Line, at: number): void {
  const key = keyOf(line)
  const { since, count } = unwritten.get(key) ?? { since: at, count: 0 }
  unwritten.set(key, { ...line, at, since, count: count + 1 })
  // Half of the time is for the write.
  timer ??= setTimeout(() => watched('receipts', flush()), limits.receiptFlush / 2)
}

function flush(): Promise<void> {
  next ??= inOrder('receipts', () => {
    next = undefined
    clearTimeout(timer)
    timer = undefined
    const lines = [...unwritten.values()]
    unwritten = new Map()
    return writeDown(lines)
  })
  return next
}

async function writeDown(lines: readonly Unwritten[]): Promise<void> {
  const { keepReceiptsDays = limits.receiptDays } = (await session()).view.setup?.rules ?? {}
  const isChanged = await write(async ({ receipts }) => {
    const before = await receipts.getAll()
    const log = pruned(added(before, lines), keepReceiptsDays)
    const had = new Set(before)
    const kept = new Set(log.map(({ id }) => id))
    const changed = log.filter(line => !had.has(line))
    const gone = before.filter(({ id }) => !kept.has(id))
    await Promise.all([
      ...changed.map(line => receipts.put(line)),
      ...gone.map(({ id }) => receipts.delete(id)),
    ])
    return changed.length + gone.length > 0
  })
  if (isChanged) tellScreens()
}

/** The log with new lines in it: each on its own, or added to the one on disk that says the same. */
function added(log: readonly Receipt[], lines: readonly Unwritten[]): Receipt[] {
  const byId = new Map(log.map(line => [line.id, line]))
  const alike = new Map<string, number[]>()
  const remember = (line: Receipt) => {
    const key = keyOf(line)
    const ids = alike.get(key)
    if (ids) ids.push(line.id)
    else alike.set(key, [line.id])
  }
  for (const line of log) if (Date.now() - line.since < day) remember(line)
  let last = log.at(-1)?.id ?? 0
  for (const line of lines) {
    const own = alike.get(keyOf(line)) ?? []
    const latest = byId.get(own.at(-1) ?? 0)
    if (latest && isCountedIn(latest, own.length, line)) {
      // A clock that was set back makes no line end before it began.
      const at = Math.max(latest.at, line.at)
      byId.set(latest.id, { ...latest, at, count: latest.count + line.count })
      if (line.kind === 'refused') counted.note(keyOf(line))
    } else {
      last += 1
      const fresh = { ...line, id: last }
      byId.set(last, fresh)
      remember(fresh)
    }
  }
  return [...byId.values()]
}

/** Whether a line is counted in the latest of the last day that say the same. */
function isCountedIn(latest: Receipt, howMany: number, { kind, at }: Unwritten): boolean {
  if (at - latest.since >= limits.receiptSpan) return false
  return kind === 'used' || (kind === 'refused' && howMany >= limits.receiptRefusals)
}

function pruned(log: Receipt[], days: number): Receipt[] {
  // Not by time: a clock that was set back has left lines of the future.
  if (days === 0) return []
  const oldest = Date.now() - days * day
  return log.filter(({ at }) => at > oldest).slice(-limits.receipts)
}

function tellScreens(): void {
  const channel = new BroadcastChannel(receiptNews)
  channel.postMessage('changed')
  channel.close()
}
