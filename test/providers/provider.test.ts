import { describe, expect, it } from 'vitest'
import manifest from '../../manifest.json' with { type: 'json' }
import { catalogue, providerById } from '../../src/providers'
import { hostsOf, probeAddress } from '../../src/providers/hosts'
import { type Provider, textOf } from '../../src/providers/provider'
import type { Access } from '../../src/shared/view'

/** What a provider's documentation shows of the probe's answer, of pages and of what calls need. */
type Sample = {
  /** None of a provider that acts for nobody. */
  probe?: unknown
  account?: object
  pages: [address: string, context: object | undefined][]
  /** The scope that a call needs. */
  scopes: [address: string, access: Access, scope: string][]
}

/** Those of the four systems. A provider that comes later may have one, and has the checks of every file in any case. */
const documented: Record<string, Sample> = {
  sell: {
    // https://developer.zendesk.com/api-reference/sales-crm/resources/users/#retrieve-an-authenticating-user
    probe: {
      data: {
        id: 1,
        name: 'Mark Johnson',
        email: 'mark@designservice.com',
        status: 'active',
        confirmed: true,
      },
      meta: { type: 'user' },
    },
    account: { id: '1', name: 'Mark Johnson', email: 'mark@designservice.com' },
    pages: [
      ['https://app.futuresimple.com/leads/17', { kind: 'lead', id: '17' }],
      ['https://app.futuresimple.com/leads/17/', { kind: 'lead', id: '17' }],
      ['https://app.futuresimple.com/crm/contacts/5?tab=1#top', { kind: 'contact', id: '5' }],
      ['https://app.futuresimple.com/sales/deals/9', { kind: 'deal', id: '9' }],
      ['https://app.futuresimple.com/leads', undefined],
      ['https://app.futuresimple.com/leads/17/edit', undefined],
      ['https://app.futuresimple.com/leads/x17', undefined],
      ['https://app.futuresimple.com/x/leads/17', undefined],
      ['https://app.futuresimple.com/', undefined],
    ],
    scopes: [
      ['https://api.getbase.com/v2/leads', 'read', 'read'],
      ['https://api.getbase.com/v2/leads?sort_by=users', 'read', 'read'],
      ['https://api.getbase.com/v2/leads/1', 'change', 'write'],
      ['https://api.getbase.com/v2/users/self', 'read', 'profile'],
      ['https://api.getbase.com/v2/users', 'read', 'profile'],
      ['https://api.getbase.com/v2/accounts/self', 'read', 'profile'],
      ['https://api.getbase.com/v2/USERS/self', 'read', 'profile'],
      ['https://api.getbase.com/v2/user_defined', 'read', 'read'],
    ],
  },
  salesos: {
    // https://auth0.com/docs/api/authentication#get-user-info
    probe: { sub: 'auth0|248289761001', name: 'Jane Josephine Doe', email: 'janedoe@exampleco.com' },
    account: { id: 'auth0|248289761001', name: 'Jane Josephine Doe', email: 'janedoe@exampleco.com' },
    pages: [],
    scopes: [
      ['https://api.play2sell.com/v1/leads', 'read', 'leads:read'],
      ['https://api.play2sell.com/v1/leads/lead_1', 'change', 'leads:write'],
      ['https://api.play2sell.com/v1/DEALS?x=1', 'read', 'deals:read'],
      ['https://api.play2sell.com/v1/reports', 'read', 'reports:read'],
      ['https://api.play2sell.com/v1/webhooks', 'read', 'webhooks:manage'],
      ['https://api.play2sell.com/v1/webhooks/1', 'change', 'webhooks:manage'],
    ],
  },
  sellytics: {
    pages: [],
    scopes: [
      ['https://api.sellytics.com/data/v1/summary', 'read', 'sellytics-data-api'],
      ['https://api.sellytics.com/data/v1/kpis?period=year', 'change', 'sellytics-data-api'],
    ],
  },
  sellsn: {
    // https://docs.sellsn.io/oauth2/authorizing-users, "Get user"
    probe: {
      success: true,
      message: 'text',
      data: {
        id: '4f1c',
        dateCreated: '2025-05-21T13:30:01.620Z',
        email: 'mark@designservice.com',
        userName: 'mark',
        atlasReports: [{ id: '1', email: 'someone@else.example' }],
        payPalEmail: 'pay@designservice.com',
      },
    },
    account: { id: '4f1c', name: 'mark', email: 'mark@designservice.com' },
    pages: [],
    scopes: [
      ['https://api.sellsn.io/user', 'read', 'user.view'],
      ['https://api.sellsn.io/stores', 'read', 'stores.view'],
      ['https://api.sellsn.io/stores/5', 'read', 'stores.view'],
      ['https://api.sellsn.io/stores/5/', 'read', 'stores.view'],
      ['https://api.sellsn.io/stores/5', 'change', 'stores.update'],
      ['https://api.sellsn.io/stores/5/orders', 'read', 'stores.orders.view'],
      ['https://api.sellsn.io/stores/5/orders/7?x=products', 'read', 'stores.orders.view'],
      ['https://api.sellsn.io/STORES/5/Products', 'read', 'stores.products.view'],
      ['https://api.sellsn.io/stores/5/products/7', 'change', 'stores.products.update'],
    ],
  },
}

const files = import.meta.glob<Record<string, unknown>>('../../src/providers/*.ts')

const looksLikeProvider = (value: unknown): value is Provider =>
  typeof value === 'object' && value !== null && 'endpoints' in value

/** Every provider that some file of the folder exports, by the file's name. */
async function definedProviders(): Promise<[file: string, id: string][]> {
  const found = Object.entries(files).map(
    async ([path, load]): Promise<[string, string][]> =>
      Object.values(await load())
        .filter(looksLikeProvider)
        .map(({ id }) => [path.replace(/.*\//, ''), id]),
  )
  return (await Promise.all(found)).flat()
}

const isExactHttps = (address: string) => {
  const url = new URL(address)
  return url.protocol === 'https:' && !url.port && !url.username && !url.hash && !url.hostname.includes('*')
}

/** Whether one match pattern gives all that another one does, as far as ours go: any host, or an exact one. */
function covers(wide: string, narrow: string): boolean {
  const [scheme, host] = wide.split('://')
  return narrow === wide || (host === '*/*' && narrow.startsWith(`${scheme}://`))
}

function policyOf(policy: string): { connect: string[] } {
  const directives = policy.split(';').map(directive => directive.trim().split(/\s+/))
  return { connect: directives.find(([name]) => name === 'connect-src') ?? [] }
}

describe('the catalogue', () => {
  it('has every provider that a file of the folder defines, under the file’s name', async () => {
    const defined = await definedProviders()
    expect(defined.map(([, id]) => id).sort()).toEqual(catalogue.map(({ id }) => id).sort())
    for (const [file, id] of defined) expect(file).toBe(`${id}.ts`)
  })

  it('has none twice', () => {
    for (const key of ['id', 'name'] as const)
      expect(new Set(catalogue.map(provider => provider[key])).size).toBe(catalogue.length)
  })

  it.each(['sell', 'sellytics', 'sellsn', 'salesos'])('has %s, and a sample of it here', id => {
    expect(providerById(id)?.id).toBe(id)
    expect(documented[id]?.scopes.length).toBeGreaterThan(0)
  })
})

describe.each(catalogue.map(provider => [provider.id, provider] as const))('provider %s', (id, provider) => {
  const sample = documented[id]

  it('has an id that is short and lower-case, a name, two letters and a colour', () => {
    expect(id).toMatch(/^[a-z][a-z0-9-]{1,31}$/)
    expect(provider.name.trim()).not.toBe('')
    expect(provider.logo.letters).toMatch(/^\p{L}{2}$/u)
    expect(provider.logo.colour).toMatch(/^#[0-9a-f]{6}$/)
  })

  it('has every address by https, on an exact host', () => {
    const { endpoints, api, issuer, docs, dashboard, endOfLife } = provider
    const called = [...Object.values(endpoints), ...api, ...[probeAddress(provider) ?? []].flat()]
    for (const address of called) expect(new URL(String(address)).search).toBe('')
    const known = [docs, dashboard, endOfLife?.source].filter(address => address !== undefined)
    for (const address of [...called, issuer, ...known])
      expect(isExactHttps(String(address)), String(address)).toBe(true)
  })

  it('has an API whose prefixes end in a slash', () => {
    expect(provider.api.length).toBeGreaterThan(0)
    for (const prefix of provider.api) expect(prefix).toMatch(/\/$/)
  })

  it('may be given every host that is called, and may connect to it', () => {
    const { connect } = policyOf(manifest.content_security_policy.extension_pages)
    for (const pattern of hostsOf(provider)) {
      const isGiven = manifest.host_permissions.includes(pattern)
      const isOptional = manifest.optional_host_permissions.some(one => covers(one, pattern))
      expect(isGiven || isOptional, pattern).toBe(true)
      expect(connect).toContain('https:')
    }
  })

  it('offers its default flow', () => {
    expect(provider.flows).toContain(provider.defaultFlow)
    expect(new Set(provider.flows).size).toBe(provider.flows.length)
  })

  it('has what its flows need', () => {
    const { flows, endpoints, hooks, needsSecret, clientAuth, machineScopes, scopes } = provider
    const opensPage = flows.some(flow => ['authorization_code', 'implicit', 'exchange'].includes(flow))
    expect(endpoints.authorization !== undefined).toBe(opensPage)
    for (const flow of needsSecret) expect(flows).toContain(flow)
    for (const flow of ['client_credentials', 'exchange'] as const)
      if (flows.includes(flow)) expect(needsSecret, flow).toContain(flow)
    const isExchanged = flows.includes('exchange')
    expect(hooks?.exchangeRequests !== undefined).toBe(isExchanged)
    expect(hooks?.exchangeResult !== undefined).toBe(isExchanged)
    if (needsSecret.some(flow => flow !== 'exchange')) expect(clientAuth).not.toBe('none')
    if (flows.includes('personal_token')) expect(provider.whoIsIt).toBeDefined()
    for (const scope of machineScopes ?? []) expect(scopes[scope], scope).toBeDefined()
  })

  it('revokes where it has an endpoint for it, and nowhere else', () => {
    expect(provider.revokes.length > 0).toBe(provider.endpoints.revocation !== undefined)
  })

  it('knows the scope that its probe lacks when it says 403', () => {
    const { scope } = provider.whoIsIt ?? {}
    if (scope !== undefined) expect(provider.defaultScopes).toContain(scope)
  })

  it('has its default scopes in plain words, and what widgets ask for among them', () => {
    expect(provider.defaultScopes.length).toBeGreaterThan(0)
    for (const scope of provider.defaultScopes)
      if (scope !== 'openid') expect(provider.scopes[scope], scope).toMatch(/^\p{Lu}.{5,}[^.]$/u)
    for (const scope of provider.widgets?.scopes ?? []) expect(provider.defaultScopes).toContain(scope)
    expect(provider.openid).toBe(provider.defaultScopes.includes('openid'))
  })

  it('asks for no change by default', () => {
    expect(provider.widgets?.access ?? 'read').toBe('read')
    for (const scope of provider.defaultScopes) expect(scope).not.toMatch(/write|manage|delete/)
  })

  it('has token info and the hook that reads it together', () => {
    expect(provider.endpoints.tokenInfo !== undefined).toBe(provider.hooks?.tokenInfo !== undefined)
  })

  it('can check whose token it is, where a token comes without a code', () => {
    if (provider.flows.includes('implicit')) expect(provider.endpoints.tokenInfo).toBeDefined()
  })

  it('has an end of life that is a day and a source, or none', () => {
    const { endOfLife } = provider
    if (!endOfLife) return
    expect(new Date(endOfLife.on).toISOString().slice(0, 10)).toBe(endOfLife.on)
    expect(isExactHttps(endOfLife.source)).toBe(true)
  })

  it('has pages on exact hosts, on which the content script runs and the panel may stand', () => {
    for (const page of provider.pages) {
      expect(page).toMatch(/^https:\/\/[a-z0-9.-]+\/\*$/)
      expect(manifest.host_permissions).toContain(page)
      expect(manifest.content_scripts.flatMap(({ matches }) => matches)).toContain(page)
      expect(manifest.web_accessible_resources.flatMap(({ matches }) => matches)).toContain(page)
    }
  })

  it('reads the account of the documented answer', () => {
    expect(provider.whoIsIt?.account(sample?.probe)).toEqual(sample?.account)
  })

  it.each([
    undefined,
    null,
    'text',
    5,
    [],
    {},
    { data: null },
    { data: [] },
    { sub: '' },
    { data: { id: '' } },
    { success: false, data: { id: '' } },
  ])('reads nobody in %j', body => {
    expect(provider.whoIsIt?.account(body)).toBeUndefined()
  })

  it('knows the scope of each call, by which a permit is held where the token would do more', () => {
    for (const [address, access, scope] of sample?.scopes ?? [])
      expect(provider.hooks?.scopeOf?.(new URL(address), access), address).toBe(scope)
    for (const [, , scope] of sample?.scopes ?? []) expect(provider.scopes[scope]).toBeDefined()
  })

  it('reads where the user is from the page’s address', () => {
    for (const [address, context] of sample?.pages ?? [])
      expect(provider.context?.(new URL(address)), address).toEqual(context)
  })
})

describe('providerById', () => {
  it('finds each, and nobody for what is none', () => {
    for (const provider of catalogue) expect(providerById(provider.id)).toBe(provider)
    for (const id of ['', 'nobody', 'constructor', '__proto__', 'Sell'])
      expect(providerById(id)).toBeUndefined()
  })
})

describe('textOf', () => {
  it.each<[unknown, string[], string | undefined]>([
    [{ a: 'x' }, ['a'], 'x'],
    [{ a: { b: 7 } }, ['a', 'b'], '7'],
    [{ a: 0 }, ['a'], '0'],
    [{ a: '' }, ['a'], undefined],
    [{ a: null }, ['a'], undefined],
    [{ a: true }, ['a'], undefined],
    [{ a: ['x'] }, ['a'], undefined],
    [{}, ['a'], undefined],
    [{}, ['constructor', 'name'], undefined],
    [null, ['a'], undefined],
    ['text', ['length'], undefined],
  ])('reads %j by %j as %j', (value, path, text) => {
    expect(textOf(value, ...path)).toBe(text)
  })
})
