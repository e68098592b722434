import type { ProviderId } from '../shared/view'
import type { Provider } from './provider'
import { salesos } from './salesos'
import { sell } from './sell'
import { sellsn } from './sellsn'
import { sellytics } from './sellytics'

/** The catalogue, in the order in which people see it. */
export const catalogue: readonly Provider[] = [sell, sellytics, sellsn, salesos]

/** The entry of that id, or undefined: an id that came by message may be anything. */
export function providerById(id: ProviderId): Provider | undefined {
  return catalogue.find(provider => provider.id === id)
}
