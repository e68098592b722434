import { browser } from '../../browser'
import { faultOf } from '../../shared/errors'
import { requester } from '../../shared/request'
import { sentenceOf } from '../../shared/texts/errors'

/** Asks the background. */
export const ask = requester(message => browser.runtime.sendMessage(message))

/** The sentence for whatever an `ask` was rejected with. */
export function explain(error: unknown, provider?: string): string {
  return sentenceOf(faultOf(error), provider)
}
