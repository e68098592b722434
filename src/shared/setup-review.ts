import type { ProviderId } from './view'

/** One fault of a setup file: where (a path like `providers[1].clientId`) and what is wrong, in words. */
export type SetupFault = { path: string; message: string }

/** What a setup would do, shown before anything is stored. */
export type SetupReview = {
  organisation: { name?: string; supportContact?: string }
  providers: {
    id: ProviderId
    clientId: string
    scopes: string[]
    /** Every host that will receive sign-ins or data, and what it receives. */
    hosts: { host: string; receives: ('sign-ins' | 'tokens' | 'data')[] }[]
    /** Client id that this one replaces, where another setup is in force. */
    replaces?: string
  }[]
  /** Providers of the setup in force that the new one does not have. */
  removes: ProviderId[]
}
