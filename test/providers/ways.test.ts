import { describe, expect, it } from 'vitest'
import { providerById } from '../../src/providers'
import type { Provider } from '../../src/providers/provider'
import { isFlowAllowed, keysOf, providerViews } from '../../src/providers/ways'
import type { Account, ConfiguredProvider, Flow, SetupView } from '../../src/shared/view'

type Connections = Parameters<typeof providerViews>[1]

const setup = (providers: Record<string, ConfiguredProvider>, flows?: Flow[]): SetupView => ({
  organisation: {},
  providers,
  sites: [],
  rules: flows ? { flows } : {},
})

/** The ways to connect a provider in short: the flow, the key's label, and `…` where something has to be entered. */
function waysOf(
  id: string,
  configured: ConfiguredProvider | undefined,
  {
    flows,
    weaker = false,
    connections = [],
  }: { flows?: Flow[]; weaker?: boolean; connections?: Connections } = {},
): string[] {
  const views = providerViews(setup(configured ? { [id]: configured } : {}, flows), connections, weaker)
  return (views.find(view => view.id === id)?.ways ?? []).map(({ flow, key, needsEntry }) =>
    [flow, key?.label, needsEntry ? '…' : ''].filter(Boolean).join(' '),
  )
}

const clientId = 'ours'
const hasSecret = true as const
const keys = [
  { label: 'North', clientId: 'n' },
  { label: 'South', clientId: 's' },
]
const own: ConfiguredProvider = {
  name: 'Acme',
  clientId,
  endpoints: { authorization: 'https://id.acme.example/a', token: 'https://id.acme.example/t' },
  api: ['https://api.acme.example/'],
}

describe('the ways to connect', () => {
  it.each<[title: string, id: string, configured: ConfiguredProvider | undefined, ways: string[]]>([
    ['Sell that is not in the setup', 'sell', undefined, []],
    ['Sell without a secret', 'sell', { clientId }, ['implicit', 'personal_token …']],
    [
      'Sell with a secret',
      'sell',
      { clientId, hasSecret },
      ['implicit', 'authorization_code', 'personal_token …'],
    ],
    [
      'Sell by a code',
      'sell',
      { clientId, hasSecret, flow: 'authorization_code' },
      ['authorization_code', 'implicit', 'personal_token …'],
    ],
    ['Sell by personal tokens, without an app', 'sell', { flow: 'personal_token' }, ['personal_token …']],
    ['SalesOS', 'salesos', { clientId }, ['authorization_code']],
    ['SalesOS with a secret', 'salesos', { clientId, hasSecret }, ['authorization_code']],
    [
      'SalesOS for a machine',
      'salesos',
      { clientId, hasSecret, flow: 'client_credentials' },
      ['client_credentials ours', 'authorization_code'],
    ],
    [
      'SalesOS for a machine without its secret',
      'salesos',
      { clientId, flow: 'client_credentials' },
      ['authorization_code'],
    ],
    [
      'SalesOS with keys',
      'salesos',
      { clientId, keys },
      ['authorization_code', 'client_credentials North', 'client_credentials South'],
    ],
    ['sellytics', 'sellytics', {}, ['client_credentials …']],
    [
      'sellytics with keys',
      'sellytics',
      { keys },
      ['client_credentials North', 'client_credentials South', 'client_credentials …'],
    ],
    [
      'sellytics with one key',
      'sellytics',
      { clientId, hasSecret },
      ['client_credentials ours', 'client_credentials …'],
    ],
    ['SellSN', 'sellsn', { clientId, hasSecret }, ['exchange']],
    ['SellSN without a secret', 'sellsn', { clientId }, []],
    ['one of the setup’s own', 'acme', own, ['authorization_code']],
    ['one with a password', 'acme', { ...own, flow: 'password' }, []],
  ])('for %s', (_, id, configured, ways) => {
    expect(waysOf(id, configured)).toEqual(ways)
  })

  it('have a password among them only once weaker flows are on, and last', () => {
    expect(waysOf('sell', { clientId, hasSecret }, { weaker: true })).toEqual([
      'implicit',
      'authorization_code',
      'personal_token …',
      'password …',
    ])
    expect(waysOf('sell', { clientId }, { weaker: true })).not.toContain('password …')
  })

  it('are none for one that the setup no longer has, which is there as long as its connections are', () => {
    const gone = setup({ acme: { ...own, isRetired: true } })
    const connection = { provider: 'acme', flow: 'authorization_code' as const, account: null }
    expect(providerViews(gone, [connection], true).find(({ id }) => id === 'acme')?.ways).toEqual([])
    expect(providerViews(gone, [], true).map(({ id }) => id)).not.toContain('acme')
  })

  it('are those that the rules let through, whatever the user has switched on', () => {
    const configured: ConfiguredProvider = { clientId, hasSecret }
    expect(waysOf('sell', configured, { flows: ['personal_token'] })).toEqual(['personal_token …'])
    expect(waysOf('sell', configured, { flows: [], weaker: true })).toEqual([])
    expect(waysOf('sell', configured, { flows: ['implicit'], weaker: true })).toEqual(['implicit'])
    // A rule allows a password; the user still has to want it.
    expect(waysOf('sell', configured, { flows: ['implicit', 'password'] })).toEqual(['implicit'])
    expect(waysOf('sellytics', { keys }, { flows: ['implicit'] })).toEqual([])
  })

  it('offer keys one by one: none that is connected', () => {
    const known = (id: string | null, flow: Flow = 'client_credentials', provider = 'sellytics') => ({
      provider,
      flow,
      account: id === null ? null : ({ id } satisfies Account),
    })
    const ways = (...connections: Connections) => waysOf('sellytics', { keys }, { connections })
    expect(ways(known('n'))).toEqual(['client_credentials South', 'client_credentials …'])
    expect(ways(known('n'), known('s'))).toEqual(['client_credentials …'])
    expect(
      ways(known(null), known('n', 'implicit'), known('n', 'client_credentials', 'salesos')),
    ).toHaveLength(3)
    expect(
      waysOf('salesos', { clientId, keys }, { connections: [known('n', 'client_credentials', 'salesos')] }),
    ).toEqual(['authorization_code', 'client_credentials South'])
  })
})

describe('providerViews', () => {
  it('has every provider in its order, with what screens need and nothing of how it works', () => {
    const views = providerViews(setup({ acme: own, sell: { clientId, scopes: ['read'] } }), [], false)
    expect(views.map(({ id }) => id)).toEqual(['sell', 'sellytics', 'sellsn', 'salesos', 'acme'])
    expect(views[0]).toMatchObject({
      asks: ['read'],
      endOfLife: '2027-08-31',
      hosts: ['https://api.getbase.com/*'],
    })
    expect(views[3]?.asks).toContain('offline_access')
    expect(views[4]).toMatchObject({
      host: 'id.acme.example',
      hosts: ['https://id.acme.example/*', 'https://api.acme.example/*'],
    })
    for (const view of views)
      for (const key of ['endpoints', 'hooks', 'api', 'whoIsIt']) expect(view).not.toHaveProperty(key)
    // It has to cross to other processes as a copy.
    expect(structuredClone(views)).toEqual(views)
  })
})

describe('isFlowAllowed', () => {
  it.each<[flow: Flow, rule: Flow[] | undefined, weaker: boolean, isAllowed: boolean]>([
    ['implicit', undefined, false, true],
    ['password', undefined, false, false],
    ['password', undefined, true, true],
    ['password', ['password'], false, false],
    ['password', ['password'], true, true],
    ['password', ['implicit'], true, false],
    ['implicit', [], true, false],
  ])('says of %s under %j, weaker flows %s: %s', (flow, rule, weaker, isAllowed) => {
    expect(isFlowAllowed(setup({}, rule), flow, weaker)).toBe(isAllowed)
  })

  it('knows no rule without a setup', () => {
    expect(isFlowAllowed(null, 'exchange', false)).toBe(true)
    expect(isFlowAllowed(null, 'password', false)).toBe(false)
  })
})

describe('keysOf', () => {
  const sellytics = providerById('sellytics') as Provider

  it('has the listed keys, else the app’s own', () => {
    expect(keysOf(sellytics, { keys, clientId, hasSecret })).toEqual(keys)
    expect(keysOf(sellytics, { clientId, hasSecret })).toEqual([{ label: clientId, clientId }])
    expect(keysOf(sellytics, { clientId })).toEqual([])
    expect(keysOf(sellytics, { hasSecret })).toEqual([])
  })
})
