import type { PanelCaller, SiteCaller } from '../../../src/background/caller'
import { changeTokens } from '../../../src/background/session'

export * from '../../../src/background/panels'

/** A ticket for whoever asks. */
export async function issueTicket(_: SiteCaller): Promise<{ ticket: string }> {
  return { ticket: 'any' }
}

/** Lets every panel in, whatever it shows. */
export async function enter({ documentId, tabId }: PanelCaller): Promise<{ site: string; page: string }> {
  const entered = { site: 'https://app.futuresimple.com', page: documentId }
  await changeTokens(({ panels }) => {
    panels[documentId] = { ...entered, tabId }
  })
  return entered
}
