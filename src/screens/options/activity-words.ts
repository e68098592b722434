import { siteCodes, siteReasons } from '../../shared/errors'
import type { Receipt } from '../../shared/receipt'
import { sayInActivity as say, sayUntil } from '../../shared/texts/activity'
import { sentenceOf } from '../../shared/texts/errors'
import { type SiteFault, siteSentenceOf } from '../../shared/texts/page-errors'
import type { View } from '../../shared/view'
import { accountName, connectionName } from '../ui/connection'
import { providerOf } from '../ui/provider-of'

/** A line of the activity log in words: what happened, and what more is to be said of it. */
export type ActivityWords = { what: string; details: string[] }

/** The provider and account of a receipt as people know them, as far as they are still there. */
export function namesOf(
  view: View,
  receipt: Pick<Receipt, 'provider' | 'connection'>,
): { provider?: string; account?: string; both?: string } {
  const connection = view.connections.find(({ id }) => id === receipt.connection)
  const provider = providerOf(view, receipt.provider ?? connection?.provider)
  // A provider that went with its setup is known by its id alone.
  const name = provider?.name ?? receipt.provider
  if (!connection || !name) return { provider: name, both: name }
  return { provider: name, account: accountName(connection), both: connectionName({ name }, connection) }
}

export function activityWords(view: View, receipt: Receipt): ActivityWords {
  const { provider, both } = namesOf(view, receipt)
  const { access, use, until } = receipt
  const login = both === undefined ? [] : [both]
  const name = both ?? say('aLogin')
  const wanted = [access && say(access), use && say(use)].filter(words => words !== undefined)
  switch (receipt.kind) {
    case 'asked':
      return { what: say('asked', { name }), details: wanted }
    case 'allowed':
      return { what: say('allowed', { name }), details: [...wanted, ...(until ? [sayUntil(until)] : [])] }
    case 'denied':
      return { what: say('denied', { name }), details: wanted }
    case 'refused':
      return {
        what: say('refused', { sentence: siteSentence(receipt, provider) }),
        details: login,
      }
    case 'used':
      return { what: useWords(receipt, provider), details: login }
    case 'ended':
      return { what: say(endings[String(receipt.revoked)] ?? 'ended'), details: login }
    case 'kept':
      return { what: say('kept', { name }), details: [] }
  }
}

const endings: Record<string, 'endedRevoked' | 'endedNotRevoked'> = {
  true: 'endedRevoked',
  false: 'endedNotRevoked',
}

// What a site was told, in the words that it was told in. What only we know better is for the user to read.
function siteSentence({ fault = { code: 'unexpected' } }: Receipt, provider?: string): string {
  const { code, reason } = fault
  const isOurs = reason !== undefined && !siteReasons.some(told => told === reason)
  return !isOurs && siteCodes.some(told => told === code)
    ? siteSentenceOf(fault as SiteFault, provider)
    : sentenceOf(fault, provider)
}

function useWords(receipt: Receipt, provider?: string): string {
  const { use, method, path, fault } = receipt
  const call =
    use === 'token'
      ? say(fault ? 'askedToken' : 'gotToken')
      : path === undefined
        ? say('calledSome')
        : say('called', { method: method ?? 'GET', path })
  return receipt.fault ? say('failedCall', { call, sentence: siteSentence(receipt, provider) }) : call
}
