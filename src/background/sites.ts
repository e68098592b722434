import { browser } from '../browser'
import { isLoopback } from '../providers/addresses'
import { AppError } from '../shared/errors'
import { limits } from '../shared/limits'
import type { View } from '../shared/view'
import { withdraw } from './consent'
import { crmOrigins } from './panels'
import { endPermits } from './permits'
import { patternOf, settleScripts } from './scripts'
import { change, changeTokens, session } from './session'

/** Whether scripts of an origin may ask at all: the CRMs that our loader runs on, and what the user has let in. */
export function isSite({ sites }: View, origin: string): boolean {
  return crmOrigins.has(origin) || sites.some(site => site.origin === origin)
}

/**
 * The user wants to use Dealpass on a site. It becomes one when the browser has the permission for its host: now, or
 * when the browser's prompt is answered, for which the popup need not live. Throws `bad-request` for what is no web
 * origin, `blocked-by-policy` where the rules keep sites to those of the setup.
 */
export async function useSite(origin: string): Promise<void> {
  const { protocol, origin: parsed } = URL.parse(origin) ?? {}
  if (parsed !== origin || !(protocol === 'https:' || (protocol === 'http:' && isLoopback(origin))))
    throw new AppError('bad-request')
  // A host may have it in its name; in a match pattern it would stand for any.
  if (origin.includes('*')) throw new AppError('bad-request')
  const { setup } = (await session()).view
  const isProposed = setup?.sites.some(site => site.origin === origin)
  if (setup?.rules.userSites === false && !isProposed) throw new AppError('blocked-by-policy')
  await changeTokens(({ wantedSites }) => {
    wantedSites[origin] = Date.now() + limits.permissionPrompt
  })
  await admitWanted()
}

/** Makes sites of those that the user wants and the browser permits by now. At each new permission, and at every start. */
export async function admitWanted(): Promise<void> {
  const { view, tokens } = await session()
  const admitted: string[] = []
  for (const [origin, until] of Object.entries(tokens.wantedSites)) {
    if (until > Date.now() && !(await isPermitted(origin))) continue
    await changeTokens(({ wantedSites }) => {
      delete wantedSites[origin]
    })
    if (until > Date.now() && !view.sites.some(site => site.origin === origin)) admitted.push(origin)
  }
  if (admitted.length === 0) return
  await change(async ({ sites }) => {
    for (const origin of admitted) await sites.put({ origin, addedAt: Date.now() })
  })
  await settleScripts()
}

/**
 * A site is none any more: its permits end, no script of ours starts there, and the browser's permission goes back. Throws
 * `bad-request` for what is no origin.
 */
export async function leaveSite(origin: string): Promise<void> {
  await withdraw(question => question.site === origin)
  if (!URL.canParse(origin)) throw new AppError('bad-request')
  await endPermits(permit => permit.site === origin)
  await change(({ sites }) => sites.delete(origin))
  await settleScripts()
  const { view } = await session()
  const pattern = patternOf(origin)
  const isNeeded =
    view.sites.some(site => patternOf(site.origin) === pattern) ||
    view.providers.some(({ hosts }) => hosts.includes(pattern))
  // A host of the manifest is not ours to give back.
  if (!isNeeded) await browser.permissions.remove({ origins: [pattern] }).catch(() => false)
}

/**
 * Brings everything in line with what the browser permits and what is written down: at every start, since an update
 * forgets registered scripts, and when a permission was taken back in the browser's own settings.
 */
export async function settleSites(): Promise<void> {
  const { view } = await session()
  for (const { origin } of view.sites) if (!(await isPermitted(origin))) await leaveSite(origin)
  await admitWanted()
  await settleScripts()
}

function isPermitted(origin: string): Promise<boolean> {
  return browser.permissions.contains({ origins: [patternOf(origin)] })
}
