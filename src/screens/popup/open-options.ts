import { browser } from '../../browser'

/** Opens the options at one of their parts, in place of the popup. */
export async function openOptionsAt(part: 'setup' | 'relay'): Promise<void> {
  // openOptionsPage takes no address inside the page.
  await browser.tabs.create({ url: browser.runtime.getURL(`src/screens/options/index.html#${part}`) })
  window.close()
}
