import { describe, expect, it } from 'vitest'
import { contextOf, panelState } from '../../../src/screens/panel/panel-state'
import type { View } from '../../../src/shared/view'
import { exampleConnection as connection, exampleView, one, other, examplePermit as permit } from '../example'
import { providerView } from './drawn'

const site = 'https://crm.example'
const providers = [providerView(one), providerView(other)]

function state(changes: Partial<View>, blocks: string[] = [one, other], chosen: Record<string, string> = {}) {
  const view = exampleView({ providers, ...changes })
  const { permitted, unpermitted, isAsked } = panelState(view, { site, page: 'page' }, blocks, chosen)
  return {
    permitted: permitted.map(({ connection }) => connection.id),
    unpermitted: unpermitted.map(({ connection }) => connection.id),
    choices: permitted.map(({ choices }) => choices.map(({ id }) => id)),
    isAsked,
  }
}

describe('panelState', () => {
  it('shows nothing where nothing is connected', () => {
    expect(state({})).toEqual({ permitted: [], unpermitted: [], choices: [], isAsked: false })
  })

  it('tells what the site may use from what it may not', () => {
    const connections = [connection(), connection({ id: 'eve', provider: other })]
    expect(state({ connections, permits: [permit()] })).toMatchObject({
      permitted: ['ada'],
      unpermitted: ['eve'],
    })
  })

  it.each([
    ['another site', { site: 'https://other.example' }],
    ['another connection', { connection: 'eve' }],
    ['an earlier run of the browser', { run: 'earlier' }],
    ['too few scopes', { scopes: [] }],
  ])('does not take a permit of %s', (_, changes) => {
    expect(state({ connections: [connection()], permits: [permit(changes)] }).unpermitted).toEqual(['ada'])
  })

  it('takes a permit that gives more', () => {
    const permits = [permit({ use: 'token', access: 'change', scopes: ['write', 'read'] })]
    expect(state({ connections: [connection()], permits }).permitted).toEqual(['ada'])
  })

  it('does not take a permit to fetch where the provider’s widgets need a token', () => {
    const connections = [connection({ id: 'eve', provider: other, renews: 'refresh' })]
    const fetching = permit({ connection: 'eve', scopes: ['leads:read'] })
    expect(state({ connections, permits: [fetching] }).unpermitted).toEqual(['eve'])
    expect(state({ connections, permits: [{ ...fetching, use: 'token' }] }).permitted).toEqual(['eve'])
  })

  it('shows the account that the site may use, and asks for the other one', () => {
    const connections = [connection({ id: 'bob' }), connection()]
    expect(state({ connections, permits: [permit()] })).toMatchObject({
      permitted: ['ada'],
      unpermitted: ['bob'],
      choices: [['ada']],
    })
  })

  it('lets one choose among the accounts that the site may use, and begins with the first', () => {
    const connections = [connection(), connection({ id: 'bob' }), connection({ id: 'eve' })]
    const permits = [permit(), permit({ id: 'second', connection: 'eve' })]
    const blocks = [one, other]
    expect(state({ connections, permits })).toMatchObject({ permitted: ['ada'], choices: [['ada', 'eve']] })
    expect(state({ connections, permits }, blocks, { [one]: 'eve' }).permitted).toEqual(['eve'])
    expect(state({ connections, permits }, blocks, { [one]: 'bob' }).permitted).toEqual(['ada'])
    expect(state({ connections, permits }, blocks, { [other]: 'eve' }).permitted).toEqual(['ada'])
  })

  it('leaves out what is disconnecting, and providers without a block', () => {
    expect(state({ connections: [connection({ status: 'disconnecting' })] }).unpermitted).toEqual([])
    expect(state({ connections: [connection()] }, [other]).unpermitted).toEqual([])
  })

  it('leaves out a provider that asks for nothing for its widgets', () => {
    const without = [providerView(one, { widgets: undefined })]
    const known = { connections: [connection()], permits: [permit()], providers: without }
    expect(state(known)).toMatchObject({ permitted: [], unpermitted: [] })
  })

  it('has providers as the view has them, in its order', () => {
    const connections = [connection(), connection({ id: 'eve', provider: other })]
    const [first, second] = [providerView(other), providerView(one, { isPractice: true, name: 'Sell here' })]
    const { unpermitted } = panelState(
      exampleView({ providers: [first, second], connections }),
      { site, page: 'page' },
      [one, other],
    )
    expect(unpermitted.map(({ provider }) => provider)).toEqual([first, second])
  })

  it('holds a permit for one page to that page', () => {
    const once = { connections: [connection()], permits: [permit({ until: 'once', page: 'page' })] }
    expect(state(once)).toMatchObject({ permitted: ['ada'] })
    const elsewhere = { ...once, permits: [permit({ until: 'once', page: 'another page' })] }
    expect(state(elsewhere)).toMatchObject({ permitted: [], unpermitted: ['ada'] })
  })

  it('knows whether a question about this site is open', () => {
    const consent = { id: 'c', site, page: 'page', asks: [] }
    expect(state({ consents: [consent] }).isAsked).toBe(true)
    expect(state({ consents: [{ ...consent, site: 'https://other.example' }] }).isAsked).toBe(false)
  })
})

describe('contextOf', () => {
  it('is what the address of the provider’s own CRM says', () => {
    expect(contextOf(one, 'https://app.futuresimple.com/leads/7')).toEqual({ kind: 'lead', id: '7' })
  })

  it.each([
    ['another host with the same path', 'https://app.futuresimple.com.evil.example/leads/7'],
    ['plain http', 'http://app.futuresimple.com/leads/7'],
    ['no address', undefined],
    ['nonsense', 'nonsense'],
  ])('is nothing for %s', (_, address) => {
    expect(contextOf(one, address)).toBeUndefined()
  })

  it('is nothing for a provider without pages, and for one that is not in the catalogue', () => {
    expect(contextOf(other, 'https://app.futuresimple.com/leads/7')).toBeUndefined()
    expect(contextOf('acme', 'https://app.futuresimple.com/leads/7')).toBeUndefined()
  })
})
