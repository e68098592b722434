import type { ExtensionBrowser } from '../e2e/harness/chromium'
import type { Seen } from '../sandbox/sandbox'
import { type Reading, readLive, type Sink } from './live'
import { type Canary, createNeedles, type Needles } from './needles'
import { filesIn } from './profile'

/** A secret where none may be. Says which, where and how, never its value. */
type Leak = { sink: Sink; place: string; secret: string }

/** What was searched, for a report: per kind of secret and per kind of place. */
export type Tally = {
  secrets: Record<string, number>
  places: Partial<Record<Sink, { places: number; bytes: number }>>
  leaks: Leak[]
}

/** An empty tally for these secrets. */
export function tallyOf(canaries: readonly Canary[]): Tally {
  const secrets: Record<string, number> = {}
  for (const value of new Set(canaries.map(({ value }) => value))) {
    const { kind = '' } = canaries.find(canary => canary.value === value) ?? {}
    secrets[kind] = (secrets[kind] ?? 0) + 1
  }
  return { secrets, places: {}, leaks: [] }
}

/** Searches one reading, and adds what comes of it to the tally. `isAllowed` knows what belongs there. */
export function searchReading(
  needles: Needles,
  { sink, place, bytes }: { sink: Sink; place: string; bytes: Uint8Array },
  tally: Tally,
  isAllowed: (canary: Canary) => boolean = () => false,
): void {
  const { places = 0, bytes: sum = 0 } = tally.places[sink] ?? {}
  tally.places[sink] = { places: places + 1, bytes: sum + bytes.byteLength }
  for (const { canary, written } of needles.in(bytes)) {
    if (isAllowed(canary)) continue
    tally.leaks.push({ sink, place, secret: `${canary.kind} of ${canary.owner} as ${written}` })
  }
}

/** Searches a running browser (`readLive`). */
export async function searchLive(
  browser: ExtensionBrowser,
  canaries: readonly Canary[],
  tally: Tally,
  options: { heap?: boolean } = {},
): Promise<void> {
  const needles = createNeedles(canaries)
  const withTokens = await tokenSites(browser)
  for (const reading of await readLive(browser, options))
    searchReading(needles, { ...reading, bytes: Buffer.from(reading.text) }, tally, canary =>
      belongs(canary, reading, withTokens),
    )
}

/**
 * Searches the addresses that the sandbox was asked for, and those that requests say they come from. A code may stand in
 * an address of the server that has issued it, as SellSN's exchange has it: the sandbox itself knows which one.
 */
export function searchRequests(seen: readonly Seen[], canaries: readonly Canary[], tally: Tally): void {
  const needles = createNeedles(canaries)
  for (const { server, host, path, query, headers } of seen) {
    const bytes = Buffer.from(JSON.stringify([host, path, query, headers.referer, headers.origin]))
    searchReading(
      needles,
      { sink: 'URL', place: host, bytes },
      tally,
      ({ kind, owner }) => kind === 'authorization code' && owner === server,
    )
  }
}

/** Searches every file of a folder: of a profile of which nothing is running any more, or of what was built. */
export function searchFolder(
  sink: 'profile' | 'bundle',
  folder: string,
  canaries: readonly Canary[],
  tally: Tally,
): void {
  const needles = createNeedles(canaries)
  for (const { place, bytes } of filesIn(folder)) searchReading(needles, { sink, place, bytes }, tally)
}

function tokenSites(browser: ExtensionBrowser): Promise<string[]> {
  return browser.inWorker(async () => {
    // @ts-expect-error the worker's own API
    const { view } = await chrome.storage.session.get('view')
    type Row = { site: string; use: string }
    return ((view?.permits ?? []) as Row[]).filter(({ use }) => use === 'token').map(({ site }) => site)
  })
}

/**
 * The only places for secrets: access tokens and the raw data key in the background's own part of `storage.session`,
 * which is memory (docs/threat-model.md); an access token on a page of a site with a permit for tokens; and what a
 * provider shows and asks on its own pages.
 */
function belongs({ kind, owner }: Canary, { sink, place }: Reading, withTokens: string[]): boolean {
  if (place === 'storage.session tokens') return ['access token', 'key', 'data key'].includes(kind)
  if (sink !== 'document' && sink !== 'globals' && sink !== 'URL') return false
  const { origin, protocol, hostname } = new URL(place)
  if (protocol === 'chrome-extension:') return false
  if (sink !== 'URL' && kind === 'access token' && withTokens.includes(origin)) return true
  return hostname.includes(owner) && ['authorization code', 'password'].includes(kind)
}
