import {
  cell,
  counted,
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
  table,
  tag,
} from './elements.js'
import { contactOf, isOpen, model, stageOf, totalOf } from './model.js'

const hrefOf = deal => `/sales/deals/${deal.id}`
const organisationOf = deal => contactOf(deal.organisationId)
const hot = () => make('span', { class: 'tag hot' }, 'Hot')

const titleOf = deal => {
  const title = make('span', { class: 'name' }, link(hrefOf(deal), deal.subject))
  if (deal.isHot) title.append(hot())
  return title
}

function dealRow(deal) {
  const { name } = organisationOf(deal)
  return make(
    'tr',
    {},
    cell(
      make(
        'div',
        { class: 'person' },
        face(name, 'square'),
        make('div', {}, titleOf(deal), make('small', {}, name)),
      ),
    ),
    cell(tag(stageOf(deal).name)),
    cell(inEuros(deal.cents / 100), 'number'),
    cell(deal.owner, 'nowrap hide-middle'),
    cell(onDay(deal.closeAt), 'soft nowrap hide-small'),
  )
}

const heads = [['Deal'], ['Stage'], ['Value', 'number'], ['Owner', 'hide-middle'], ['Closing', 'hide-small']]

export const dealTable = (deals, label) => table(heads, deals.map(dealRow), label)

/** The deals of one contact, who need not be named in each. */
export function ownDealTable(deals, label) {
  const rows = deals.map(deal =>
    make(
      'tr',
      {},
      cell(titleOf(deal), 'strong'),
      cell(tag(stageOf(deal).name)),
      cell(inEuros(deal.cents / 100), 'number'),
      cell(onDay(deal.closeAt), 'soft nowrap hide-small'),
    ),
  )
  return table([['Deal'], ['Stage'], ['Value', 'number'], ['Closing', 'hide-small']], rows, label)
}

/** What is open in each stage: how many, how much, and how that compares. */
export function pipeline() {
  const open = model.stages.filter(stage => !['Won', 'Lost'].includes(stage.name))
  const sums = open.map(stage => {
    const deals = model.deals.filter(deal => deal.stageId === stage.id)
    return { stage, count: deals.length, value: totalOf(deals) }
  })
  const most = Math.max(...sums.map(sum => sum.value))
  return sums.map(({ stage, count, value }) => {
    const bar = make('span', { class: 'bar' })
    bar.style.setProperty('--part', `${Math.round((value / most) * 100)}%`)
    return { name: stage.name, count: counted(count, 'deal', 'deals'), value: inEuros(value), bar }
  })
}

export function dealList() {
  const { head, tools, rows } = listing({
    title: 'Deals',
    one: 'deal',
    many: 'deals',
    choice: 'Stage',
    options: [
      ['All stages', () => true],
      ...model.stages.map(stage => [stage.name, deal => deal.stageId === stage.id]),
    ],
    items: model.deals,
    text: deal => deal.name,
    heads,
    row: dealRow,
  })
  const strip = make('ol', { class: 'card strip', 'aria-label': 'Pipeline' })
  for (const { name, count, value, bar } of pipeline())
    strip.append(make('li', {}, make('small', {}, name), make('b', {}, value), make('small', {}, count), bar))
  return { title: 'Deals', content: [head, strip, tools, rows] }
}

/** The steps of a sale, with the one that it stands at. */
function track(deal) {
  const list = make('ol', { class: 'track', 'aria-label': 'Stage' })
  const { name } = stageOf(deal)
  const steps = model.stages.filter(stage => stage.name !== (name === 'Lost' ? 'Won' : 'Lost'))
  for (const stage of steps) {
    const isHere = stage.id === deal.stageId
    const look = isHere ? name.toLowerCase() : stage.id < deal.stageId && name !== 'Lost' ? 'past' : ''
    list.append(make('li', { class: look, ...(isHere && { 'aria-current': 'step' }) }, stage.name))
  }
  return list
}

export function dealPage(id) {
  const index = model.deals.findIndex(one => String(one.id) === id)
  const deal = model.deals[index]
  if (!deal) return undefined
  const contact = contactOf(deal.contactId)
  const organisation = organisationOf(deal)
  const previous = model.deals[index - 1]
  const next = model.deals[index + 1]
  const stage = stageOf(deal)

  const line = make('p', {}, link(`/crm/contacts/${organisation.id}`, organisation.name))
  const tags = make('span', { class: 'tags' }, tag(stage.name))
  if (deal.isHot) tags.prepend(hot())
  const head = make(
    'section',
    { class: 'card' },
    make(
      'div',
      { class: 'head' },
      face(organisation.name, 'large square'),
      make('div', {}, make('h1', {}, deal.subject), line),
      tags,
    ),
    track(deal),
    figures([
      ['Value', inEuros(deal.cents / 100)],
      ['Win likelihood', `${stage.likelihood} %`],
      [isOpen(deal) ? 'Expected closing' : 'Closed', onDay(deal.closeAt)],
      ['Owner', deal.owner],
    ]),
  )
  const wide = make(
    'div',
    { class: 'wide' },
    head,
    make(
      'div',
      { class: 'pair' },
      details('Primary contact', [
        ['Name', link(`/crm/contacts/${contact.id}`, contact.name)],
        ['Role', contact.title],
        ['E-mail', mail(contact.email)],
        ['Phone', contact.phone],
      ]),
      details('Organisation', [
        ['Name', link(`/crm/contacts/${organisation.id}`, organisation.name)],
        ['Industry', organisation.industry],
        ['City', `${organisation.city}, ${organisation.country}`],
      ]),
    ),
    history([
      [`Moved to ${stage.name}`, `${fromNow(deal.updatedAt)} · ${deal.owner}`],
      ['Deal created', onDay(deal.createdAt)],
    ]),
  )
  return {
    title: deal.name,
    content: [
      crumbs(
        { href: '/sales', name: 'Deals' },
        deal.subject,
        previous && hrefOf(previous),
        next && hrefOf(next),
      ),
      make('div', { class: 'lead' }, wide),
    ],
  }
}
