import { describe, expect, it } from 'vitest'
import { catalogue } from '../../../src/providers'
import { contextOf, panelState } from '../../../src/screens/panel/panel-state'
import type { View } from '../../../src/shared/view'
import { exampleConnection as connection, exampleView, one, other, examplePermit as permit } from '../example'

const site = 'https://crm.example'

function state(changes: Partial<View>, blocks: string[] = [one, other]) {
  const { permitted, unpermitted, isAsked } = panelState(exampleView(changes), site, blocks)
  return {
    permitted: permitted.map(({ connection }) => connection.id),
    unpermitted: unpermitted.map(({ connection }) => connection.id),
    isAsked,
  }
}

describe('panelState', () => {
  it('shows nothing where nothing is connected', () => {
    expect(state({})).toEqual({ permitted: [], unpermitted: [], isAsked: false })
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
    const connections = [connection({ id: 'eve', provider: other })]
    const fetching = permit({ connection: 'eve', scopes: ['leads:read'] })
    expect(state({ connections, permits: [fetching] }).unpermitted).toEqual(['eve'])
    expect(state({ connections, permits: [{ ...fetching, use: 'token' }] }).permitted).toEqual(['eve'])
  })

  it('prefers the account that the site may use', () => {
    const connections = [connection({ id: 'bob' }), connection()]
    expect(state({ connections, permits: [permit()] })).toMatchObject({ permitted: ['ada'], unpermitted: [] })
  })

  it('leaves out what is disconnecting, and providers without a block', () => {
    expect(state({ connections: [connection({ status: 'disconnecting' })] }).unpermitted).toEqual([])
    expect(state({ connections: [connection()] }, [other]).unpermitted).toEqual([])
  })

  it('knows whether a question about this site is open', () => {
    const consent = { id: 'c', site, asks: [] }
    expect(state({ consents: [consent] }).isAsked).toBe(true)
    expect(state({ consents: [{ ...consent, site: 'https://other.example' }] }).isAsked).toBe(false)
  })
})

describe('contextOf', () => {
  const [provider, elsewhere] = catalogue
  if (!provider || !elsewhere) throw new Error('The catalogue is too short.')

  it('is what the address of the provider’s own CRM says', () => {
    expect(contextOf(provider, 'https://app.futuresimple.com/leads/7')).toEqual({ kind: 'lead', id: '7' })
  })

  it.each([
    ['another host with the same path', 'https://app.futuresimple.com.evil.example/leads/7'],
    ['plain http', 'http://app.futuresimple.com/leads/7'],
    ['no address', undefined],
    ['nonsense', 'nonsense'],
  ])('is nothing for %s', (_, address) => {
    expect(contextOf(provider, address)).toBeUndefined()
  })

  it('is nothing for a provider without pages', () => {
    expect(contextOf(elsewhere, 'https://app.futuresimple.com/leads/7')).toBeUndefined()
  })
})
