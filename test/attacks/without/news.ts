import { postToSites } from '../../../src/background/ports'
import type { Given } from '../../../src/background/session'
import { session } from '../../../src/background/session'
import type { SiteEvent } from '../../../src/shared/protocol'

const all = async () => new Set((await session()).view.sites.map(({ origin }) => origin))

/** Tells everybody. */
export async function tellSites(_: string, event: SiteEvent): Promise<void> {
  postToSites(await all(), { news: event })
}

/** Tells everybody. */
export async function tellSite(_: string, event: SiteEvent): Promise<void> {
  await tellSites(_, event)
}

export async function tellDrop(_: readonly Given[]): Promise<void> {
  postToSites(await all(), { drop: true })
}
