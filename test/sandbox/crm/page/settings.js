import { card, cell, make, onDay, table, tag, top } from './elements.js'
import { model } from './model.js'

const services = [
  ['E-mail and calendar', 'Keeps messages and meetings beside their contacts', true],
  ['Phone', 'Logs calls and their length', true],
  ['Documents', 'Sends quotes to be signed', false],
  ['Data export', 'Copies all records once a night', true],
]

const connection = isOn => tag(isOn ? 'Connected' : 'Off')

export function integrations() {
  const tiles = make('ul', { class: 'tiles' })
  for (const [name, text, isOn] of services)
    tiles.append(make('li', {}, make('b', {}, name), connection(isOn), make('p', {}, text)))

  const apps = model.apps.map(app =>
    make(
      'tr',
      {},
      cell(make('b', {}, app.name)),
      cell(app.createdBy),
      cell(onDay(app.createdAt), 'soft nowrap'),
      cell(app.users, 'soft hide-small'),
    ),
  )
  const tokens = model.tokens.map(token =>
    make(
      'tr',
      {},
      cell(make('b', {}, token.name)),
      cell(token.owner),
      cell(token.scope, 'soft'),
      cell('Never', 'soft hide-small'),
    ),
  )
  return {
    title: 'Integrations',
    content: [
      top('Integrations', 'Settings of Acme Sales'),
      make(
        'div',
        { class: 'stack' },
        card('Services', tiles),
        card(
          'Developer apps',
          make('p', { class: 'note' }, 'Apps that may ask people of Acme Sales for access (OAuth).'),
          table([['Name'], ['Created by'], ['Created'], ['Access', 'hide-small']], apps, 'Developer apps'),
        ),
        card(
          'Access tokens',
          make(
            'p',
            { class: 'note' },
            'Made by an administrator. They act as their owner and do not expire.',
          ),
          table([['Name'], ['Owner'], ['Scope'], ['Expires', 'hide-small']], tokens, 'Access tokens'),
        ),
      ),
    ],
  }
}
