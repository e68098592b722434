import { browser } from '../../browser'
import { ask } from './ask'
import { send } from './connect'

/**
 * Lets a site's scripts ask. To be called in the click itself: the background hears first and goes on by itself when the
 * permission comes, since this document may be gone the moment the browser shows its prompt.
 */
export function useSite(origin: string): void {
  send(ask('useSite', { origin }))
  send(browser.permissions.request({ origins: [patternOf(origin)] }))
}

/** Whether our own panel stands on the pages of an origin anyway, by the manifest. */
export function isPanelSite(origin: string): boolean {
  const { content_scripts: scripts = [] } = browser.runtime.getManifest()
  return scripts.some(({ matches }) => matches.includes(patternOf(origin)))
}

/** The match pattern of an origin's host; a pattern has no port, so it stands for all of them. */
function patternOf(origin: string): string {
  const { protocol, hostname } = new URL(origin)
  return `${protocol}//${hostname}/*`
}
