import { describe, expect, it } from 'vitest'
import { view as viewSignal } from '../../../../src/screens/ui/use-view'
import { until } from '../../../fakes/worker'
import { exampleConnection as connection } from '../../example'
import { openPanel, permittedView } from '../drawn'

const view = permittedView([connection(), connection({ id: 'eve', provider: 'salesos' })])
const leadsOf = (email: string) => `salesos leads?per_page=100&email=${encodeURIComponent(email)}`
const record = (data: object) => ({ body: { data, meta: {} } })

const lead = { id: 7, first_name: 'Elena', last_name: 'Marchetti', email: 'elena@northwind.example' }
const contact = {
  id: 7,
  name: 'Aiko Tanabe',
  title: 'CFO',
  is_organization: false,
  email: 'aiko@kumo.example',
  phone: null,
  mobile: '+49 40 66969 214',
  address: { city: 'Hamburg', country: 'Germany' },
  industry: 'Manufacturing',
  customer_status: 'none',
  prospect_status: 'current',
  tags: ['robots', 'q4'],
  contact_id: 3,
}
const deal = {
  id: 7,
  name: 'Forty robots',
  value: '90071992547409.93',
  currency: 'EUR',
  stage_id: 4,
  hot: true,
  estimated_close_date: '2026-12-01',
  added_at: '2026-10-05T12:00:00Z',
}

/** What the block says after its name and account, without line breaks. */
const textOf = (text: string) => text.replaceAll('\n', ' ')

describe('the Sell block', () => {
  it.each([
    ['lead', '/leads/7', 'sell leads/7', lead, lead.email],
    ['contact', '/crm/contacts/7', 'sell contacts/7', contact, contact.email],
  ])('shows the %s of the page and tells who it is', async (_, page, path, data, email) => {
    const { calls, block, shows } = openPanel(
      view,
      { [path]: record(data), [leadsOf(email)]: { body: { data: [] } } },
      page,
    )
    await shows(email, () => block('Sell'))
    await shows('SalesOS does not know', () => block('SalesOS'))
    expect(calls).toEqual([path.replace('sell', 'ada'), leadsOf(email).replace('salesos', 'eve')])
  })

  it('shows a contact’s place, work and standing', async () => {
    const { block, shows } = openPanel(view, { 'sell contacts/7': record(contact) }, '/crm/contacts/7')
    await shows('Aiko Tanabe')
    expect(textOf(block('Sell').text)).toContain(
      'Aiko Tanabe CFO Prospect E-mail aiko@kumo.example Phone +49 40 66969 214 Place Hamburg, Germany Industry Manufacturing Tags robots, q4',
    )
  })

  it.each([
    [{ customer_status: 'current' }, 'Customer'],
    [{ customer_status: 'past' }, 'Past customer'],
    [{ prospect_status: 'lost' }, 'Lost prospect'],
    [{ customer_status: 'current', prospect_status: 'lost' }, 'Customer'],
  ])('knows where a contact with %j stands', async (standing, word) => {
    const data = { ...contact, prospect_status: 'none', ...standing }
    const { block, shows } = openPanel(view, { 'sell contacts/7': record(data) }, '/crm/contacts/7')
    await shows('Aiko Tanabe')
    expect(textOf(block('Sell').text)).toContain(`CFO ${word} E-mail`)
  })

  it('names a lead without a person by its organisation', async () => {
    const { block, shows } = openPanel(
      view,
      { 'sell leads/7': record({ id: 7, organization_name: 'Kumo' }) },
      '/leads/7',
    )
    await shows('Kumo')
    expect(block('Sell').texts('h3')).toEqual(['Kumo'])
  })

  it('names a contact by first and last name where it has no other', async () => {
    const data = { id: 7, first_name: 'Aiko', last_name: 'Tanabe' }
    const { shows } = openPanel(view, { 'sell contacts/7': record(data) }, '/crm/contacts/7')
    await shows('Aiko Tanabe')
  })

  it('shows three of the fields that a company has added, no more', async () => {
    const custom_fields = { Region: 'North', Fleet: 40, Since: '2019', Colour: 'blue' }
    const { block, shows } = openPanel(
      view,
      { 'sell leads/7': record({ ...lead, custom_fields }) },
      '/leads/7',
    )
    await shows('Elena Marchetti')
    expect(textOf(block('Sell').text)).toMatch(/Region North Fleet 40 Since 2019$/)
  })

  it('shows an organisation as one', async () => {
    const data = { id: 7, name: 'Kumo Robotics', is_organization: true, tags: null }
    const { block, shows } = openPanel(view, { 'sell contacts/7': record(data) }, '/crm/contacts/7')
    await shows('Kumo Robotics')
    expect(textOf(block('Sell').text)).toMatch(/Kumo Robotics Organisation\s*$/)
  })

  it('shows a deal with its value to the cent, and lets others show what is nobody’s', async () => {
    const { calls, block, shows } = openPanel(
      view,
      { 'sell deals/7': record(deal), 'salesos leads?per_page=100': { body: { data: [] } } },
      '/sales/deals/7',
    )
    await shows('Forty robots')
    expect(textOf(block('Sell').text)).toMatch(
      /Forty robots Hot Value .*90.071.992.547.409.93.* Closes .*2026 Added .*2026$/,
    )
    await shows('Leads by score', () => block('SalesOS'))
    expect(calls).toEqual(['ada deals/7', 'eve leads?per_page=100'])
  })

  it('takes a value that is a number', async () => {
    const data = { ...deal, value: 48_000, hot: false }
    const { block, shows } = openPanel(view, { 'sell deals/7': record(data) }, '/sales/deals/7')
    await shows('Forty robots')
    expect(textOf(block('Sell').text)).toMatch(/Forty robots Value .*48.000/)
    expect(block('Sell').text).not.toContain('Hot')
  })

  it.each([
    ['/leads/8', 'Sell has no lead with this number'],
    ['/crm/contacts/8', 'Sell has no contact with this number'],
    ['/sales/deals/8', 'Sell has no deal with this number'],
  ])('says of %s that there is none, and lets others go on', async (page, sentence) => {
    const api = { 'salesos leads?per_page=100': { body: { data: [] } } }
    const { block, shows } = openPanel(view, api, page)
    await shows(sentence, () => block('Sell'))
    await shows('Leads by score', () => block('SalesOS'))
  })

  it('has told nothing any more once another account is asked', async () => {
    const bob = connection({ id: 'bob', account: { id: '2', name: 'Bob' } })
    const api = {
      'ada leads/7': record(lead),
      'bob leads/7': new Promise<never>(() => undefined),
      [leadsOf(lead.email)]: { body: { data: [] } },
    }
    const { root, block, shows } = openPanel(permittedView([...view.connections, bob]), api, '/leads/7')
    await shows('SalesOS does not know', () => block('SalesOS'))
    root.find('select', 'Account of Sell')[0]?.choose('bob')
    await until(() => !block('SalesOS').text.includes('SalesOS does not know'))
    expect(block('Sell').text).not.toContain(lead.email)
  })

  it('has told nothing any more once it may not be used', async () => {
    const known = permittedView([connection(), connection({ id: 'eve', provider: 'salesos' })])
    const api = {
      'ada leads/7': record(lead),
      [leadsOf(lead.email)]: { body: { data: [] } },
      'eve leads?per_page=100': { body: { data: [] } },
    }
    const { block, shows } = openPanel(known, api, '/leads/7')
    await shows('SalesOS does not know', () => block('SalesOS'))
    viewSignal.value = { ...known, permits: known.permits.filter(({ connection: id }) => id === 'eve') }
    await shows('Leads by score', () => block('SalesOS'))
  })

  it('tells who it is by another account', async () => {
    const bob = connection({ id: 'bob', account: { id: '2', name: 'Bob' } })
    const api = {
      'ada leads/7': record(lead),
      'bob leads/7': record({ ...lead, email: 'other@acme.example' }),
      [leadsOf(lead.email)]: { body: { data: [] } },
      [leadsOf('other@acme.example')]: { body: { data: [] } },
    }
    const { root, calls, block, shows } = openPanel(
      permittedView([...view.connections, bob]),
      api,
      '/leads/7',
    )
    await shows('SalesOS does not know', () => block('SalesOS'))
    root.find('select', 'Account of Sell')[0]?.choose('bob')
    await until(() => calls.includes(leadsOf('other@acme.example').replace('salesos', 'eve')))
    await shows('other@acme.example', () => block('Sell'))
  })
})
