import { describe, expect, it } from 'vitest'
import type { ConnectionView } from '../../../src/shared/view'
import { until } from '../../fakes/worker'
import { exampleConnection as connection, exampleView } from '../example'
import { openPanel, permittedView, providerView } from './drawn'

const lead = (last_name: string) => ({ body: { items: [{ data: { id: last_name, last_name } }] } })

describe('the panel', () => {
  it('names the providers that it asks a permit for, and says which are practice or set up by somebody', () => {
    const providers = [
      providerView('sell', { isPractice: true }),
      providerView('salesos', { host: 'crm.acme.example' }),
      providerView('sellsn'),
    ]
    const connections = providers.map(({ id }) => connection({ id, provider: id }))
    const { root, calls } = openPanel(exampleView({ providers, connections }))
    const [sell, salesos, sellsn] = root.texts('li')
    expect(root.find('li')).toHaveLength(3)
    expect(sell).toMatch(/Sell – ada@acme\.example\n.*practice/s)
    expect(salesos).toMatch(/SalesOS – ada@acme\.example\n.*crm\.acme\.example/s)
    expect(sellsn).toMatch(/SellSN – ada@acme\.example$/)
    expect(root.texts('button')).toEqual(['Allow on this page'])
    expect(calls).toEqual([])
  })

  it('says so beside the name of a block too', async () => {
    const providers = [providerView('sell', { isPractice: true, host: '127.0.0.1:4101' })]
    const { block, shows } = openPanel(permittedView([connection()], { providers }), {
      'sell leads?per_page=5': lead('Marchetti'),
    })
    await shows('Marchetti')
    expect(block('Sell').text).toMatch(/Sell\n.*practice.*127\.0\.0\.1:4101/s)
  })

  it('has no block for a provider without widgets', () => {
    const providers = [providerView('sell', { widgets: undefined })]
    const { root } = openPanel(exampleView({ providers, connections: [connection()] }))
    expect(root.text).toContain('Open Dealpass in the toolbar and click Connect')
  })

  describe('with two accounts of one provider', () => {
    const accounts: ConnectionView[] = [
      connection(),
      connection({ id: 'bob', account: { id: '2', email: 'bob@acme.example' }, label: 'North' }),
    ]
    const api = { 'ada leads?per_page=5': lead('Of Ada'), 'bob leads?per_page=5': lead('Of Bob') }

    it('shows the first, and the other when it is chosen', async () => {
      const { root, block, shows } = openPanel(permittedView(accounts), api)
      await shows('Of Ada')
      const [select] = root.find('select', 'Account of Sell')
      expect(select?.value).toBe('ada')
      expect(select?.texts('option')).toEqual(['ada@acme.example', 'bob@acme.example · North'])
      select?.choose('bob')
      await shows('Of Bob')
      expect(block('Sell').text).not.toContain('Of Ada')
      // The same element, or the keyboard's place would be lost.
      expect(root.find('select', 'Account of Sell')).toEqual([select])
    })

    it('remembers the choice on the next page', async () => {
      const panel = openPanel(permittedView(accounts), api)
      await panel.shows('Of Ada')
      panel.root.find('select')[0]?.choose('bob')
      await panel.shows('Of Bob')
      panel.calls.length = 0
      panel.go('/dashboards/main')
      await until(() => panel.calls.length > 0)
      await panel.shows('Of Bob')
      expect(panel.calls).toEqual(['bob leads?per_page=5'])
    })

    it('offers no choice while only one of them is permitted', async () => {
      const view = permittedView(accounts)
      const { root, shows } = openPanel({ ...view, permits: view.permits.slice(0, 1) }, api)
      await shows('Of Ada')
      expect(root.find('select')).toEqual([])
      expect(root.text).toContain('Connected as ada@acme.example')
    })
  })
})
