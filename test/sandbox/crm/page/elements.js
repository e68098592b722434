// The parts that all pages are made of.
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 })
const moneyWithCents = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })

export const inEuros = value => (Number.isInteger(value) ? money : moneyWithCents).format(value)
export const onDay = time => day.format(time)

export function fromNow(time) {
  const hours = Math.round((time - Date.now()) / 3_600_000)
  return Math.abs(hours) < 24
    ? relative.format(hours, 'hour')
    : relative.format(Math.round(hours / 24), 'day')
}

export const counted = (number, one, many) => (number === 1 ? `1 ${one}` : `${number} ${many}`)

/** Makes an element. Text is set as text, so nothing in the model can become markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

/** A round mark with initials; `look` adds to its class: `large`, `square` for an organisation. */
export function face(name, look = '') {
  const initials = name
    .split(' ')
    .filter(word => /^\p{L}/u.test(word))
    .slice(0, 2)
    .map(word => word[0])
  const element = make('span', { class: `face ${look}`, 'aria-hidden': 'true' }, initials.join(''))
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0) * 7, 0) % 360
  element.style.setProperty('--hue', hue)
  return element
}

export const tag = text => make('span', { class: `tag ${text.toLowerCase()}` }, text)

export const link = (href, text) => make('a', { href }, text)

/** An address to write to, which breaks where it is read: after the @. */
export function mail(address) {
  const [name, domain] = address.split('@')
  return make('a', { href: `mailto:${address}` }, `${name}@`, make('wbr'), domain)
}

/** A name that leads somewhere, with a face before it and a line of small print. */
export const who = (href, name, small, look) =>
  make(
    'div',
    { class: 'person' },
    face(name, look),
    make('div', {}, link(href, name), make('small', {}, small)),
  )

export const cell = (content, look = '') => make('td', { class: look }, content)

/** A table with these heads, each `[text, class]`. */
export function table(heads, rows, label) {
  const row = make('tr')
  for (const [text, look = ''] of heads) row.append(make('th', { scope: 'col', class: look }, text))
  return make(
    'table',
    label ? { 'aria-label': label } : {},
    make('thead', {}, row),
    make('tbody', {}, ...rows),
  )
}

export const card = (title, ...content) =>
  make('section', { class: 'card' }, make('h2', {}, title), ...content)

export function details(title, pairs) {
  const list = make('dl')
  for (const [term, value] of pairs) list.append(make('dt', {}, term), make('dd', {}, value))
  return card(title, list)
}

export const figures = pairs =>
  make(
    'div',
    { class: 'figures' },
    ...pairs.map(([term, value]) => make('div', {}, make('small', {}, term), make('b', {}, value))),
  )

/** A list of what has happened, each `[what, when]`. */
export function history(events) {
  const line = make('ul', { class: 'line' })
  for (const [what, when] of events) line.append(make('li', {}, what, make('small', {}, when)))
  return card('Activity', line)
}

/** A list of names with a face, each with a word at its end. */
export function roll(entries) {
  const list = make('ul', { class: 'roll' })
  for (const [name, end] of entries) list.append(make('li', {}, name, make('small', {}, end)))
  return list
}

/** The line above a record: where it belongs, and the ones before and after it. */
export function crumbs(area, name, previous, next) {
  const steps = make('span', { class: 'steps' })
  if (previous) steps.append(make('a', { href: previous, rel: 'prev' }, '← Previous'))
  if (next) steps.append(make('a', { href: next, rel: 'next' }, 'Next →'))
  return make(
    'div',
    { class: 'crumbs' },
    link(area.href, area.name),
    make('span', {}, '/'),
    make('span', { class: 'here' }, name),
    steps,
  )
}

/** The title of a page, and what stands beside it. */
export const top = (title, beside = '') =>
  make('div', { class: 'top' }, make('h1', {}, title), make('span', { class: 'count' }, beside))

/**
 * A list with a search field and a choice. `options` are `[name, test]`, the first of which lets all through;
 * `text` is what the search looks at.
 */
export function listing({ title, one, many, choice, options, items, text, heads, row }) {
  const label = `Search ${many}`
  const search = make('input', { type: 'search', placeholder: label, 'aria-label': label })
  const select = make('select', { 'aria-label': choice })
  for (const [name] of options) select.append(make('option', {}, name))
  const head = top(title)
  const rows = table(heads, [])
  const nothing = make('p', { class: 'nothing' }, `No ${many} match.`)
  const fill = () => {
    const wanted = search.value.trim().toLowerCase()
    const [, test] = options[select.selectedIndex]
    const found = items.filter(item => test(item) && text(item).toLowerCase().includes(wanted))
    rows.tBodies[0].replaceChildren(...found.map(row))
    nothing.hidden = found.length > 0
    head.lastChild.textContent = counted(found.length, one, many)
  }
  search.addEventListener('input', fill)
  select.addEventListener('change', fill)
  fill()
  return {
    head,
    tools: make('div', { class: 'tools' }, search, select),
    rows: make('div', { class: 'card' }, rows, nothing),
  }
}
