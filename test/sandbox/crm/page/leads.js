import {
  cell,
  crumbs,
  details,
  face,
  figures,
  fromNow,
  history,
  inEuros,
  link,
  listing,
  mail,
  make,
  onDay,
  tag,
  who,
} from './elements.js'
import { model, nameOf } from './model.js'

function leadRow(lead) {
  return make(
    'tr',
    {},
    cell(who(`/leads/${lead.id}`, nameOf(lead), lead.title)),
    cell(lead.organisation),
    cell(tag(lead.status)),
    cell(inEuros(lead.value), 'number'),
    cell(lead.owner, 'nowrap hide-small'),
    cell(fromNow(lead.lastTouchAt), 'soft hide-small'),
  )
}

export function leadList() {
  const statuses = ['New', 'Working', 'Qualified', 'Unqualified']
  const { head, tools, rows } = listing({
    title: 'Leads',
    one: 'lead',
    many: 'leads',
    choice: 'Status',
    options: [
      ['All statuses', () => true],
      ...statuses.map(status => [status, lead => lead.status === status]),
    ],
    items: model.leads,
    text: lead => `${nameOf(lead)} ${lead.organisation}`,
    heads: [
      ['Name'],
      ['Organisation'],
      ['Status'],
      ['Value', 'number'],
      ['Owner', 'hide-small'],
      ['Last touch', 'hide-small'],
    ],
    row: leadRow,
  })
  return { title: 'Leads', content: [head, tools, rows] }
}

export function leadPage(id) {
  const index = model.leads.findIndex(one => String(one.id) === id)
  const lead = model.leads[index]
  if (!lead) return undefined
  const name = nameOf(lead)
  const { organisationId } = model.contacts.find(contact => contact.email === lead.email)
  const deal = model.deals.find(one => one.contactId === lead.id)
  const previous = model.leads[index - 1]
  const next = model.leads[index + 1]

  const head = make(
    'section',
    { class: 'card' },
    make(
      'div',
      { class: 'head' },
      face(name, 'large'),
      make('div', {}, make('h1', {}, name), make('p', {}, `${lead.title} at ${lead.organisation}`)),
      tag(lead.status),
    ),
    figures([
      ['Expected value', inEuros(lead.value)],
      ['Owner', lead.owner],
      ['Last touch', fromNow(lead.lastTouchAt)],
      ['Created', onDay(lead.createdAt)],
    ]),
  )
  const wide = make(
    'div',
    { class: 'wide' },
    head,
    make(
      'div',
      { class: 'pair' },
      details('Contact', [
        ['E-mail', mail(lead.email)],
        ['Phone', lead.phone],
        ['City', `${lead.city}, ${lead.country}`],
      ]),
      details('Organisation', [
        ['Name', link(`/crm/contacts/${organisationId}`, lead.organisation)],
        ['Industry', lead.industry],
        ['Website', lead.email.split('@')[1]],
        ...(deal ? [['Deal', link(`/sales/deals/${deal.id}`, deal.subject)]] : []),
      ]),
    ),
    history([
      [lead.lastTouch, `${fromNow(lead.lastTouchAt)} · ${lead.owner}`],
      [`Status set to ${lead.status}`, `${fromNow(lead.lastTouchAt - 86_400_000)} · ${lead.owner}`],
      ['Lead created', onDay(lead.createdAt)],
    ]),
  )
  return {
    title: name,
    content: [
      crumbs(
        { href: '/leads', name: 'Leads' },
        name,
        previous && `/leads/${previous.id}`,
        next && `/leads/${next.id}`,
      ),
      make('div', { class: 'lead' }, wide),
    ],
  }
}
