import { describe, expect, it } from 'vitest'
import { parseSetup } from '../../src/providers/setup'
import { reviewOfSetup } from '../../src/providers/setup-review'
import { viewOfSetup } from '../../src/providers/setup-view'
import type { SetupView } from '../../src/shared/view'

type Fields = Record<string, unknown>

const nothing = { moves: {}, newSecrets: [] }

function setup(providers: Fields[], more: Fields = {}): SetupView {
  const parsed = parseSetup(JSON.stringify({ version: 1, providers, ...more }))
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return viewOfSetup(parsed.setup)
}

const sell = { id: 'sell', clientId: 'our-sell' }
const salesos = { id: 'salesos', clientId: 'our-salesos' }
const key = (label: string) => ({ label, clientId: `${label}-id`, clientSecret: 'the-secret' })
const acme = {
  id: 'acme',
  name: 'Acme CRM',
  clientId: 'our-acme',
  clientSecret: 'the-secret',
  endpoints: {
    authorization: 'https://login.acme.example/authorize',
    token: 'https://id.acme.example:8443/token',
    revocation: 'https://revoke.acme.example/',
    userinfo: 'https://me.acme.example/',
    introspection: 'https://inspect.acme.example/',
  },
  api: ['https://api.acme.example/v1/', 'https://files.acme.example/'],
  scopes: ['profile'],
}

/** What each host would receive, by its name. */
function hostsIn(view: SetupView, id: string): Record<string, string[]> {
  const found = reviewOfSetup(view, null, nothing).providers.find(provider => provider.id === id)
  return Object.fromEntries((found?.hosts ?? []).map(({ host, receives }) => [host, receives]))
}

describe('the hosts of a review', () => {
  it('are those of the real providers, where nothing moves them', () => {
    expect(hostsIn(setup([sell]), 'sell')).toEqual({ 'api.getbase.com': ['sign-ins', 'tokens', 'data'] })
    expect(hostsIn(setup([salesos]), 'salesos')).toEqual({
      'auth.play2sell.com': ['sign-ins', 'tokens'],
      'api.play2sell.com': ['data'],
    })
  })

  it('are the company’s relay for what it would be sent, and for calls where it has the keys', () => {
    const relay = 'https://relay.acme.example'
    expect(hostsIn(setup([{ ...sell, relay }]), 'sell')).toEqual({
      'relay.acme.example': ['codes', 'tokens'],
      'api.getbase.com': ['sign-ins', 'tokens', 'data'],
    })
    expect(hostsIn(setup([{ id: 'sellytics', relay }]), 'sellytics')).toEqual({
      'relay.acme.example': ['data'],
    })
    const keys = [{ label: 'North', clientId: 'n' }]
    expect(hostsIn(setup([{ id: 'sellytics', relay, keys }]), 'sellytics')).toEqual({
      'relay.acme.example': ['data'],
    })
    const { providers } = reviewOfSetup(setup([{ ...sell, relay }, salesos]), null, nothing)
    expect(providers.map(({ relay: host }) => host)).toEqual(['relay.acme.example', undefined])
  })

  it('receive a secret where there is one: with keys, with an app’s own', () => {
    expect(hostsIn(setup([{ ...sell, clientSecret: 's' }]), 'sell')).toEqual({
      'api.getbase.com': ['sign-ins', 'tokens', 'secrets', 'data'],
    })
    expect(hostsIn(setup([{ id: 'sellytics', keys: [key('North')] }]), 'sellytics')).toEqual({
      'auth.sellytics.com': ['tokens', 'secrets'],
      'api.sellytics.com': ['data'],
    })
    expect(hostsIn(setup([{ id: 'sellsn', clientId: 'x', clientSecret: 's' }]), 'sellsn')).toEqual({
      'dash.sellsn.io': ['sign-ins'],
      'api.sellsn.io': ['tokens', 'secrets', 'data'],
    })
  })

  it('are named with their port, each with all that it receives, and none that is never called', () => {
    expect(hostsIn(setup([acme]), 'acme')).toEqual({
      'login.acme.example': ['sign-ins'],
      'id.acme.example:8443': ['tokens', 'secrets'],
      'revoke.acme.example': ['tokens', 'secrets'],
      'me.acme.example': ['tokens'],
      'api.acme.example': ['data'],
      'files.acme.example': ['data'],
    })
  })
})

describe('reviewOfSetup', () => {
  it('says all of a provider that the setup defines, and no secret', () => {
    const view = setup([
      acme,
      { ...sell, clientSecret: 'the-secret-of-sell', allowImplicitRefresh: true },
      { id: 'sellytics', keys: [key('North')] },
    ])
    const review = reviewOfSetup(view, null, nothing)
    expect(review.providers.map(({ id }) => id)).toEqual(['sell', 'sellytics', 'acme'])
    expect(review.providers[2]).toMatchObject({
      id: 'acme',
      name: 'Acme CRM',
      host: 'login.acme.example',
      logo: { letters: 'Ac' },
      clientId: 'our-acme',
      flow: 'authorization_code',
      asks: ['profile'],
      keys: [],
      hasSecret: true,
      allowImplicitRefresh: false,
      replacesHosts: [],
      changes: 0,
    })
    expect(review.providers[2]).not.toHaveProperty('replaces')
    expect(review.providers[0]).toMatchObject({ allowImplicitRefresh: true, hasSecret: true })
    expect(review.providers[0]).not.toHaveProperty('host')
    expect(review.providers[1]).toMatchObject({ keys: ['North'], hasSecret: false })
    expect(JSON.stringify(review)).not.toContain('the-secret')
  })

  it('says which client id another one takes the place of', () => {
    const review = reviewOfSetup(
      setup([{ ...sell, clientId: 'new' }, salesos]),
      setup([sell, salesos]),
      nothing,
    )
    expect(review.providers.map(({ replaces }) => replaces)).toEqual(['our-sell', undefined])
  })

  it('says which hosts are no longer a provider’s', () => {
    const moved = { ...acme, endpoints: { ...acme.endpoints, token: 'https://id.evil.example/token' } }
    const [provider] = reviewOfSetup(setup([moved]), setup([acme]), nothing).providers
    expect(provider?.replacesHosts).toEqual(['id.acme.example:8443'])
    expect(reviewOfSetup(setup([acme]), setup([acme]), nothing).providers[0]?.replacesHosts).toEqual([])
  })

  it('says which providers go, and does not say it twice of one that has gone', () => {
    const current = setup([sell, salesos, acme])
    expect(reviewOfSetup(setup([sell]), current, nothing).removes).toEqual(['SalesOS', 'Acme CRM'])
    const { acme: gone, ...others } = current.providers
    const retired = { ...current, providers: { ...others, acme: { ...gone, isRetired: true as const } } }
    expect(reviewOfSetup(setup([sell, salesos]), retired, nothing).removes).toEqual([])
  })

  it('says which keys would be forgotten', () => {
    const current = setup([{ id: 'sellytics', keys: [key('North'), key('South')] }])
    const forgets = (next: SetupView) => reviewOfSetup(next, current, nothing).forgets
    expect(forgets(current)).toEqual([])
    expect(forgets(setup([{ id: 'sellytics', keys: [key('South')] }]))).toEqual([
      { provider: 'sellytics', label: 'North' },
    ])
    expect(forgets(setup([sell]))).toHaveLength(2)
    // Another label is the same key.
    const named = [{ ...key('North'), label: 'Nord' }, key('South')]
    expect(forgets(setup([{ id: 'sellytics', keys: named }]))).toEqual([])
  })

  it('says of each provider how many connections its addresses cost', () => {
    const review = reviewOfSetup(setup([sell, acme]), setup([acme]), {
      ...nothing,
      moves: { acme: 2, salesos: 1 },
    })
    expect(review.providers.map(({ changes }) => changes)).toEqual([0, 2])
  })

  it('says of a site what it would be, in the provider’s words where it has some', () => {
    const sites = [
      {
        origin: 'https://crm.example',
        provider: 'salesos',
        scopes: ['leads:read', 'constructor'],
        use: 'token',
        access: 'read',
      },
    ]
    expect(reviewOfSetup(setup([salesos], { sites }), null, nothing).sites).toEqual([
      { ...sites[0], name: 'SalesOS', words: ['See leads', 'constructor'] },
    ])
  })

  it('passes on the organisation and the rules', () => {
    const rules = { maxLeaseMinutes: 5, flows: ['implicit'] }
    const organisation = { name: 'Acme Sales' }
    expect(reviewOfSetup(setup([sell], { rules, organisation }), null, nothing)).toMatchObject({
      rules,
      organisation,
    })
  })
})
