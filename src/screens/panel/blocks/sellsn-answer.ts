import { textOf } from '../../../providers/provider'
import { isSameEmail } from '../subject'
import { type Dictionary, dictionary, listOf } from './json'

/**
 * The list in an answer of SellSN's, whose envelope is `{ success, message, data }`
 * (https://docs.sellsn.io/introduction). It may say with status 200 that something failed; then, and where there is no
 * list, this throws a TypeError.
 */
export function listIn(body: unknown): Dictionary[] {
  const { success, data } = dictionary(body)
  if (success !== true) throw new TypeError('The answer says that it is none.')
  return listOf(data)
}

/** The latest five orders of the customer with this e-mail, and the latest five of everybody else. */
export function latestOrders(
  orders: readonly Dictionary[],
  email: string | undefined,
): { theirs: Dictionary[]; others: Dictionary[] } {
  const latest = orders.toSorted((a, b) => timeOf(b) - timeOf(a))
  const isTheirs = (order: Dictionary) => isSameEmail(email, textOf(order, 'customerEmail'))
  return {
    theirs: latest.filter(isTheirs).slice(0, 5),
    others: latest.filter(order => !isTheirs(order)).slice(0, 5),
  }
}

function timeOf(order: Dictionary): number {
  const at = Date.parse(textOf(order, 'dateCreated') ?? '')
  return Number.isNaN(at) ? 0 : at
}
