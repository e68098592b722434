import { dealTable, pipeline } from './deals.js'
import { card, figures, fromNow, inEuros, make, roll, top, who } from './elements.js'
import { isOpen, model, nameOf, stageOf, totalOf } from './model.js'

function bars() {
  const list = make('ol', { class: 'bars' })
  for (const { name, count, value, bar } of pipeline())
    list.append(make('li', {}, make('span', {}, name), bar, make('b', {}, value), make('small', {}, count)))
  return list
}

function nextSteps() {
  const leads = model.leads
    .filter(lead => lead.status !== 'Unqualified')
    .toSorted((a, b) => a.nextStepAt - b.nextStepAt)
    .slice(0, 6)
  return roll(
    leads.map(lead => [who(`/leads/${lead.id}`, nameOf(lead), lead.nextStep), fromNow(lead.nextStepAt)]),
  )
}

export function dashboard() {
  const open = model.deals.filter(isOpen)
  const won = model.deals.filter(deal => stageOf(deal).name === 'Won')
  const weighted = open.reduce((sum, deal) => sum + (deal.cents / 100) * stageOf(deal).likelihood, 0) / 100
  const largest = open.toSorted((a, b) => b.cents - a.cents).slice(0, 5)
  return {
    title: 'Dashboard',
    content: [
      top('Dashboard', 'Acme Sales, all teams'),
      make(
        'div',
        { class: 'stack' },
        make(
          'section',
          { class: 'card lead-figures' },
          figures([
            ['Open pipeline', inEuros(totalOf(open))],
            ['Weighted forecast', inEuros(Math.round(weighted))],
            ['Won lately', inEuros(Math.round(totalOf(won)))],
            ['Hot deals', String(open.filter(deal => deal.isHot).length)],
          ]),
        ),
        make('div', { class: 'halves' }, card('Pipeline by stage', bars()), card('Next steps', nextSteps())),
        card('Largest open deals', dealTable(largest, 'Largest open deals')),
      ),
    ],
  }
}
