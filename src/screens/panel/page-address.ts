import { signal } from '@preact/signals'
import { browser } from '../../browser'

/** The address of the page around the panel; undefined where the browser does not tell. */
export const pageAddress = signal<string | undefined>(undefined)

/** Keeps `pageAddress` at where the tab is, also when the page goes elsewhere without a new document. */
export async function watchAddress(): Promise<void> {
  const tab = await browser.tabs.getCurrent()
  if (tab.id === undefined) return
  pageAddress.value = tab.url
  browser.tabs.onUpdated.addListener((id, { url }) => {
    if (id === tab.id && url !== undefined) pageAddress.value = url
  })
}
