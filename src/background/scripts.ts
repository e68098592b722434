import { browser } from '../browser'
import { catalogue } from '../providers'
import { isLive } from '../shared/permit'
import type { View } from '../shared/view'
import { inOrder } from './queue'
import { session } from './session'

/** A script of ours that runs on some pages as long as something is so; the manifest names only what always runs. */
type PageScript = { id: string; matches: string[]; js: string[]; allFrames: boolean }

/** The match pattern of an origin's host. A permission for a host is one for all its ports. */
export function patternOf(origin: string): string {
  const { protocol, hostname } = new URL(origin)
  return `${protocol}//${hostname}/*`
}

/**
 * The bridge on the hosts of sites, one for each host, so that two ports of one are not served twice; and a provider's
 * widget on the pages of a CRM that may have tokens of it. Pages without a permit load none of it.
 */
function wantedScripts(view: View): PageScript[] {
  const bridges = [...new Set(view.sites.map(({ origin }) => patternOf(origin)))].map(pattern => ({
    id: pattern,
    matches: [pattern],
    js: ['src/content/bridge.js'],
    allFrames: true,
  }))
  const crmPages = catalogue.flatMap(({ pages }) => pages)
  const widgets = catalogue.flatMap(({ id, widgets }) => {
    const connections = view.connections.filter(({ provider }) => provider === id).map(known => known.id)
    const matches = crmPages.filter(pattern =>
      view.permits.some(
        permit =>
          permit.use === 'token' &&
          connections.includes(permit.connection) &&
          permit.site === new URL(pattern).origin &&
          isLive(permit, view),
      ),
    )
    return widgets?.script && matches.length > 0
      ? [{ id: `widget-${id}`, matches, js: [widgets.script], allFrames: false }]
      : []
  })
  return [...bridges, ...widgets]
}

/**
 * Brings the registered scripts in line with what is so now, and starts new ones in the pages that are open already, so
 * that nobody has to load them again. At every start too, since an update of the extension forgets them.
 */
export function settleScripts(): Promise<void> {
  return inOrder('scripts', async () => {
    const wanted = wantedScripts((await session()).view)
    const registered = (await browser.scripting.getRegisteredContentScripts()).map(({ id }) => id)
    const gone = registered.filter(id => !wanted.some(script => script.id === id))
    if (gone.length > 0) await browser.scripting.unregisterContentScripts({ ids: gone })
    const missing = wanted.filter(({ id }) => !registered.includes(id))
    if (missing.length === 0) return
    await browser.scripting.registerContentScripts(
      missing.map(script => ({
        ...script,
        runAt: script.allFrames ? ('document_start' as const) : ('document_idle' as const),
        persistAcrossSessions: true,
      })),
    )
    for (const script of missing) await startNow(script)
  })
}

/**
 * Starts the manifest's scripts in the pages that are open: those of the version before have lost their extension.
 * Firefox does it by itself.
 */
export async function startManifestScripts(): Promise<void> {
  for (const { matches = [], js = [] } of browser.runtime.getManifest().content_scripts ?? [])
    await startNow({ matches, js, allFrames: false })
}

async function startNow({ matches, js, allFrames }: Omit<PageScript, 'id'>): Promise<void> {
  for (const { id } of await browser.tabs.query({ url: matches })) {
    if (id === undefined) continue
    // A tab that shows an error page, or has just been closed, takes none.
    await browser.scripting
      .executeScript({ target: { tabId: id, allFrames }, files: js, injectImmediately: true })
      .catch(() => undefined)
  }
}
