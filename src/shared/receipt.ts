import type { Fault } from './errors'
import type { Access, ConnectionId, PermitDuration, ProviderId, Use } from './view'

declare const template: unique symbol

/**
 * A path without whatever a person or a secret could be known by: `/v2/leads/:id`. Made by `pathTemplate` alone, so that
 * no other text can get into a receipt in its place.
 */
export type PathTemplate = string & { readonly [template]: true }

/** The methods of brokered calls: a closed list, since a widget writes the word. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof methods)[number]

/** The method of a call as a receipt has it; undefined for a word that is none. */
export function methodOf(name = 'GET'): Method | undefined {
  return methods.find(method => method === name.toUpperCase())
}

/** The channel on which the background tells screens that there are other receipts than before, and no more than that. */
export const receiptNews = 'dealpass-receipts'

/**
 * `asked`: the consent window was opened. `used`: a lease or a brokered call. `ended`: a permit. `kept`: a login that nobody
 * used was renewed, by Dealpass itself.
 */
export const receiptKinds = ['asked', 'allowed', 'denied', 'refused', 'used', 'ended', 'kept'] as const
export type ReceiptKind = (typeof receiptKinds)[number]

/**
 * One line of the activity log. By its type it holds origins, ids, closed words, counts and times: nothing that a
 * provider or a page could write a secret into.
 */
export type Receipt = {
  id: number
  kind: ReceiptKind
  /** Of the latest of what is added up here, milliseconds since the epoch. */
  at: number
  /** Of the first. */
  since: number
  count: number
  /** Empty where Dealpass did it by itself. */
  site: string
  provider?: ProviderId
  connection?: ConnectionId
  use?: Use
  access?: Access
  /** `used`, by a brokered call. */
  method?: Method
  path?: PathTemplate
  /** `allowed`. */
  until?: PermitDuration
  /** `refused`, and calls that failed. */
  fault?: Fault
  /** `ended`: whether the provider has ended the token that the site was given, where it was given one. */
  revoked?: boolean
}
