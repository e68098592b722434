// What widget authors import: dist/sdk.

import { type Dealpass, dealpassOver } from './dealpass'
import { pageWire } from './page'

/** Finds Dealpass on this page. Rejects with `not-installed` when it has not answered after 1.5 s. */
export const dealpass: () => Promise<Dealpass> = dealpassOver(pageWire)

export type { AppError, Reason, SiteCode } from '../shared/errors'
export type { Lease, SiteConnection, SiteEvent } from '../shared/protocol'
export type { Dealpass, News } from './dealpass'
