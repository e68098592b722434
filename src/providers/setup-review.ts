import type { ReadSetup } from '../shared/protocol'
import type { Received, SetupReview } from '../shared/setup-review'
import type { Flow, ProviderId, SetupView } from '../shared/view'
import { providersOf } from './configured'
import { probeAddress } from './hosts'
import type { Provider } from './provider'
import { isCalledThroughRelay } from './relayed'
import { keysOf } from './ways'

/**
 * What a setup would do: each host by name with what it would receive, and what it replaces. `moves` and `newSecrets` are
 * what only the vault tells.
 */
export function reviewOfSetup(
  next: SetupView,
  current: SetupView | null,
  { moves, newSecrets }: Pick<ReadSetup, 'moves' | 'newSecrets'>,
): SetupReview {
  const before = providersOf(current)
  const after = providersOf(next)
  const nameOf = (id: ProviderId) => [...after, ...before].find(provider => provider.id === id)?.name ?? id
  return {
    organisation: next.organisation,
    providers: after.flatMap(provider => {
      const configured = next.providers[provider.id]
      if (!configured) return []
      const { id, name, logo, scopes, host, isPractice } = provider
      const old = livingIn(current, id)
      const flow = configured.flow ?? provider.defaultFlow
      const hasSecret = !provider.relay && (configured.keys !== undefined || configured.hasSecret === true)
      const hosts = hostsOf(provider, flow, hasSecret)
      const oldProvider = before.find(known => known.id === id)
      const oldHosts =
        current?.providers[id] && oldProvider
          ? hostsOf(oldProvider, current.providers[id].flow ?? oldProvider.defaultFlow, false).map(
              one => one.host,
            )
          : []
      const audience = configured.audience ?? provider.audience
      return [
        {
          id,
          name,
          logo,
          scopes,
          ...(host === undefined ? {} : { host }),
          ...(isPractice ? { isPractice } : {}),
          ...(configured.clientId === undefined ? {} : { clientId: configured.clientId }),
          flow,
          ...(provider.relay ? { relay: new URL(provider.relay.origin).host } : {}),
          asks: [...(configured.scopes ?? provider.defaultScopes)],
          ...(audience ? { audience } : {}),
          ...(provider.idToken ? { idToken: true } : {}),
          keys: (configured.keys ?? []).map(({ label }) => label),
          hasSecret: configured.hasSecret === true,
          allowImplicitRefresh: configured.allowImplicitRefresh === true,
          hosts,
          ...(old?.clientId && old.clientId !== configured.clientId ? { replaces: old.clientId } : {}),
          replacesHosts: oldHosts.filter(was => !hosts.some(now => now.host === was)),
          changes: moves[id] ?? 0,
        },
      ]
    }),
    removes: Object.keys(current?.providers ?? {})
      .filter(id => livingIn(current, id) && !next.providers[id])
      .map(nameOf),
    forgets: before.flatMap(provider => {
      const kept = keysIn(next, provider).map(({ clientId }) => clientId)
      return keysIn(current, provider)
        .filter(({ clientId }) => !kept.includes(clientId))
        .map(({ label }) => ({ provider: provider.name, label }))
    }),
    newSecrets: newSecrets.map(({ provider, clientId }) => ({
      provider: nameOf(provider),
      label: next.providers[provider]?.keys?.find(key => key.clientId === clientId)?.label ?? clientId,
    })),
    sites: next.sites.map(site => {
      const words = after.find(({ id }) => id === site.provider)?.scopes ?? {}
      return {
        ...site,
        name: nameOf(site.provider),
        words: site.scopes.map(scope => (Object.hasOwn(words, scope) && words[scope]) || scope),
      }
    }),
    rules: next.rules,
  }
}

const livingIn = (setup: SetupView | null, id: ProviderId) => {
  const configured = setup?.providers[id]
  return configured?.isRetired ? undefined : configured
}

function keysIn(setup: SetupView | null, provider: Provider) {
  const configured = setup?.providers[provider.id]
  return configured ? keysOf(provider, configured) : []
}

function hostsOf(
  provider: Provider,
  flow: Flow,
  hasSecret: boolean,
): { host: string; receives: Received[] }[] {
  const { endpoints, api, relay } = provider
  const received = new Map<string, Set<Received>>()
  const add = (address: string | undefined, what: Received) => {
    if (!address) return
    const { host } = new URL(address)
    received.set(host, (received.get(host) ?? new Set()).add(what))
  }
  const isCalledThere = isCalledThroughRelay(provider, flow)
  if (relay && !isCalledThere) add(relay.origin, 'codes')
  add(endpoints.authorization, 'sign-ins')
  if (provider.flows.includes('password')) add(endpoints.token, 'sign-ins')
  for (const address of [
    endpoints.token,
    endpoints.revocation,
    endpoints.userinfo,
    endpoints.tokenInfo,
    probeAddress(provider),
  ])
    if (!isCalledThere) add(address, 'tokens')
  // Where client authentication goes along (RFC 6749 section 2.3, RFC 7009 section 2.1).
  if (hasSecret) for (const address of [endpoints.token, endpoints.revocation]) add(address, 'secrets')
  for (const address of isCalledThere ? [relay?.origin] : api) add(address, 'data')
  return [...received].map(([host, receives]) => ({ host, receives: [...receives] }))
}
