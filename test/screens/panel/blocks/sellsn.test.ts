import { describe, expect, it } from 'vitest'
import { settled, until } from '../../../fakes/worker'
import { exampleConnection as connection } from '../../example'
import { openPanel, permittedView } from '../drawn'

const shop = connection({ id: 'shop', provider: 'sellsn' })
const view = permittedView([shop])
const done = (data: unknown) => ({ body: { success: true, message: 'Done.', data } })
const refused = { status: 403, body: { success: false, message: 'You are not authorized.' } }

const stores = done([
  { id: 's1', name: 'Acme Templates' },
  { id: 's/2', name: 'Acme Training' },
])
const order = (id: number, customerEmail: string) => ({
  id,
  dateCreated: `2026-10-0${id}T12:00:00Z`,
  status: 'Completed',
  productName: `Product ${id}`,
  quantity: id,
  total: 49.5,
  currency: 'EUR',
  customerEmail,
})
const orders = done([order(1, 'elena@northwind.example'), order(2, 'aiko@kumo.example')])
const api = { 'shop stores': stores, 'shop stores/s1/orders': orders }

describe('the SellSN block', () => {
  it('shows the latest orders of the first store', async () => {
    const { calls, block, shows } = openPanel(view, api)
    await shows('Product 1')
    expect(calls).toEqual(['shop stores', 'shop stores/s1/orders'])
    const [first, second] = block('SellSN').texts('li')
    expect(first?.replaceAll('\n', ' ')).toMatch(
      /^2 × Product 2 Completed · .*2026 aiko@kumo\.example .*49.50/,
    )
    expect(second).toMatch(/^Product 1\n/)
    expect(block('SellSN').texts('h3')).toEqual(['Latest orders'])
    expect(block('SellSN').text).not.toContain('There are no orders yet.')
  })

  it('shows another store when it is chosen', async () => {
    const { root, calls, block, shows } = openPanel(view, {
      ...api,
      'shop stores/s%2F2/orders': done([order(5, 'aiko@kumo.example')]),
    })
    await shows('Product 1')
    const [select] = root.find('select', 'Store of SellSN')
    expect(select?.texts('option')).toEqual(['Acme Templates', 'Acme Training'])
    select?.choose('s/2')
    await shows('Product 5')
    expect(block('SellSN').text).not.toContain('Product 1')
    expect(calls.at(-1)).toBe('shop stores/s%2F2/orders')
  })

  it('names the only store, without a choice', async () => {
    const { root, block, shows } = openPanel(view, {
      ...api,
      'shop stores': done([{ id: 's1', name: 'Acme Templates' }]),
    })
    await shows('Product 1')
    expect(root.find('select')).toEqual([])
    expect(block('SellSN').text).toContain('Acme Templates')
  })

  it('takes no store that has no id', async () => {
    const { block, shows } = openPanel(view, { 'shop stores': done([{ name: 'Acme Templates' }]) })
    await shows('There are no stores yet.')
    expect(block('SellSN').text).not.toContain('Acme')
  })

  it('reads stores once and orders for each page', async () => {
    const { calls, go, shows } = openPanel(view, api)
    await shows('Product 1')
    calls.length = 0
    go('/dashboards/main')
    await until(() => calls.length > 0)
    await shows('Product 1')
    expect(calls).toEqual(['shop stores/s1/orders'])
  })

  it('says that there are no stores, or no orders', async () => {
    const empty = openPanel(view, { 'shop stores': done([]) })
    await empty.shows('There are no stores yet.')
    expect(empty.calls).toEqual(['shop stores'])
    const { shows } = openPanel(view, { ...api, 'shop stores/s1/orders': done([]) })
    await shows('There are no orders yet.')
  })

  it.each([
    ['refused by the API', refused],
    ['refused by the permit', 'scope-missing' as const],
  ])('says which permission the app lacks where a call is %s, and shows the rest', async (_, no) => {
    const { root, block, shows } = openPanel(view, { ...api, 'shop stores/s1/orders': no })
    await shows('This key may not see orders')
    expect(root.find('select', 'Store of SellSN')).toHaveLength(1)
    expect(block('SellSN').find('button')).toEqual([])
    const other = openPanel(view, { 'shop stores': no })
    await other.shows('This key may not see stores')
  })

  it('takes an answer that says it failed for the provider’s error', async () => {
    const { shows } = openPanel(view, {
      ...api,
      'shop stores/s1/orders': { body: { success: false, message: 'No.', data: [] } },
    })
    await shows('SellSN answered with an error.')
  })

  describe('on the page of somebody', () => {
    const both = permittedView([connection(), shop])
    const onLead = (email: string | null) => ({
      ...api,
      'sell leads/7': { body: { data: { id: 7, first_name: 'Elena', last_name: 'Marchetti', email } } },
    })
    const titles = (panel: { block(name: string): { texts(tag: string): string[] } }) =>
      panel.block('SellSN').texts('h3')

    it('shows their orders first', async () => {
      const panel = openPanel(both, onLead('Elena@Northwind.example'), '/leads/7')
      await panel.shows('Orders of Elena Marchetti')
      expect(titles(panel)).toEqual(['Orders of Elena Marchetti', 'Latest orders of others'])
      const [first, second] = panel.block('SellSN').texts('li')
      expect(first).toContain('Product 1')
      expect(second).toContain('Product 2')
    })

    it('says that they have ordered nothing', async () => {
      const panel = openPanel(both, onLead('nobody@acme.example'), '/leads/7')
      await panel.shows('None of the orders here is from Elena Marchetti.')
      expect(titles(panel)).toEqual(['Orders of Elena Marchetti', 'Latest orders'])
    })

    it('shows the latest orders where the page has no address', async () => {
      const panel = openPanel(both, onLead(null), '/leads/7')
      await panel.shows('Product 2')
      expect(titles(panel)).toEqual(['Latest orders'])
    })

    it('does not wait for one who is not coming', async () => {
      const panel = openPanel(both, api, '/leads/8')
      await panel.shows('Product 2')
      expect(titles(panel)).toEqual(['Latest orders'])
    })

    it('shows no orders before it is known who it is', async () => {
      const unknown = { ...api, 'sell leads/7': new Promise<never>(() => undefined) }
      const panel = openPanel(both, unknown, '/leads/7')
      await until(() => panel.calls.includes('shop stores/s1/orders'))
      await settled()
      expect(titles(panel)).toEqual([])
    })
  })
})
