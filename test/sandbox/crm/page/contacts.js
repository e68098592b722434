import { ownDealTable } from './deals.js'
import {
  card,
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
  roll,
  tag,
  who,
} from './elements.js'
import { contactOf, isOpen, model, stageOf, totalOf } from './model.js'

const isPerson = contact => contact.kind === 'person'
const hrefOf = contact => `/crm/contacts/${contact.id}`
const lookOf = contact => (isPerson(contact) ? '' : 'square')
const organisationOf = contact => contactOf(contact.organisationId)
const aboutOf = contact => (isPerson(contact) ? contact.title : contact.industry)

function contactRow(contact) {
  return make(
    'tr',
    {},
    cell(who(hrefOf(contact), contact.name, aboutOf(contact), lookOf(contact))),
    cell(isPerson(contact) ? organisationOf(contact).name : '–', isPerson(contact) ? '' : 'soft'),
    cell(contact.email, 'soft hide-small'),
    cell(contact.phone, 'soft nowrap hide-middle'),
    cell(contact.owner, 'nowrap hide-middle'),
  )
}

export function contactList() {
  const { head, tools, rows } = listing({
    title: 'Contacts',
    one: 'contact',
    many: 'contacts',
    choice: 'Kind',
    options: [
      ['People and organisations', () => true],
      ['People', isPerson],
      ['Organisations', contact => !isPerson(contact)],
    ],
    items: model.contacts,
    text: contact =>
      `${contact.name} ${contact.email} ${isPerson(contact) ? organisationOf(contact).name : ''}`,
    heads: [
      ['Name'],
      ['Organisation'],
      ['E-mail', 'hide-small'],
      ['Phone', 'hide-middle'],
      ['Owner', 'hide-middle'],
    ],
    row: contactRow,
  })
  return { title: 'Contacts', content: [head, tools, rows] }
}

/** Where a person works, or who works there. */
function besides(contact) {
  if (!isPerson(contact)) {
    const staff = model.contacts.filter(one => one.organisationId === contact.id)
    return card('People', roll(staff.map(one => [who(hrefOf(one), one.name, one.title), ''])))
  }
  const organisation = organisationOf(contact)
  return details('Organisation', [
    ['Name', link(hrefOf(organisation), organisation.name)],
    ['Industry', organisation.industry],
    ['Website', organisation.website.replace('https://www.', '')],
  ])
}

export function contactPage(id) {
  const index = model.contacts.findIndex(one => String(one.id) === id)
  const contact = model.contacts[index]
  if (!contact) return undefined
  const { name } = contact
  const previous = model.contacts[index - 1]
  const next = model.contacts[index + 1]
  const deals = model.deals.filter(deal => [deal.contactId, deal.organisationId].includes(contact.id))
  const open = deals.filter(isOpen)
  const won = deals.filter(deal => stageOf(deal).name === 'Won')

  const line = make('p')
  if (isPerson(contact)) {
    const organisation = organisationOf(contact)
    line.append(`${contact.title} at `, link(hrefOf(organisation), organisation.name))
  } else line.append(`${contact.industry} · ${contact.city}`)

  const head = make(
    'section',
    { class: 'card' },
    make(
      'div',
      { class: 'head' },
      face(name, `large ${lookOf(contact)}`),
      make('div', {}, make('h1', {}, name), line),
      tag(isPerson(contact) ? 'Person' : 'Organisation'),
    ),
    figures([
      ['Open deals', open.length ? inEuros(totalOf(open)) : 'None'],
      ['Won', won.length ? inEuros(totalOf(won)) : 'Nothing yet'],
      ['Owner', contact.owner],
      ['Last change', fromNow(contact.updatedAt)],
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
        ['E-mail', mail(contact.email)],
        ['Phone', contact.phone],
        ['City', `${contact.city}, ${contact.country}`],
        ...(isPerson(contact) ? [] : [['Website', contact.website.replace('https://www.', '')]]),
      ]),
      besides(contact),
    ),
    ...(deals.length ? [card('Deals', ownDealTable(deals, 'Deals'))] : []),
    history([
      ['Details changed', `${fromNow(contact.updatedAt)} · ${contact.owner}`],
      ['Contact created', onDay(contact.createdAt)],
    ]),
  )
  return {
    title: name,
    content: [
      crumbs(
        { href: '/crm/contacts', name: 'Contacts' },
        name,
        previous && hrefOf(previous),
        next && hrefOf(next),
      ),
      make('div', { class: 'lead' }, wide),
    ],
  }
}
