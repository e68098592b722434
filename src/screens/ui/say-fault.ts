import type { Fault } from '../../shared/errors'
import { sentenceOf } from '../../shared/texts/errors'
import type { ProviderView } from '../../shared/view'

/** The sentence for what is wrong with a provider: about that one, or about the one that its relay knows people by. */
export function sayFault(fault: Fault, { name, relay }: Pick<ProviderView, 'name' | 'relay'>): string {
  return sentenceOf(fault, fault.reason === 'relay-sign-in' ? relay?.identity : name)
}
