import { sayRule, sayWith } from '../../shared/texts/options'
import type { Rules } from '../../shared/view'
import { enumerate } from '../ui/enumerate'

/** What the rules of a setup mean for the user, one sentence each; none where it has no rules. */
export function ruleSentences({
  flows,
  maxLeaseMinutes,
  lockAfterMinutes,
  userProviders,
  userSites,
  privateAddresses,
  keepReceiptsDays,
  longestPermit,
}: Rules): string[] {
  const sentences = [
    flows?.length === 0 && sayRule('noFlows'),
    flows?.length && sayRule('flows', { flows: enumerate(flows.map(flow => sayWith(flow))) }),
    maxLeaseMinutes !== undefined && sayRule('maxLease', { minutes: maxLeaseMinutes }),
    lockAfterMinutes !== undefined && sayRule('lockAfter', { minutes: lockAfterMinutes }),
    userProviders !== undefined && sayRule(userProviders ? 'userProviders' : 'noUserProviders'),
    userSites !== undefined && sayRule(userSites ? 'userSites' : 'noUserSites'),
    privateAddresses?.length && sayRule('privateAddresses', { addresses: enumerate(privateAddresses) }),
    keepReceiptsDays === 0 && sayRule('noReceipts'),
    keepReceiptsDays && sayRule('keepReceipts', { days: keepReceiptsDays }),
    longestPermit && sayRule(`longest-${longestPermit}`),
  ]
  return sentences.filter(sentence => typeof sentence === 'string')
}
