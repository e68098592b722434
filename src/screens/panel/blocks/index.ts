import type { ProviderId } from '../../../shared/view'
import type { BlockContent } from './block-content'
import { SalesosBlock } from './salesos'
import { SellBlock } from './sell'
import { SellsnBlock } from './sellsn'
import { SellyticsBlock } from './sellytics'

/** The providers that show something in the panel; one file each. */
export const blocks: Readonly<Record<ProviderId, BlockContent>> = {
  sell: SellBlock,
  sellytics: SellyticsBlock,
  sellsn: SellsnBlock,
  salesos: SalesosBlock,
}
