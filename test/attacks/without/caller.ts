import type { Caller, Known, PanelCaller, Sender } from '../../../src/background/caller'
import * as whole from '../../../src/background/caller'

export * from '../../../src/background/caller'

const documentOf = (site: string, { tab, documentId }: Sender) =>
  tab?.id === undefined || documentId === undefined
    ? undefined
    : { site, tabId: tab.id, documentId, page: documentId }

/** Believes the address of the tab, whatever document in it asks, and any document of ours. */
export const callerOf: typeof whole.callerOf = (sender: Sender, known: Known): Caller | undefined => {
  const caller = whole.callerOf(sender, known)
  if (caller?.kind === 'screen') return caller
  if (/screens\/popup/.test(sender.url ?? '')) return { kind: 'screen', screen: 'popup' }
  const { url } = sender.tab ?? {}
  const site = url === undefined ? undefined : documentOf(new URL(url).origin, sender)
  if (!site || caller?.kind === 'panel') return { ...caller, ...site, kind: 'panel' } as PanelCaller
  return { kind: 'site', ...site }
}
