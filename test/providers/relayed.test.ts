import { describe, expect, it } from 'vitest'
import { catalogue } from '../../src/providers'
import { apiAddress } from '../../src/providers/api-address'
import { providerOf, providersOf } from '../../src/providers/configured'
import { addressesOf, hostsOf } from '../../src/providers/hosts'
import type { Provider } from '../../src/providers/provider'
import { identityProvider, isCalledThroughRelay, relayedAddress } from '../../src/providers/relayed'
import { parseSetup } from '../../src/providers/setup'
import { viewOfSetup } from '../../src/providers/setup-view'
import { providerViews } from '../../src/providers/ways'
import type { SetupView } from '../../src/shared/view'

const relay = 'https://relay.example'
const own = {
  id: 'acme',
  name: 'Acme',
  clientId: 'x',
  endpoints: {
    authorization: 'https://id.acme.example/authorize',
    token: 'https://id.acme.example/token',
    revocation: 'https://id.acme.example/revoke',
  },
  api: ['https://api.acme.example/v1/', 'https://files.acme.example/'],
}

function setupOf(...providers: object[]): SetupView {
  const parsed = parseSetup(JSON.stringify({ version: 1, providers }))
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return viewOfSetup(parsed.setup)
}

const behind = (entry: object): Provider => {
  const { id } = entry as { id: string }
  return providerOf(setupOf({ ...entry, relay }), id) as Provider
}
/** The first provider of the catalogue that has this flow. */
const withFlow = (flow: string) =>
  catalogue.find(({ flows }) => flows.some(one => one === flow))?.id as string
const byCode = () => behind({ id: withFlow('implicit'), clientId: 'x' })
const byExchange = () => behind({ id: withFlow('exchange'), clientId: 'x' })
const byKey = () => behind({ id: catalogue.find(one => one.flows[0] === 'client_credentials')?.id })

describe('a provider behind a relay', () => {
  it('asks the relay for what wants a secret, and the provider for the rest', () => {
    const { id, endpoints, issuer } = byCode()
    const direct = catalogue.find(one => one.id === id)
    expect(endpoints).toEqual({
      ...direct?.endpoints,
      token: `${relay}/oauth/${id}/token`,
      revocation: `${relay}/oauth/${id}/revoke`,
    })
    expect(issuer).toBe(direct?.issuer)
  })

  it('has no flow that the relay has nothing to do with, and takes the code flow where it can', () => {
    expect(byCode().flows).toEqual(['authorization_code', 'personal_token'])
    expect(byCode().defaultFlow).toBe('authorization_code')
    expect(byCode().needsSecret).toEqual([])
    expect(behind(own).defaultFlow).toBe('authorization_code')
  })

  it('sends credentials to the relay, so that a relay that moves is an address that has changed', () => {
    expect(addressesOf(behind(own))).toEqual({
      token: relay,
      revocation: relay,
      api: ['https://api.acme.example', 'https://files.acme.example'],
      isRelayed: true,
    })
    expect(hostsOf(behind(own))).toContain('https://relay.example/*')
    expect(hostsOf(behind(own))).not.toContain('https://id.acme.example/*')
  })

  it('has no revocation there where the provider has none', () => {
    const { revocation: _, ...endpoints } = own.endpoints
    expect(behind({ ...own, endpoints }).endpoints.revocation).toBeUndefined()
  })

  it('exchanges a code by one request, with nothing but the code', async () => {
    const { hooks, endpoints, id } = byExchange()
    const input = { token: endpoints.token, clientId: 'x', clientSecret: '', code: 'the code' }
    const requests = hooks?.exchangeRequests?.(input) ?? []
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${relay}/oauth/${id}/exchange`,
    ])
    expect(await requests[0]?.text()).toBe('code=the+code')
  })

  it('takes its own token endpoint for no address of the API, though it is not asked from here', () => {
    const provider = byExchange()
    const { token } = catalogue.find(({ id }) => id === provider.id)?.endpoints ?? {}
    expect(() => apiAddress(provider, `${token}x/exchange/y`)).toThrow('outside-api')
    expect(() => apiAddress(provider, `${relay}/oauth/${provider.id}/exchange`)).toThrow('outside-api')
  })

  it('stays as it was without one', () => {
    expect(providersOf(setupOf({ id: withFlow('implicit'), clientId: 'x' }))).toEqual(catalogue)
  })
})

describe('calls that go through a relay', () => {
  it('are those by a key, which the relay has', () => {
    expect(isCalledThroughRelay(byKey(), 'client_credentials')).toBe(true)
    expect(isCalledThroughRelay(byCode(), 'authorization_code')).toBe(false)
    const [direct] = catalogue as [Provider, ...Provider[]]
    expect(isCalledThroughRelay(direct, 'client_credentials')).toBe(false)
  })

  it('need no permission for a host that only the relay reaches', () => {
    expect(hostsOf(byKey())).toEqual(['https://relay.example/*'])
  })

  it('keep path and query, behind the provider’s name', () => {
    const provider = byKey()
    const url = apiAddress(provider, 'summary?month=2026-11&x=%C3%A9')
    expect(relayedAddress(provider, url).href).toBe(
      `${relay}/api/${provider.id}${url.pathname}?month=2026-11&x=%C3%A9`,
    )
  })

  it('go to the first origin of the API alone, which is what a path means at the relay', () => {
    const { authorization: _, ...endpoints } = own.endpoints
    const provider = behind({ ...own, endpoints, flow: 'client_credentials' })
    expect(relayedAddress(provider, new URL('https://api.acme.example/v1/a')).pathname).toBe('/api/acme/v1/a')
    expect(() => relayedAddress(provider, new URL('https://files.acme.example/a'))).toThrow('outside-api')
  })
})

describe('ways to connect behind a relay', () => {
  const waysOf = (entry: object, connected: string[] = []) => {
    const setup = setupOf({ ...entry, relay })
    const { id } = byKey()
    const connections = connected.map(key => ({
      provider: id,
      flow: 'client_credentials' as const,
      account: { id: key },
    }))
    return providerViews(setup, connections, true).find(view => view.id === id)?.ways
  }

  it('leave the choice of a key to the relay where the setup names none, and never ask for one', () => {
    const way = { flow: 'client_credentials', needsEntry: false }
    expect(waysOf({ id: byKey().id })).toEqual([way])
    expect(waysOf({ id: byKey().id }, ['any'])).toEqual([way])
  })

  it('offer the keys that the setup names, one by one', () => {
    const keys = ['n', 's'].map(clientId => ({ label: clientId.toUpperCase(), clientId }))
    const labels = waysOf({ id: byKey().id, keys }, ['n'])?.map(({ key }) => key?.label)
    expect(labels).toEqual(['S'])
    expect(waysOf({ id: byKey().id, keys }, ['n', 's'])).toEqual([])
  })
})

describe('identityProvider', () => {
  const entry = { ...own, api: [`${relay}/`] }

  it('is the setup’s entry that has the relay for its API', () => {
    const setup = setupOf(entry, { id: withFlow('implicit'), clientId: 'x', relay })
    expect(identityProvider(providersOf(setup), setup, relay)?.id).toBe('acme')
  })

  it.each([
    ['has another API', own],
    ['is behind the relay itself', { ...entry, relay }],
    ['has an API whose host only begins alike', { ...own, api: [`${relay}.evil.example/`] }],
  ])('is none that %s', (_, one) => {
    const setup = setupOf(one)
    expect(identityProvider(providersOf(setup), setup, relay)).toBeUndefined()
  })
})
